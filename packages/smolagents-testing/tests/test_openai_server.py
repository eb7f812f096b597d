import http.client
import json
from typing import Any

import pytest
from smolagents_testing import FakeOpenAIServer, tool_call
from smolagents_testing.openai_server import Delayed, Dropped, Failure

HELLO = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def post(
    server: FakeOpenAIServer, body: Any, path: str = "/v1/chat/completions", **headers: str
) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=10)
    try:
        headers = headers or {"Authorization": f"Bearer {server.api_key}"}
        connection.request("POST", path, json.dumps(body), {name.replace("_", "-"): headers[name] for name in headers})
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    return response.status, response.headers, text


def test_answers_from_the_script(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("One", [tool_call("f", a=1)], lambda body: body["model"])
    openai_server.always("And on")
    messages = [json.loads(post(openai_server, HELLO)[2])["choices"][0]["message"] for _ in range(5)]
    assert [message["content"] for message in messages] == ["One", None, "m", "And on", "And on"]
    assert messages[1]["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    ]
    assert [request.body for request in openai_server.requests] == [HELLO] * 5


def test_streams_events(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("One two")
    body = {**HELLO, "stream": True, "stream_options": {"include_usage": True}}
    _, headers, text = post(openai_server, body)
    assert headers["Content-Type"] == "text/event-stream"
    *events, end = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert end == "[DONE]"
    chunks = [json.loads(event) for event in events]
    assert [choice["delta"].get("content") for chunk in chunks for choice in chunk["choices"]] == [
        "",
        "One",
        " two",
        None,
    ]
    assert chunks[-1]["usage"]["prompt_tokens"] == 10


def test_stop_sequences_end_answers_where_honoured(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("a END b")
    for honours, expected in ((True, "a "), (False, "a END b")):
        openai_server.honours_stop = honours
        answer = json.loads(post(openai_server, {**HELLO, "stop": ["END"]})[2])
        assert answer["choices"][0]["message"]["content"] == expected


def test_fails_on_demand(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(Failure(429, "Slow down.", code="rate_limit", headers={"Retry-After": "7"}))
    status, headers, text = post(openai_server, HELLO)
    assert (status, headers["Retry-After"], json.loads(text)["error"]["code"]) == (429, "7", "rate_limit")
    openai_server.reply(Dropped())
    with pytest.raises(http.client.RemoteDisconnected):
        post(openai_server, HELLO)
    openai_server.reply(Dropped(after_events=2))
    with pytest.raises(http.client.IncompleteRead):
        post(openai_server, {**HELLO, "stream": True})
    openai_server.reply(Delayed(0.01, "Late"))
    assert "Late" in post(openai_server, HELLO)[2]
    status, _, text = post(openai_server, HELLO)
    assert (status, "script ended before request 5" in text) == (400, True)


def test_the_key_is_checked(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    assert post(openai_server, HELLO, Authorization="Bearer other")[0] == 401
    azure = "/openai/deployments/d/chat/completions?api-version=1"
    assert post(openai_server, HELLO, azure, api_key=openai_server.api_key)[0] == 200
    assert post(openai_server, HELLO, azure)[0] == 401
    assert post(openai_server, HELLO, azure.partition("?")[0], api_key=openai_server.api_key)[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": None},
        {"messages": []},
        {"messages": [{"role": "tool-call", "content": "x"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user", "content": [{"type": "image", "image": "x"}]}]},
        {"tool_choice": "auto"},
        {"stream_options": {"include_usage": True}},
        {"stop": ["1", "2", "3", "4", "5"]},
    ],
    ids=str,
)
def test_what_the_api_refuses_is_refused(openai_server: FakeOpenAIServer, wrong: dict[str, Any]) -> None:
    openai_server.always("Hi")
    assert post(openai_server, {**HELLO, **wrong})[0] == 400


def test_models_are_listed() -> None:
    with FakeOpenAIServer(models=("a", "b")) as server:
        connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"))
        connection.request("GET", "/v1/models")
        listed = json.loads(connection.getresponse().read())
        connection.close()
    assert [model["id"] for model in listed["data"]] == ["a", "b"]


def test_waiting_for_requests_ends(openai_server: FakeOpenAIServer) -> None:
    with pytest.raises(AssertionError, match="0 requests"):
        openai_server.wait_for_requests(1, timeout=0.01)
