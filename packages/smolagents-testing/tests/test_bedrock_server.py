"""What the fake of Bedrock promises to tests, as seen without any SDK; those of the plugin use boto3."""

import http.client
import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_testing import FakeBedrockServer
from smolagents_testing.bedrock_server import ACCESS_KEY_ID
from smolagents_testing.openai_server import Failure

HELLO = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}


@pytest.fixture
def server() -> Iterator[FakeBedrockServer]:
    with FakeBedrockServer() as running:
        yield running


def post(
    server: FakeBedrockServer, body: Any = HELLO, path: str = "/model/a%3A0/converse", authorization: str = ""
) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=60)
    try:
        headers = {"Authorization": authorization or f"Bearer {server.api_key}"}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_answers_from_the_script(server: FakeBedrockServer) -> None:
    server.reply("One")
    status, _, text = post(server)
    assert status == 200
    assert json.loads(text)["output"]["message"]["content"] == [{"text": "One"}]
    assert server.requests[0].body["modelId"] == "a:0"


def test_streams_frames(server: FakeBedrockServer) -> None:
    server.reply("One two")
    _, headers, stream = post(server, path="/model/m/converse-stream")
    assert headers["Content-Type"] == "application/vnd.amazon.eventstream"
    payloads = []
    while stream:
        size, of_headers = struct.unpack_from(">II", stream)
        payloads.append(json.loads(stream[12 + of_headers : size - 4]))
        stream = stream[size:]
    texts = [payload["delta"]["text"] for payload in payloads if "delta" in payload]
    assert "".join(texts) == "One two"
    assert payloads[-1]["usage"]["inputTokens"] > 0


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer wrong", 403),
        (f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/x", 200),
        ("AWS4 Credential=AKIAOTHER/x", 403),
    ],
    ids=["wrong key", "signed", "signed by others"],
)
def test_accepts_its_own_credentials_only(server: FakeBedrockServer, authorization: str, status: int) -> None:
    server.always("One")
    answer = post(server, authorization=authorization)
    assert answer[0] == status
    assert status == 200 or answer[1]["x-amzn-ErrorType"] == "AccessDeniedException"


def test_names_a_path_that_it_does_not_know(server: FakeBedrockServer) -> None:
    status, headers, text = post(server, path="/model/m/invoke")
    assert (status, headers["x-amzn-ErrorType"]) == (404, "ResourceNotFoundException")
    assert b"/model/m/invoke" in text


def test_fails_as_told_and_goes_on(server: FakeBedrockServer) -> None:
    server.reply(Failure(429, "Slow down.", headers={"Retry-After": "0"}), "One")
    status, headers, text = post(server)
    assert (status, headers["x-amzn-ErrorType"], headers["Retry-After"]) == (429, "ThrottlingException", "0")
    assert b"Slow down." in text
    assert post(server)[0] == 200


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([], b"must start with a user message"),
        ([HELLO["messages"][0]] * 2, b"must alternate"),
        ([{"role": "user", "content": [{"text": ""}]}], b"is blank"),
    ],
    ids=["none", "two of one role", "empty text"],
)
def test_refuses_what_bedrock_refuses(server: FakeBedrockServer, messages: Any, problem: bytes) -> None:
    server.reply("One")
    status, _, text = post(server, {"messages": messages})
    assert status == 400
    assert problem in text


def test_nothing_answers_after_its_end() -> None:
    with FakeBedrockServer() as server:
        pass
    with pytest.raises(ConnectionRefusedError):
        post(server)
