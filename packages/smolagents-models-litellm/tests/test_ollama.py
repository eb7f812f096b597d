"""Ollama drops the oldest messages of a prompt that outgrows its context: here it never does so unseen."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents import CodeAgent, Tool
from smolagents.messages import agglomerate_stream_deltas as joined
from smolagents_models_litellm import LiteLLMModel, LiteLLMRouterModel
from smolagents_testing import FakeOllamaServer, code, tool_call


class Double(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "The number."}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return 2 * number


SHORT = [{"role": "user", "content": "Hello"}]


def conversation(tokens: int) -> list[dict[str, Any]]:
    """Return messages of about so many tokens, the first of which matters most."""
    filler = "word " * (tokens // 3)
    texts = ["The secret is 42." + filler, filler, filler + "What is the secret?"]
    roles = ["user", "assistant", "user"]
    return [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]


@pytest.fixture
def server() -> Iterator[FakeOllamaServer]:
    with FakeOllamaServer() as running:
        running.always(lambda body: "42" if "The secret is 42." in json.dumps(body) else "What secret?")
        yield running


def made(server: FakeOllamaServer, model_id: str = "ollama_chat/llama3.2", **options: Any) -> LiteLLMModel:
    return LiteLLMModel(model_id, api_base=server.endpoint, **options)


def contexts(server: FakeOllamaServer) -> list[int | None]:
    return [request.body["options"].get("num_ctx") for request in server.requests]


@pytest.mark.parametrize("model_id", ["ollama_chat/llama3.2", "ollama/llama3.2"])
def test_the_context_grows_with_the_prompts(server: FakeOllamaServer, model_id: str) -> None:
    model = made(server, model_id)
    model.generate(SHORT)
    assert model.generate(conversation(6000)).content == "42"
    assert model.generate(conversation(20000)).content == "42"
    model.generate(SHORT)
    assert contexts(server) == [None, 8192, 32768, 32768]  # a smaller one again would have the model loaded anew


def test_all_ways_of_asking_have_the_context(server: FakeOllamaServer) -> None:
    async def streamed() -> str:
        return joined([delta async for delta in made(server).agenerate_stream(conversation(6000))]).content

    assert joined(made(server).generate_stream(conversation(6000))).content == "42"
    assert asyncio.run(made(server).agenerate(conversation(6000))).content == "42"
    assert asyncio.run(streamed()) == "42"
    assert contexts(server) == [8192] * 3


def test_room_for_the_answer_counts(server: FakeOllamaServer) -> None:
    made(server, max_tokens=6000).generate(conversation(3000))
    assert contexts(server) == [16384]


def test_a_given_context_stays(server: FakeOllamaServer) -> None:
    model = made(server, num_ctx=10000)
    model.generate(SHORT)
    assert model.generate(conversation(6000)).content == "42"
    with pytest.warns(UserWarning, match=r"some 12,\d\d\d tokens.* ollama_chat/llama3.2 has 10,000: Ollama drops"):
        assert model.generate(conversation(12000)).content == "What secret?"
    assert contexts(server) == [10000] * 3


def test_what_the_model_cannot_have_is_said(server: FakeOllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smolagents_testing.ollama_server.TRAINED_CONTEXT", 8192)
    model = made(server)
    with pytest.warns(UserWarning, match=r"some 12,\d\d\d tokens.* has 8,192"):
        assert model.generate(conversation(12000)).content == "What secret?"
    with pytest.warns(UserWarning, match="has 8,192"):
        model.generate(conversation(12000))
    assert contexts(server) == [8192, 8192]


def test_a_small_model_is_warned_of(server: FakeOllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smolagents_testing.ollama_server.TRAINED_CONTEXT", 2048)
    with pytest.warns(UserWarning, match="has 2,048"):
        assert made(server).generate(conversation(3000)).content == "What secret?"


def test_a_modelfiles_context_is_kept(server: FakeOllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"parameters": 'num_ctx                        16384\nstop                           "x"'}
    monkeypatch.setattr("smolagents_testing.ollama_server._Handler._shown", lambda self: shown)
    server.context_length = 16384
    model = made(server)
    assert model.generate(conversation(6000)).content == "42"
    assert model.generate(conversation(20000)).content == "42"
    assert contexts(server) == [None, 32768]


def test_no_server_is_an_error_that_names_it() -> None:
    with FakeOllamaServer() as server:
        model = made(server)
        address = server.endpoint
    for messages in (SHORT, conversation(6000)):
        with pytest.raises(Exception, match=f"Nobody answers at {address}: is the server running"):
            model.generate(messages)


@pytest.mark.parametrize("stream", [False, True])
def test_parallel_calls(server: FakeOllamaServer, stream: bool) -> None:
    server.always([tool_call("double", number=2), tool_call("double", number=3)])
    options = {"tools_to_call_from": [Double()]}
    model = made(server)
    message = joined(model.generate_stream(SHORT, **options)) if stream else model.generate(SHORT, **options)
    calls = model.parse_tool_calls(message).tool_calls
    assert [call.function.arguments for call in calls] == [{"number": 2}, {"number": 3}]
    assert len({call.id for call in calls}) == 2
    assert message.token_usage.input_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_serves_agents(server: FakeOllamaServer, stream: bool) -> None:
    agent = CodeAgent([Double()], made(server), stream_outputs=stream, verbosity_level=-1)
    server.reply(code("x = double(number=4)"), code("final_answer(x)"))
    assert agent.run("Double 4.") == 8
    assert str(agent.system_prompt)[:40] in json.dumps(server.requests[-1].body)


def test_a_router_warns(server: FakeOllamaServer) -> None:
    deployment = {"model": "ollama_chat/llama3.2", "api_base": server.endpoint}
    model = LiteLLMRouterModel("group", [{"model_name": "group", "litellm_params": deployment}])
    with pytest.warns(UserWarning, match="has 4,096"):
        model.generate(conversation(6000))
    large = [{"model_name": "group", "litellm_params": {**deployment, "num_ctx": 8192}}]
    assert LiteLLMRouterModel("group", large).generate(conversation(6000)).content == "42"
    assert contexts(server) == [None, 8192]
