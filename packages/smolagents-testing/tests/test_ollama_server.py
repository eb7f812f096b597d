import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_testing import FakeOllamaServer, tool_call
from smolagents_testing.openai_server import Delayed, Dropped, Failure

HELLO = {"model": "llama3.2", "messages": [{"role": "user", "content": "Hello"}], "stream": False}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]


@pytest.fixture
def server() -> Iterator[FakeOllamaServer]:
    with FakeOllamaServer() as server:
        yield server


def ask(server: FakeOllamaServer, path: str, body: Any = None) -> tuple[int, list[Any]]:
    """Return the status and the JSON values of the answer, one a line."""
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET" if body is None else "POST", path, json.dumps(body))
        response = connection.getresponse()
        return response.status, [json.loads(line) for line in response.read().splitlines()]
    finally:
        connection.close()


def test_chats_in_its_own_words(server: FakeOllamaServer) -> None:
    server.reply("Good day.", [tool_call("weather", call_id="a", city="Rome"), tool_call("weather", call_id="b")])
    status, (answer,) = ask(server, "/api/chat", HELLO)
    assert status == 200
    assert answer["message"] == {"role": "assistant", "content": "Good day."}
    assert (answer["done"], answer["done_reason"]) == (True, "stop")
    assert (answer["prompt_eval_count"], answer["eval_count"]) == (4 + 2, 3)
    _, (answer,) = ask(server, "/api/chat", {**HELLO, "tools": TOOLS})
    assert answer["message"]["tool_calls"] == [
        {"id": "a", "function": {"name": "weather", "arguments": {"city": "Rome"}}},
        {"id": "b", "function": {"name": "weather", "arguments": {}}},
    ]


def test_streams_lines_unless_told_otherwise(server: FakeOllamaServer) -> None:
    server.reply("Good day, Sir.", [tool_call("weather", city="Rome"), tool_call("weather", city="Oslo")])
    body = {key: HELLO[key] for key in ("model", "messages")}
    _, lines = ask(server, "/api/chat", body)
    assert [line["message"]["content"] for line in lines] == ["Good", " day,", " Sir.", ""]
    assert [line["done"] for line in lines] == [False, False, False, True]
    assert "prompt_eval_count" in lines[-1]
    _, lines = ask(server, "/api/chat", {**body, "tools": TOOLS})
    calls = [line["message"].get("tool_calls", []) for line in lines]
    assert [[call["function"]["arguments"] for call in piece] for piece in calls] == [
        [{"city": "Rome"}],
        [{"city": "Oslo"}],
        [],
    ]


def test_generates_from_a_prompt(server: FakeOllamaServer) -> None:
    server.reply(lambda body: f"{len(body['messages'])} messages")
    _, (answer,) = ask(
        server, "/api/generate", {"model": "llama3.2", "system": "Hi", "prompt": "Hello", "stream": False}
    )
    assert answer["response"] == "2 messages"
    assert answer["prompt_eval_count"] == 4 + 1 + 4 + 2
    assert "messages" not in server.requests[-1].body


def test_forgets_the_oldest_messages_when_the_context_is_full(server: FakeOllamaServer) -> None:
    server.always(lambda body: " ".join(message["content"][0] for message in body["messages"]))
    system, *turns = [
        {"role": role, "content": letter * 4000}
        for role, letter in zip(("system", "user", "assistant", "user"), "SABC", strict=True)
    ]
    body = {**HELLO, "messages": [system, *turns]}
    _, (whole,) = ask(server, "/api/chat", body)
    assert (whole["message"]["content"], whole["prompt_eval_count"]) == ("S A B C", 4016)
    _, (cut,) = ask(server, "/api/chat", {**body, "options": {"num_ctx": 2500}})
    assert (cut["message"]["content"], cut["prompt_eval_count"]) == ("S C", 2008)
    assert len(server.requests[-1].body["messages"]) == 4
    _, (tiny,) = ask(server, "/api/chat", {**body, "options": {"num_ctx": 64}})
    assert (tiny["message"]["content"], tiny["prompt_eval_count"]) == ("S C", 64)


def test_the_openai_api_has_the_context_of_the_server(server: FakeOllamaServer) -> None:
    server.context_length = 100
    server.always("Yes.")
    messages = [{"role": "user", "content": [{"type": "text", "text": "x" * 4000}]}]
    body = {"model": "llama3.2", "messages": messages, "options": {"num_ctx": 8000}}
    _, (answer,) = ask(server, "/v1/chat/completions", body)
    assert answer["choices"][0]["message"]["content"] == "Yes."
    assert answer["usage"]["prompt_tokens"] == 100


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/chat", "model 'llama9' not found"),
        ("/api/show", "model 'llama9' not found"),
        (
            "/v1/chat/completions",
            {"message": "model 'llama9' not found", "type": "not_found_error", "param": None, "code": None},
        ),
    ],
)
def test_unknown_models(server: FakeOllamaServer, path: str, error: Any) -> None:
    assert ask(server, path, {**HELLO, "model": "llama9"}) == (404, [{"error": error}])
    assert server.requests == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}, "cannot unmarshal array"),
        ({"tools": TOOLS}, "registry.ollama.ai/library/llama3.2 does not support tools"),
        ({"model": ""}, "model is required"),
    ],
)
def test_refuses_what_ollama_refuses(server: FakeOllamaServer, change: dict[str, Any], error: str) -> None:
    server.capabilities = ("completion",)
    server.always("Never said.")
    status, (answer,) = ask(server, "/api/chat", {**HELLO, **change})
    assert status == 400
    assert error in answer["error"]


def test_lists_its_models(server: FakeOllamaServer) -> None:
    assert [model["name"] for model in ask(server, "/api/tags")[1][0]["models"]] == ["llama3.2:latest"]
    assert ask(server, "/api/ps")[1][0]["models"][0]["context_length"] == 4096
    assert "version" in ask(server, "/api/version")[1][0]
    assert ask(server, "/v1/models")[1][0]["data"][0]["id"] == "llama3.2:latest"
    shown = ask(server, "/api/show", {"model": "llama3.2"})[1][0]
    assert shown["capabilities"] == ["completion", "tools"]
    assert shown["model_info"]["llama.context_length"] == 131_072


def test_injects_errors_delays_and_broken_streams(server: FakeOllamaServer) -> None:
    server.reply(Failure(503, "server busy, please try again.  maximum pending requests exceeded"))
    status, (answer,) = ask(server, "/api/chat", HELLO)
    assert (status, answer) == (503, {"error": "server busy, please try again.  maximum pending requests exceeded"})
    server.reply(Delayed(0.01, "Late."))
    assert ask(server, "/api/chat", HELLO)[1][0]["message"]["content"] == "Late."
    server.reply(Dropped())
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server, "/api/chat", HELLO)
    server.reply(Dropped(after_events=2))
    with pytest.raises(http.client.IncompleteRead):
        ask(server, "/api/chat", {**HELLO, "stream": True})


def test_stop_sequences_and_calls_that_are_no_json(server: FakeOllamaServer) -> None:
    server.always("One. STOP Two.")
    stopping = {**HELLO, "options": {"stop": ["STOP"]}}
    assert ask(server, "/api/chat", stopping)[1][0]["message"]["content"] == "One. "
    server.honours_stop = False
    assert ask(server, "/api/chat", stopping)[1][0]["message"]["content"] == "One. STOP Two."
    call = tool_call("weather")
    call.function.arguments = '{"city": '
    server.always(call)
    message = ask(server, "/api/chat", {**HELLO, "tools": TOOLS})[1][0]["message"]
    assert message == {"role": "assistant", "content": '{"name": "weather", "parameters": {"city": '}
