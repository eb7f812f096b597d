"""What the fakes of E2B and Blaxel promise to tests, seen without an SDK; the plugins' tests use the real ones."""

import base64
import http.client
import json
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_testing import FakeBlaxelServer, FakeE2BServer
from smolagents_testing.fake_sandboxes import SandboxServer
from smolagents_testing.openai_server import Failure
from smolagents_testing.waiting import ended, until

Answer = tuple[int, Any]


def send(server: SandboxServer, method: str, path: str, body: Any = b"", **headers: str) -> Answer:
    """Return the status and the body, as lines of JSON where there are several."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    try:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, {name.replace("_", "-"): headers[name] for name in headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class E2B:
    """Speak E2B's API."""

    def __init__(self) -> None:
        self.server = FakeE2BServer()

    def control(self, method: str, path: str, body: Any = b"", key: str | None = None) -> Answer:
        return send(self.server, method, path, body, X_API_Key=key or self.server.api_key)

    def create(self, key: str | None = None) -> Answer:
        return self.control("POST", "/v2/sandboxes", {"templateID": "base", "timeout": 60}, key)

    def delete(self, name: str) -> Answer:
        return self.control("DELETE", f"/sandboxes/{name}")

    def run(self, made: bytes, command: str) -> str:
        """Return what a command writes to its standard output."""
        sandbox = json.loads(made)
        message = json.dumps({"process": {"cmd": "sh", "args": ["-c", command]}}).encode()
        where = {"E2b_Sandbox_Id": sandbox["sandboxID"], "X_Access_Token": sandbox["envdAccessToken"]}
        envelope = struct.pack(">BI", 0, len(message)) + message
        status, stream = send(self.server, "POST", "/process.Process/Start", envelope, **where)
        assert status == 200
        written = b""
        while stream:
            size = struct.unpack_from(">BI", stream)[1]
            event = json.loads(stream[5 : 5 + size]).get("event", {})
            written += base64.b64decode(event.get("data", {}).get("stdout", ""))
            stream = stream[5 + size :]
        return written.decode()


class Blaxel:
    """Speak Blaxel's API."""

    def __init__(self) -> None:
        self.server = FakeBlaxelServer()
        self.made = 0

    def control(self, method: str, path: str, body: Any = b"", key: str | None = None, **headers: str) -> Answer:
        bearer = f"Bearer {key or self.server.api_key}"
        return send(self.server, method, path, body, X_Blaxel_Authorization=bearer, **headers)

    def create(self, key: str | None = None) -> Answer:
        self.made += 1
        return self.control("POST", "/v0/sandboxes", {"metadata": {"name": f"sandbox{self.made}"}, "spec": {}}, key)

    def delete(self, name: str) -> Answer:
        return self.control("DELETE", f"/v0/sandboxes/{name}")

    def run(self, made: bytes, command: str) -> str:
        """Return what a command writes to its standard output."""
        name = json.loads(made)["metadata"]["name"]
        body = {"name": "mine", "command": command, "waitForCompletion": True}
        status, stream = self.control("POST", f"/run/{name}/process", body, Accept="text/event-stream")
        assert status == 200
        lines = map(json.loads, stream.splitlines())
        return "".join(line["data"] for line in lines if line["type"] == "stdout")


@pytest.fixture(params=[E2B, Blaxel])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    client = request.param()
    with client.server:
        yield client


def test_runs_commands_until_the_sandbox_is_deleted(client: Any) -> None:
    status, made = client.create()
    assert status in (200, 201)
    (name,) = client.server.sandboxes
    assert client.run(made, "echo $((6 * 7))").strip() == "42"
    assert client.delete(name)[0] in (200, 204)
    assert (client.server.sandboxes, client.server.deleted) == ({}, [name])
    assert client.delete(name)[0] == 404
    assert len(client.server.created) == 1


def test_refuses_a_wrong_key_and_makes_nothing(client: Any) -> None:
    status, text = client.create(key="a-wrong-key")
    assert status in (401, 403)
    assert b"key" in text
    assert b"a-wrong-key" not in text
    assert client.server.sandboxes == {}


def test_names_a_path_that_it_does_not_know(client: Any) -> None:
    status, text = client.control(
        "GET", "/v0/sandboxes/nowhere" if isinstance(client, Blaxel) else "/sandboxes/nowhere"
    )
    assert status == 404
    assert b"nowhere" in text


def test_fails_as_told_and_goes_on(client: Any) -> None:
    client.server.fail(Failure(503, "Out of order."), Failure(500, "Still out of order."))
    answers = [client.create() for _ in range(3)]
    assert [status for status, _ in answers[:2]] == [503, 500]
    assert b"Still out of order." in answers[1][1]
    assert answers[2][0] in (200, 201)


def test_has_as_many_sandboxes_as_told(client: Any) -> None:
    client.server.max_sandboxes = 1
    assert [client.create()[0] < 400 for _ in range(2)] == [True, False]


def test_takes_its_time_as_told(client: Any) -> None:
    client.server.start_seconds = 0.3
    begun = time.monotonic()
    client.create()
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize("end", ["sandboxes end", "server ends"])
@pytest.mark.parametrize("kind", [E2B, Blaxel])
def test_no_process_is_left(kind: Any, end: str) -> None:
    client = kind()
    with client.server as server:
        _, made = client.create()
        pid = int(client.run(made, "sleep 1000 >/dev/null 2>&1 & echo $!"))
        home = next(iter(server.sandboxes.values())).home
        if end == "sandboxes end":
            server.end_sandboxes()
            assert server.sandboxes == {}
    assert not home.exists()
    until(lambda: ended(pid))
