"""What is LiteLLM's own: how it is imported and called, prices, and markers for prompt caching."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import litellm
import pytest
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas as joined
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, resolve_model
from smolagents_models_litellm import LiteLLMModel, LiteLLMRouterModel
from smolagents_testing import FakeOpenAIServer, code, tool_call
from smolagents_testing.openai_server import Failure, Stalled

HELLO = [ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}])]
PRICE_MAP = "LITELLM_LOCAL_MODEL_COST_MAP"


def made(server: FakeOpenAIServer, model_id: str = "openai/fake-model", **options: Any) -> LiteLLMModel:
    return LiteLLMModel(model_id, **{"api_base": server.url, "api_key": server.api_key, **options})


async def collected(deltas: Any) -> list[Any]:
    return [delta async for delta in deltas]


def test_importing_the_package_imports_no_sdk() -> None:
    check = "import sys, smolagents_models_litellm; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_nothing_is_fetched(openai_server: FakeOpenAIServer) -> None:
    """The table of prices, LiteLLM's and the tokenizer's files come with the package."""
    openai_server.reply("Hi")
    program = f"""
import socket
lookup = socket.getaddrinfo
def only_here(host, *args, **kwargs):
    assert host == "127.0.0.1", f"looks up {{host}}"
    return lookup(host, *args, **kwargs)
socket.getaddrinfo = only_here
from smolagents import LiteLLMModel
from smolagents_models_litellm.ollama import prompt_tokens
model = LiteLLMModel("openai/gpt-4.1", api_base="{openai_server.url}", api_key="{openai_server.api_key}")
print(model.generate([{{"role": "user", "content": "Hello"}}]).token_usage.cost)
print(prompt_tokens({{"messages": [{{"role": "user", "content": "Hello"}}]}}) < 20)
"""
    environ = {name: value for name, value in os.environ.items() if name != PRICE_MAP}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=120)
    assert (done.stdout.split(), done.stderr) == (["5.9999999999999995e-05", "True"], "")


def test_the_user_may_have_the_price_map_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRICE_MAP, "False")
    LiteLLMModel("openai/gpt-4.1", api_key="k")
    assert os.environ[PRICE_MAP] == "False"


def test_the_models_name_has_two_names() -> None:
    assert LiteLLMModel(model_name="openai/gpt-4.1").model_id == "openai/gpt-4.1"
    assert LiteLLMModel("a/b", model_name="a/b").model_id == "a/b"
    with pytest.raises(ValueError, match="give one of them"):
        LiteLLMModel("openai/gpt-4.1", model_name="openai/gpt-5")


def test_the_default_model_is_named() -> None:
    with pytest.warns(FutureWarning, match=r'LiteLLMModel\("anthropic/claude-sonnet-4-5"\)') as seen:
        model = LiteLLMModel(temperature=0.5)
    assert [warning.filename for warning in seen] == [__file__]
    assert model.model_id == "anthropic/claude-sonnet-4-5"
    assert LiteLLMModel.from_dict(model.to_dict()).model_id == model.model_id


def test_the_request_is_what_the_api_documents(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Hi")
    model = made(openai_server, temperature=0.5, extra_headers={"x-mine": "1"})
    model.generate(HELLO, stop_sequences=["END"], response_format=CODEAGENT_RESPONSE_FORMAT, seed=3)
    request = openai_server.requests[0]
    assert request.headers["x-mine"] == "1"
    assert {name: value for name, value in request.body.items() if name not in ("extra_body", "user")} == {
        "model": "fake-model",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "stop": ["END"],
        "response_format": CODEAGENT_RESPONSE_FORMAT,
        "temperature": 0.5,
        "seed": 3,
    }


@pytest.mark.parametrize(
    ("model_id", "flat"),
    [
        ("ollama/llama3.2", True),
        ("ollama_chat/llama3.2", True),
        ("groq/x", True),
        ("cerebras/x", True),
        ("xai/x", False),
    ],
)
def test_some_providers_get_contents_as_text(model_id: str, flat: bool) -> None:
    assert LiteLLMModel(model_id).flatten_messages_as_text is flat
    assert LiteLLMModel(model_id, flatten_messages_as_text=False).flatten_messages_as_text is False


@pytest.mark.parametrize(("model_id", "cost"), [("openai/gpt-4.1", 10 * 2e-6 + 5 * 8e-6), ("openai/fake-model", None)])
@pytest.mark.parametrize("routed", [False, True])
def test_calls_have_a_price(openai_server: FakeOpenAIServer, model_id: str, cost: float | None, routed: bool) -> None:
    openai_server.always("Hi there")
    server = {"api_base": openai_server.url, "api_key": openai_server.api_key}
    group = [{"model_name": "group", "litellm_params": {"model": model_id, **server}}]
    model = LiteLLMRouterModel("group", group) if routed else made(openai_server, model_id)
    messages = [
        model.generate(HELLO),
        joined(model.generate_stream(HELLO)),
        asyncio.run(model.agenerate(HELLO)),
        joined(asyncio.run(collected(model.agenerate_stream(HELLO)))),
    ]
    assert [message.token_usage.cost for message in messages] == pytest.approx([cost] * 4)


def test_markers_for_prompt_caching_reach_the_provider(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Hi")
    marked = {"type": "text", "text": "A long text.", "cache_control": {"type": "ephemeral"}}
    plain = {"type": "text", "text": "A question."}
    messages = [ChatMessage(MessageRole.USER, [plain, marked, plain]), {"role": "user", "content": [plain, plain]}]
    made(openai_server, "openrouter/anthropic/claude-sonnet-4").generate(messages)
    (sent,) = openai_server.requests[0].body["messages"]
    joint = {"type": "text", "text": "A question.\nA question.\nA question."}
    assert sent["content"] == [plain, marked, joint]


def test_the_sdk_is_called_where_people_patch_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    model = LiteLLMModel("openai/gpt-4.1", api_base="https://example.com/v1", api_key="k", top_p=0.5)

    def completion(**parameters: Any) -> Any:
        calls.append(parameters)
        return litellm.mock_completion("m", messages=[], mock_response="Patched")

    async def acompletion(**parameters: Any) -> Any:
        return completion(**parameters)

    monkeypatch.setattr(litellm, "completion", completion)
    monkeypatch.setattr(litellm, "acompletion", acompletion)
    assert model.generate(HELLO).content == "Patched"
    assert asyncio.run(model.agenerate(HELLO)).content == "Patched"
    assert (
        calls
        == [
            {
                "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
                "model": "openai/gpt-4.1",
                "api_base": "https://example.com/v1",
                "api_key": "k",
                "top_p": 0.5,
                "num_retries": 0,
                "max_retries": 0,
            }
        ]
        * 2
    )


def test_a_client_of_the_programs_own(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    server = {"api_base": openai_server.url, "api_key": openai_server.api_key}
    router = litellm.Router([{"model_name": "group", "litellm_params": {"model": "openai/m", **server}}])
    model = LiteLLMModel("group", client=router)
    assert model.client is router
    assert model.generate(HELLO).content == asyncio.run(model.agenerate(HELLO)).content == "Hi"


def test_a_stream_may_be_left_early(openai_server: FakeOpenAIServer) -> None:
    openai_server.always(Stalled(after_events=3))
    model = made(openai_server)
    stream = model.generate_stream(HELLO)
    next(stream)
    stream.close()
    assert openai_server.requests[0].disconnected.wait(10.0)

    async def first_word() -> None:
        stream = model.agenerate_stream(HELLO)
        await anext(stream)
        await stream.aclose()
        assert await asyncio.to_thread(openai_server.requests[1].disconnected.wait, 10.0)

    asyncio.run(first_word())


def test_litellms_own_retries_take_the_place_of_ours(openai_server: FakeOpenAIServer) -> None:
    openai_server.always(Failure(503, "Overloaded."))
    model = made(openai_server, max_retries=2)
    model.retryer.wait_seconds = 3600.0
    with pytest.raises(litellm.ServiceUnavailableError, match="Overloaded"):
        model.generate(HELLO)
    assert len(openai_server.requests) == 3


def test_a_key_of_the_environment_is_not_shown(
    openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-of-the-environment")
    with pytest.raises(litellm.AuthenticationError, match="Incorrect API key") as caught:
        made(openai_server, api_key=None).generate(HELLO)
    assert "sk-wrong" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_one_spelling() -> None:
    model = resolve_model("anthropic/claude-sonnet-4-5", temperature=0.5)
    assert (type(model), model.model_id, model.kwargs) == (
        LiteLLMModel,
        "anthropic/claude-sonnet-4-5",
        {"temperature": 0.5},
    )
    assert resolve_model("litellm/watsonx/x").model_id == "watsonx/x"


class Double(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "The number."}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return 2 * number


@pytest.mark.parametrize("stream", [False, True])
def test_serves_agents(openai_server: FakeOpenAIServer, stream: bool) -> None:
    model = made(openai_server, "openai/gpt-4.1")
    openai_server.reply(tool_call("double", number=21), tool_call("final_answer", answer="42"))
    agent = ToolCallingAgent([Double()], model, stream_outputs=stream, verbosity_level=-1, return_full_result=True)
    result = agent.run("Double 21.")
    assert result.output == "42"
    assert result.token_usage.cost == pytest.approx(2 * 6e-5)
    openai_server.reply(code("final_answer(double(number=4))"))
    assert CodeAgent([Double()], model, stream_outputs=stream, verbosity_level=-1).run("Double 4.") == 8


def test_a_failing_provider_loses_nothing(openai_server: FakeOpenAIServer) -> None:
    agent = CodeAgent([Double()], made(openai_server, retry=False), verbosity_level=-1)
    openai_server.reply(code("x = double(number=4)"), Failure(503, "Overloaded."))
    with pytest.raises(Exception, match="Overloaded"):
        agent.run("Double 4.")
    openai_server.reply(code("final_answer(x)"))
    assert agent.run("Go on.", reset=False) == 8
