"""What is Hugging Face's own about its models: routes, tokens, providers, and what their errors say."""

import asyncio
import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents.messages import agglomerate_stream_deltas
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, resolve_model
from smolagents_models_hf import InferenceClientModel
from smolagents_testing import FakeHubInferenceServer, code, tool_call
from smolagents_testing.hub_inference_server import TOKEN, HubModel
from smolagents_testing.openai_server import Failure

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def server() -> Iterator[FakeHubInferenceServer]:
    models = {"fake/model": HubModel(), "fake/gated": HubModel(gated=True)}
    with FakeHubInferenceServer(hub_models=models) as running, running.redirected():
        running.always("Good day.")
        yield running


def made(model_id: str = "fake/model", **options: Any) -> InferenceClientModel:
    model = InferenceClientModel(model_id, **{"token": TOKEN, **options})
    model.retryer.wait_seconds = 0.001
    return model


def error_of(model: InferenceClientModel) -> str:
    with pytest.raises(Exception) as caught:
        model.generate(HELLO)
    assert TOKEN not in repr(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("options", "path", "name"),
    [
        ({}, "/v1/chat/completions", "fake/model"),
        ({"provider": "auto"}, "/v1/chat/completions", "fake/model"),
        ({"provider": "novita"}, "/novita/v3/openai/chat/completions", "fake/hosted-model"),
        ({"provider": "together"}, "/together/v1/chat/completions", "fake/other-model"),
        ({"provider": "hf-inference"}, "/hf-inference/models/fake/model/v1/chat/completions", "fake/model"),
    ],
    ids=str,
)
def test_requests_take_the_sdks_routes(
    server: FakeHubInferenceServer, options: dict[str, Any], path: str, name: str
) -> None:
    assert made(**options, bill_to="my-org").generate(HELLO, stop_sequences=["END"]).content == "Good day."
    request = server.requests[-1]
    assert (request.path, request.body["model"], request.body["stop"]) == (path, name, ["END"])
    assert request.headers["x-hf-bill-to"] == "my-org"


def test_a_server_of_ones_own_is_asked_for_the_model(server: FakeHubInferenceServer) -> None:
    assert made("any-name", base_url=server.url).generate(HELLO).content == "Good day."
    assert server.requests[-1].body["model"] == "any-name"
    assert made(server.endpoint).generate(HELLO).content == "Good day."
    assert server.requests[-1].path == "/v1/chat/completions"


def test_the_key_of_a_provider_goes_to_the_provider(server: FakeHubInferenceServer) -> None:
    server.api_key = "sk-of-novita"
    assert made(token=None, api_key="sk-of-novita", provider="novita").generate(HELLO).content == "Good day."
    assert "begin with hf_" in error_of(made(token="sk-of-novita"))


@pytest.mark.parametrize("provider", [None, "novita", "hf-inference"])
def test_missing_tokens_are_named(server: FakeHubInferenceServer, provider: str | None) -> None:
    error = error_of(made(token=None, provider=provider))
    assert "HF_TOKEN" in error
    assert "hf auth login" in error


def test_tokens_come_from_the_environment_and_from_the_login(
    server: FakeHubInferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(token=None)
    Path(huggingface_hub.constants.HF_TOKEN_PATH).write_text(TOKEN)
    assert model.generate(HELLO).content == "Good day."
    server.api_key = "hf_of_the_environment"
    assert "Incorrect API key provided: ***" in error_of(model)
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
    assert made(token=None).generate(HELLO).content == "Good day."


def test_addresses_are_urls() -> None:
    with pytest.raises(ValueError, match="Did you mean http://localhost:8080"):
        InferenceClientModel("m", base_url="localhost:8080")


def test_there_is_one_token() -> None:
    with pytest.raises(ValueError, match="both `token` and `api_key`"):
        InferenceClientModel("m", token="hf_a", api_key="hf_b")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"token": "hf_wrong"}, r"answered 401: Incorrect API key provided: \*\*\*.*settings/tokens"),
        ({"model_id": "fake/nothing", "provider": "novita"}, "The Hub has no model 'fake/nothing'"),
        ({"model_id": "fake/gated", "provider": "novita"}, "Accept its terms at https://huggingface.co/fake/gated"),
        ({"provider": "groq"}, "fake/model is not supported by provider groq.*provider='auto'"),
        ({"provider": "some"}, "Provider 'some' not supported"),
    ],
    ids=str,
)
def test_what_can_not_be_served_is_explained(
    server: FakeHubInferenceServer, options: dict[str, Any], expected: str
) -> None:
    assert re.search(expected, error_of(made(**options)))
    assert server.requests == []


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure(402, "You have exceeded your credits."), "402: You have exceeded your credits.*settings/billing"),
        (Failure(403, "No permission."), "403: No permission.*permission to call inference providers"),
        (Failure(400, "No such model.", code="model_not_supported"), r"No such model. \(model_not_supported\)"),
    ],
    ids=repr,
)
def test_what_lasts_is_explained(server: FakeHubInferenceServer, failure: Failure, expected: str) -> None:
    server.always(failure)
    assert re.search(expected, error_of(made()))
    assert len(server.requests) == 1


def test_what_passes_is_tried_again_as_often_as_told(server: FakeHubInferenceServer) -> None:
    loading = Failure(503, "Model fake/model is currently loading")
    server.reply(loading, Failure(429, headers={"Retry-After": "0"}), "At last.")
    assert made().generate(HELLO).content == "At last."
    server.always(loading)
    for options, attempts in (({"max_retries": 1}, 2), ({"max_retries": 0}, 1), ({"retry": False}, 1)):
        server.requests.clear()
        assert "503: Model fake/model is currently loading" in error_of(made(**options))
        assert len(server.requests) == attempts


def test_a_server_that_is_not_there_is_named() -> None:
    with FakeHubInferenceServer() as server:
        url = server.url
    model = made(base_url=url)
    assert re.search(rf"{url}.* failed .*refused.*is the server running", error_of(model))
    with pytest.raises(Exception, match="is the server running"):
        asyncio.run(model.agenerate(HELLO))


def test_offline_mode_is_no_passing_failure(
    server: FakeHubInferenceServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in error_of(made())
    assert "trying again" not in caplog.text


@pytest.mark.parametrize("provider", [None, "novita"])
def test_response_formats_are_sent(server: FakeHubInferenceServer, provider: str | None) -> None:
    made(provider=provider).generate(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT)
    assert server.requests[-1].body["response_format"] == CODEAGENT_RESPONSE_FORMAT


def test_response_formats_that_would_be_ignored_are_refused() -> None:
    with pytest.raises(ValueError, match=r"only supports structured outputs with these providers: .*; not with some"):
        made(provider="some").generate(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT)


def test_parameters_without_a_name_in_the_sdk_are_sent(server: FakeHubInferenceServer) -> None:
    made(top_k=40, temperature=0.5, extra_body={"min_p": 0.1}).generate(HELLO, seed=3)
    sent = server.requests[-1].body
    assert {name: sent[name] for name in ("top_k", "temperature", "min_p", "seed")} == {
        "top_k": 40,
        "temperature": 0.5,
        "min_p": 0.1,
        "seed": 3,
    }
    assert "extra_body" not in sent
    with pytest.raises(ValueError, match=r"takes no timeout of a request: make the model with timeout="):
        made().generate(HELLO, timeout=1)


def test_what_was_received_is_let_go(server: FakeHubInferenceServer) -> None:
    model = made()

    def kept() -> int:
        gc.collect()
        return sum(type(thing).__name__ == "Response" for thing in gc.get_objects())

    async def several() -> list[int]:
        counts = []
        for _ in range(3):
            await model.agenerate(HELLO)
            [delta async for delta in model.agenerate_stream(HELLO)]
            counts.append(kept())
        return counts

    before = kept()
    for _ in range(3):
        model.generate(HELLO)
        list(model.generate_stream(HELLO))
    assert kept() == before
    first, *later = asyncio.run(several())
    assert later == [first] * 2


def test_a_stream_may_be_left_early(server: FakeHubInferenceServer) -> None:
    server.always("one two three four")
    model = made()
    stream = model.generate_stream(HELLO)
    assert next(stream).content == "one"
    stream.close()

    async def first_word() -> str:
        stream = model.agenerate_stream(HELLO)
        async for delta in stream:
            await stream.aclose()
            return delta.content
        raise AssertionError("no word came")

    assert asyncio.run(first_word()) == "one"
    assert model.generate(HELLO).content == "one two three four"


def test_connections_are_reused(server: FakeHubInferenceServer) -> None:
    model = made()

    async def twice() -> None:
        await model.agenerate(HELLO)
        [delta async for delta in model.agenerate_stream(HELLO)]

    model.generate(HELLO)
    agglomerate_stream_deltas(model.generate_stream(HELLO))
    asyncio.run(twice())
    first, second, third, fourth = (request.connection for request in server.requests)
    assert (first, third) == (second, fourth)


def test_the_sdk_is_called_with_the_constructors_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(huggingface_hub, "InferenceClient", lambda **kwargs: calls.append(kwargs) or "client")
    options = {"provider": "novita", "timeout": 5, "bill_to": "org", "client_kwargs": {"headers": {"a": "b"}}}
    model = InferenceClientModel("m", token="hf_x", max_retries=2, **options)
    assert model.client == "client"
    given = {"model": "m", "provider": "novita", "token": "hf_x", "timeout": 5, "bill_to": "org", "base_url": None}
    assert calls == [{**given, "headers": {"a": "b"}}]
    assert model.to_dict() == {"model_id": "m", "max_retries": 2, **options}
    assert InferenceClientModel.from_dict(model.to_dict()).retryer.max_attempts == 3


def test_somebody_elses_client_serves_all_callers(server: FakeHubInferenceServer) -> None:
    client = huggingface_hub.InferenceClient(token=TOKEN, headers={"x-mine": "yes"})
    model = InferenceClientModel("fake/model", client=client)

    async def streamed() -> str:
        return "".join([delta.content async for delta in model.agenerate_stream(HELLO)])

    assert model.generate(HELLO).content == "Good day."
    assert asyncio.run(model.agenerate(HELLO)).content == "Good day."
    assert asyncio.run(streamed()) == "Good day."
    assert [request.headers["x-mine"] for request in server.requests] == ["yes"] * 3


def test_importing_the_package_imports_no_sdk() -> None:
    check = "import sys, smolagents_models_hf as m; m.InferenceClientModel; sys.exit('huggingface_hub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_the_older_name_warns() -> None:
    import smolagents
    import smolagents_models_hf

    for module in (smolagents_models_hf, smolagents):
        with pytest.warns(DeprecationWarning, match="InferenceClientModel") as caught:
            assert module.HfApiModel is InferenceClientModel
        # Python shows such warnings only where the program itself is to blame.
        assert caught[0].filename == __file__


def test_one_spelling() -> None:
    model = resolve_model("hf/Qwen/Qwen3-32B", provider="novita")
    assert (type(model), model.model_id, model.provider) == (InferenceClientModel, "Qwen/Qwen3-32B", "novita")


class Double(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "The number."}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return 2 * number


@pytest.mark.parametrize("stream", [False, True])
def test_serves_agents(server: FakeHubInferenceServer, stream: bool) -> None:
    server.reply(tool_call("double", number=21), tool_call("final_answer", answer="42"))
    assert ToolCallingAgent([Double()], made(), stream_outputs=stream, verbosity_level=-1).run("Double 21.") == "42"
    server.reply(code("final_answer(double(number=4))"))
    assert CodeAgent([Double()], made(), stream_outputs=stream, verbosity_level=-1).run("Double 4.") == 8
    server.reply('{"thought": "Easy.", "code": "final_answer(1)"}')
    structured = CodeAgent(
        [], made(), stream_outputs=stream, use_structured_outputs_internally=True, verbosity_level=-1
    )
    assert structured.run("One.") == 1
    assert server.requests[-1].body["response_format"] == CODEAGENT_RESPONSE_FORMAT


def test_a_failing_provider_loses_nothing(server: FakeHubInferenceServer) -> None:
    agent = CodeAgent([Double()], made(retry=False), verbosity_level=-1)
    server.reply(code("x = double(number=4)"), Failure(503, "Overloaded."))
    with pytest.raises(Exception, match="Overloaded"):
        agent.run("Double 4.")
    server.reply(code("final_answer(x)"))
    assert agent.run("Go on.", reset=False) == 8
