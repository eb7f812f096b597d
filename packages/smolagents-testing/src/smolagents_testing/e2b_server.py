"""A fake of E2B: its API and the `envd` that runs in each sandbox, real HTTP on loopback.

The official SDK talks to it as to the real thing; commands run as processes of this machine, so nothing is isolated.

    with FakeE2BServer() as server:
        monkeypatch.setenv(…)  # every item of server.environment
        sandbox = e2b.Sandbox.create()

Sources: https://e2b.dev/docs/api-reference, https://connectrpc.com/docs/protocol, and e2b's `process.proto`.
"""

from __future__ import annotations

import asyncio
import base64
import email
import itertools
import json
import secrets
import struct
from collections.abc import AsyncIterator
from typing import Any

from smolagents_testing.fake_sandboxes import FakeProcess, FakeSandbox, SandboxServer
from smolagents_testing.loopback import Reply, Request

E2B_API_KEY = "e2b_" + "0123456789abcdef" * 2 + "01234567"
ENVD_VERSION = "0.6.4"
DEFAULT_LIFETIME = 300
KEEPALIVE_SECONDS = 5.0
END_OF_STREAM = 2
SIGNALS = {"SIGNAL_SIGKILL": 9, "SIGNAL_SIGTERM": 15}


class FakeE2BServer(SandboxServer):
    """Serve E2B's API and its sandboxes.

    Args:
        api_key: The only key that is accepted.
    """

    def __init__(self, api_key: str = E2B_API_KEY) -> None:
        super().__init__(api_key)
        self._numbers = itertools.count(1)
        self._tokens: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables by which the SDK finds this server."""
        return {"E2B_API_URL": self.url, "E2B_SANDBOX_URL": self.url, "E2B_API_KEY": self.api_key}

    async def answer(self, request: Request) -> Reply:
        """Answer as E2B's API, or as the `envd` of a sandbox."""
        if request.path.startswith(("/v2/sandboxes", "/sandboxes")):
            return await self._control(request)
        sandbox = self.sandboxes.get(request.headers.get("e2b-sandbox-id", ""))
        if sandbox is None:
            return _error(502, "The sandbox was not found", code=502)
        if request.path == "/health":
            return Reply(204)
        if request.headers.get("x-access-token") != self._tokens[sandbox.name]:
            return _error(401, "unauthorized", code="unauthenticated")
        if request.path == "/files":
            return _files(sandbox, request)
        if request.path.startswith("/process.Process/"):
            return await self._process(sandbox, request)
        return _error(404, f"unknown path {request.path}", code="unimplemented")

    async def _control(self, request: Request) -> Reply:
        if request.headers.get("x-api-key") != self.api_key:
            return _error(401, "Invalid API key format or the key does not exist", code=401)
        if (request.method, request.path) == ("POST", "/v2/sandboxes"):
            return await self._create(request.json())
        name = request.path.split("/")[2]
        if request.method == "DELETE":
            return Reply(204) if await self.delete(name) else _error(404, f"sandbox {name} not found", code=404)
        return _error(404, f"unknown path {request.path}", code=404)

    async def _create(self, body: dict[str, Any]) -> Reply:
        if self._failures:
            failure = self._failures.popleft()
            return Reply(failure.status, {"code": failure.status, "message": failure.message}, headers=failure.headers)
        if len(self.sandboxes) >= self.max_sandboxes:
            return _error(
                429, f"you have reached the maximum number of concurrent E2B sandboxes ({self.max_sandboxes})", code=429
            )
        await asyncio.sleep(self.start_seconds)
        self.created.append(body)
        name = f"sandbox{next(self._numbers)}"
        self.sandboxes[name] = FakeSandbox(name, body.get("envVars") or {})
        self._tokens[name] = secrets.token_hex(16)
        asyncio.get_running_loop().call_later(body.get("timeout", DEFAULT_LIFETIME), self._expire, name)
        made = {"templateID": body["templateID"], "sandboxID": name, "clientID": "fake", "envdVersion": ENVD_VERSION}
        return Reply(201, {**made, "envdAccessToken": self._tokens[name], "domain": None})

    def _expire(self, name: str) -> None:
        sandbox = self.sandboxes.pop(name, None)
        if sandbox is not None:
            self._expiring = asyncio.ensure_future(sandbox.end())

    async def _process(self, sandbox: FakeSandbox, request: Request) -> Reply:
        method = request.path.rpartition("/")[2]
        if method == "Start":
            return await _start(sandbox, json.loads(request.body[5:]))
        streamed = method == "Connect"
        message = json.loads(request.body[5:]) if streamed else request.json()
        if method == "List":
            running = [process.pid for process in sandbox.processes.values() if process.running]
            return Reply(body={"processes": [{"pid": pid, "config": {"cmd": "/bin/bash"}} for pid in running]})
        pid = message["process"]["pid"]
        process = sandbox.processes.get(str(pid))
        if process is None or not process.running:
            return _error(404, f"process with pid {pid} not found", code="not_found")
        if streamed:
            return _events(process)
        if method == "SendInput":
            try:
                await process.write(base64.b64decode(message["input"]["stdin"]))
            except ConnectionError:
                return _error(500, "error writing to stdin: broken pipe", code="internal")
        elif method == "SendSignal":
            process.signal(SIGNALS[message["signal"]])
        elif method == "CloseStdin":
            process.close_stdin()
        else:
            return _error(404, f"unknown method {method}", code="unimplemented")
        return Reply(body={})


async def _start(sandbox: FakeSandbox, message: dict[str, Any]) -> Reply:
    config = message["process"]
    command = [config["cmd"], *config.get("args", [])]
    return _events(
        await sandbox.start(command, config.get("envs"), config.get("cwd"), stdin=message.get("stdin", True))
    )


def _events(process: FakeProcess) -> Reply:
    return Reply(chunks=_enveloped(process), content_type="application/connect+json")


async def _enveloped(process: FakeProcess) -> AsyncIterator[bytes]:
    """Give a process's events as messages of a stream of the Connect protocol."""
    yield _envelope({"event": {"start": {"pid": process.pid}}})
    async for name, chunk in process.output():
        yield _envelope({"event": {"data": {name: base64.b64encode(chunk).decode()}}})
    code = process.exit_code
    if code >= 0:
        end: dict[str, Any] = {"exitCode": code, "exited": True, "status": f"exit status {code}"}
    else:
        end = {"exitCode": -1, "status": f"signal: {-code}", "error": f"signal: {-code}"}
    if code > 0:
        end["error"] = end["status"]
    yield _envelope({"event": {"end": end}})
    yield _envelope({}, END_OF_STREAM)


def _envelope(message: dict[str, Any], flags: int = 0) -> bytes:
    body = json.dumps(message).encode()
    return struct.pack(">BI", flags, len(body)) + body


def _files(sandbox: FakeSandbox, request: Request) -> Reply:
    path = sandbox.home / request.query["path"]
    if request.method == "GET":
        if not path.is_file():
            return _error(404, f"path '{path}' does not exist", code=404)
        return Reply(body=path.read_bytes(), content_type="application/octet-stream")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_uploaded(request))
    return Reply(body=[{"name": path.name, "type": "file", "path": str(path)}])


def _uploaded(request: Request) -> bytes:
    kind = request.headers["content-type"]
    if not kind.startswith("multipart/"):
        return request.body
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    (part,) = (part for part in message.walk() if not part.is_multipart())
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _error(status: int, message: str, code: object) -> Reply:
    return Reply(status, {"code": code, "message": message})
