import asyncio
import base64
import gc
import io
import subprocess
import sys
import warnings
import weakref
from typing import Any

import openai
import pytest
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, ReplayModel
from smolagents_models_openai import AzureOpenAIModel, AzureOpenAIServerModel, OpenAIModel, OpenAIServerModel
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.openai_server import Delayed, Garbled

HELLO = [ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}])]


def model_of(server: FakeOpenAIServer, **options: Any) -> OpenAIModel:
    return OpenAIModel("fake-model", **{"api_base": server.url, "api_key": server.api_key, **options})


def test_the_older_names_are_the_same_classes() -> None:
    assert OpenAIServerModel is OpenAIModel
    assert AzureOpenAIServerModel is AzureOpenAIModel


def test_importing_the_package_imports_no_sdk() -> None:
    check = "import sys, smolagents_models_openai; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_the_request_is_what_the_api_documents(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Hi")
    model = model_of(openai_server, organization="my-org", project="my-project", temperature=0.5)
    model.generate(HELLO, stop_sequences=["END"], response_format=CODEAGENT_RESPONSE_FORMAT, seed=3)
    request = openai_server.requests[0]
    assert request.path == "/v1/chat/completions"
    assert request.headers["openai-organization"] == "my-org"
    assert request.headers["openai-project"] == "my-project"
    assert request.body == {
        "model": "fake-model",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "stop": ["END"],
        "response_format": CODEAGENT_RESPONSE_FORMAT,
        "temperature": 0.5,
        "seed": 3,
    }


def test_images_are_data_urls(openai_server: FakeOpenAIServer) -> None:
    pil = pytest.importorskip("PIL.Image")
    openai_server.reply("Red")
    content = [{"type": "image", "image": pil.new("RGB", (3, 2), "red")}]
    model_of(openai_server).generate([ChatMessage(MessageRole.USER, content)])
    (part,) = openai_server.requests[0].body["messages"][0]["content"]
    kind, data = part["image_url"]["url"].split(",")
    assert kind == "data:image/png;base64"
    assert pil.open(io.BytesIO(base64.b64decode(data))).size == (3, 2)


def test_half_a_character_becomes_a_question_mark(openai_server: FakeOpenAIServer) -> None:
    """Names of files and what programs print may hold such, and no API takes it."""
    openai_server.always("Hi")
    model = model_of(openai_server)
    for content in ("caf\udce9 🐢", [{"type": "text", "text": "caf\udce9 🐢", "more": 1}]):
        model.generate([{"role": "user", "content": content}])
    first, second = (request.body["messages"][0]["content"] for request in openai_server.requests)
    assert (first, second) == ("caf? 🐢", [{"type": "text", "text": "caf? 🐢", "more": 1}])


def test_sounds_are_input_audio(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Silence")
    content = [{"type": "audio", "audio": (8000, [0.0, 0.0])}]
    model_of(openai_server).generate([ChatMessage(MessageRole.USER, content)])
    (part,) = openai_server.requests[0].body["messages"][0]["content"]
    assert (part["type"], part["input_audio"]["format"]) == ("input_audio", "wav")


@pytest.mark.parametrize(("model_id", "expected"), [("gpt-audio-mini", True), ("gpt-5-mini", False)])
def test_audio_models_are_known_by_their_name(model_id: str, expected: bool) -> None:
    assert OpenAIModel(model_id, api_key="sk-x").supports_audio is expected


def test_contents_are_strings_where_the_server_knows_no_parts(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Hi")
    model_of(openai_server, flatten_messages_as_text=True).generate(HELLO)
    assert openai_server.requests[0].body["messages"] == [{"role": "user", "content": "Hello"}]


def test_streams_ask_for_usage_unless_told_otherwise(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    model = model_of(openai_server)
    assert agglomerate_stream_deltas(model.generate_stream(HELLO)).token_usage.input_tokens == 10
    usage = agglomerate_stream_deltas(model.generate_stream(HELLO, stream_options={"include_usage": False})).token_usage
    assert usage.input_tokens == 0


def test_a_stream_may_be_left_early(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("one two three four")
    model = model_of(openai_server)
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


def test_connections_close_when_their_model_goes(openai_server: FakeOpenAIServer) -> None:
    """The garbage collector takes the second one before its client here: with the SDK alone that is a warning."""
    openai_server.always("one two three four")
    gc.collect()
    gc.disable()
    try:
        model = model_of(openai_server)
        client = weakref.ref(model.client)
        stream = model.generate_stream(HELLO)
        next(stream)
        gc.collect(0)
        model.generate(HELLO)  # a second connection, while the first is busy
        list(stream)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            del model, stream
            gc.collect()
        assert client() is None
        assert not [str(warning.message) for warning in told]
    finally:
        gc.enable()


def test_a_client_of_the_callers_own_stays_open(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    with openai.DefaultHttpxClient() as http_client:
        model_of(openai_server, client_kwargs={"http_client": http_client}).generate(HELLO)
        gc.collect()
        assert not http_client.is_closed
    client = model_of(openai_server).client  # its model is gone
    gc.collect()
    assert model_of(openai_server, client=client).generate(HELLO).content == "Hi"


def test_connections_are_reused(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    model = model_of(openai_server)

    async def twice() -> None:
        for _ in range(2):
            await model.agenerate(HELLO)

    for _ in range(2):
        model.generate(HELLO)
    asyncio.run(twice())
    asyncio.run(twice())
    connections = [request.connection for request in openai_server.requests]
    assert [connections[index] == connections[index + 1] for index in (0, 2, 4)] == [True, True, True]
    assert len(set(connections)) == 3, "one for sync calls and one for each event loop"


def test_the_key_comes_from_the_environment(openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", openai_server.api_key)
    openai_server.reply("Hi")
    assert model_of(openai_server, api_key=None).generate(HELLO).content == "Hi"


def test_an_unreachable_server_is_named_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with FakeOpenAIServer() as server:
        model = model_of(server)
        url = server.url
    with pytest.raises(openai.APIConnectionError, match=rf"{url}.*refused.*is the server running"):
        model.generate(HELLO)
    with pytest.raises(openai.APIConnectionError, match=rf"{url}.*is the server running"):
        asyncio.run(model.agenerate(HELLO))
    assert "trying again" not in caplog.text


def test_a_key_that_is_no_header_value_is_not_shown(openai_server: FakeOpenAIServer) -> None:
    with pytest.raises(openai.APIConnectionError) as caught:
        model_of(openai_server, api_key="sk-secret\n").generate(HELLO)
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_late_server_is_named(openai_server: FakeOpenAIServer) -> None:
    openai_server.always(Delayed(30.0))
    model = model_of(openai_server, retry=False)
    with pytest.raises(openai.APITimeoutError, match="client_kwargs="):
        model.generate(HELLO, timeout=0.1)


@pytest.mark.parametrize(
    ("garbled", "streams"),
    [
        (Garbled('{"choices": [', "application/json"), False),
        (Garbled('data: {"choices": [\n\n', "text/event-stream"), True),
    ],
    ids=["answer", "event"],
)
def test_malformed_json_is_said_to_be_the_servers(openai_server: FakeOpenAIServer, garbled: Any, streams: bool) -> None:
    openai_server.always(garbled)
    model = model_of(openai_server)
    said = rf"{openai_server.url}/ answered with malformed JSON: Expecting value"
    with pytest.raises(RuntimeError, match=said):
        list(model.generate_stream(HELLO)) if streams else model.generate(HELLO)
    assert len(openai_server.requests) == 1


def test_a_page_instead_of_an_answer_is_shown(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(Garbled("<html>\n  <body>Please sign in.</body>\n</html>"))
    with pytest.raises(RuntimeError, match="without a completion: <html> <body>Please sign in"):
        model_of(openai_server).generate(HELLO)


def test_the_sdk_is_called_with_the_constructors_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(openai, "OpenAI", lambda **kwargs: made.append(kwargs) or "client")
    model = OpenAIModel("m", "https://example.com/v1", "sk-x", "org", "proj", client_kwargs={"timeout": 5})
    assert model.client == "client"
    assert made == [
        {
            "base_url": "https://example.com/v1",
            "api_key": "sk-x",
            "organization": "org",
            "project": "proj",
            "timeout": 5,
            "max_retries": 0,
        }
    ]
    assert model.to_dict() == {
        "model_id": "m",
        "api_base": "https://example.com/v1",
        "organization": "org",
        "project": "proj",
        "client_kwargs": {"timeout": 5},
    }


def test_somebody_elses_client_serves_async_callers_too(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi there")

    class Own(OpenAIModel):
        def create_client(self) -> Any:
            return openai.OpenAI(**self.client_kwargs, default_headers={"x-mine": "own"})

    client = openai.OpenAI(
        base_url=openai_server.url, api_key=openai_server.api_key, default_headers={"x-mine": "given"}
    )
    own = Own("fake-model", api_base=openai_server.url, api_key=openai_server.api_key)
    given = OpenAIModel("fake-model", api_key="sk-unused", client=client)

    async def streamed(model: OpenAIModel) -> str:
        deltas = [delta async for delta in model.agenerate_stream(HELLO)]
        return agglomerate_stream_deltas(deltas).content

    for model, header in ((own, "own"), (given, "given")):
        assert model.generate(HELLO).content == "Hi there"
        assert asyncio.run(model.agenerate(HELLO)).content == "Hi there"
        assert asyncio.run(streamed(model)) == "Hi there"
        assert [request.headers["x-mine"] for request in openai_server.requests[-3:]] == [header] * 3


def test_an_azure_model_calls_its_deployment(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Hi")
    model = AzureOpenAIModel(
        "my-deployment",
        azure_endpoint=openai_server.endpoint,
        api_key=openai_server.api_key,
        api_version="2024-10-21",
    )
    model.generate(HELLO)
    request = openai_server.requests[0]
    assert request.path == "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == openai_server.api_key
    assert model.to_dict() == {
        "model_id": "my-deployment",
        "azure_endpoint": openai_server.endpoint,
        "api_version": "2024-10-21",
    }


def test_azure_reads_its_environment(openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", openai_server.endpoint)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", openai_server.api_key)
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    openai_server.always("Hi")
    assert AzureOpenAIModel("d").generate(HELLO).content == "Hi"
    assert asyncio.run(AzureOpenAIModel("d").agenerate(HELLO)).content == "Hi"


def test_azure_without_endpoint_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT", raising=False)
    with pytest.raises(ValueError, match="AZURE_OPENAI_ENDPOINT"):
        AzureOpenAIModel("d", api_key="sk-x", api_version="2024-10-21")


def test_a_recorded_model_can_be_replayed(openai_server: FakeOpenAIServer, tmp_path: Any) -> None:
    from smolagents.models import RecordingModel

    openai_server.reply("One", "Two")
    recording = RecordingModel(model_of(openai_server), tmp_path / "run.jsonl")
    recorded = [recording.generate(HELLO), asyncio.run(recording.agenerate(HELLO))]
    replay = ReplayModel(str(tmp_path / "run.jsonl"), check_prompt=True)
    for message in recorded:
        again = replay.generate(HELLO)
        assert (again.content, again.token_usage) == (message.content, message.token_usage)
