import http.client
import json
import os
from typing import Any

import pytest
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.openai_server import Failure

FORM = {"model": "whisper-1", "response_format": "json"}


def post(server: FakeOpenAIServer, fields: dict[str, str], filename: str, data: bytes) -> tuple[int, Any]:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: audio/x\r\n\r\n'
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=10)
    try:
        headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "multipart/form-data; boundary=b"}
        body = "".join([*parts, head]).encode() + data + b"\r\n--b--\r\n"
        connection.request("POST", "/v1/audio/transcriptions", body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_answers_from_the_script(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Good morning.", lambda form: form["language"])
    data = os.urandom(100_000) + b"\r\n--\r\n\0"
    assert post(openai_server, FORM, "a.wav", data)[1]["text"] == "Good morning."
    assert post(openai_server, {**FORM, "language": "dé"}, "b.MP3", b"")[1]["text"] == "dé"
    first, second = (request.body for request in openai_server.requests)
    assert first == {**FORM, "file": {"filename": "a.wav", "data": data}}
    assert second["file"] == {"filename": "b.MP3", "data": b""}


@pytest.mark.parametrize(
    ("fields", "filename", "size", "status", "why"),
    [
        ({}, "a.wav", 1, 400, "Missing required parameter"),
        (FORM, "a.txt", 1, 400, "Invalid file format"),
        ({**FORM, "voice": "alloy"}, "a.wav", 1, 400, "voice"),
        ({**FORM, "response_format": "srt"}, "a.wav", 1, 400, "json alone"),
        (FORM, "a.wav", 25 * 2**20 + 1, 413, "Maximum content size limit"),
    ],
)
def test_refuses_what_the_api_refuses(
    openai_server: FakeOpenAIServer, fields: dict[str, str], filename: str, size: int, status: int, why: str
) -> None:
    openai_server.always("Good morning.")
    found, body = post(openai_server, fields, filename, bytes(size))
    assert (found, why in body["error"]["message"]) == (status, True)


def test_failures(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(Failure(429, "Slow down."))
    assert post(openai_server, FORM, "a.wav", b"RIFF")[0] == 429
