"""A fake of Blaxel: its API and the server that runs in each sandbox, real HTTP on loopback.

The official SDK talks to it as to the real thing; commands run as processes of this machine, so nothing is isolated.

    with FakeBlaxelServer() as server:
        monkeypatch.setenv(…)  # every item of server.environment
        with server.as_blaxel():
            sandbox = SyncSandboxInstance.create({"name": "mine"})

Sources: https://docs.blaxel.ai/api-reference, and the models of the SDK `blaxel`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from smolagents_testing.fake_sandboxes import FakeProcess, FakeSandbox, SandboxServer
from smolagents_testing.loopback import Reply, Request

BLAXEL_API_KEY = "bl_fake_0123456789abcdef"
WORKSPACE = "fake-workspace"
MAX_STDIN_BYTES = 2**20


class FakeBlaxelServer(SandboxServer):
    """Serve Blaxel's API and its sandboxes.

    Args:
        api_key: The only key that is accepted.
        by_line: Give output line by line, when a line is complete and without its end, as log streams do; else as it
            comes.
    """

    def __init__(self, api_key: str = BLAXEL_API_KEY, by_line: bool = False) -> None:
        super().__init__(api_key)
        self.by_line = by_line
        self._commands: dict[FakeProcess, dict[str, Any]] = {}

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables with which the SDK talks to this server."""
        return {
            "BL_API_KEY": self.api_key,
            "BL_WORKSPACE": WORKSPACE,
            "BL_REGION": "us-pdx-1",
            "DO_NOT_TRACK": "1",
        }

    @contextlib.contextmanager
    def as_blaxel(self) -> Iterator[None]:
        """Have the SDK take this server for Blaxel, and read its credentials anew; the SDK has no variable for it."""
        from blaxel.core import auth, client, settings

        before, settings.auth = settings.auth, auth(settings.env, self.url)
        client.with_base_url(f"{self.url}/v0")
        client.with_auth(settings.auth)
        try:
            yield
        finally:
            settings.auth = before
            client.with_base_url(settings.base_url)
            client.with_auth(before)

    async def answer(self, request: Request) -> Reply:
        """Answer as Blaxel's API, or as the server in a sandbox."""
        if request.headers.get("x-blaxel-authorization") != f"Bearer {self.api_key}":
            return _error(403, "UNAUTHORIZED", "The API key is not known")
        _, area, *path = request.path.split("/")
        if area == "v0":
            return await self._control(request, path[1:])
        sandbox = self.sandboxes.get(path[0])
        if area != "run" or sandbox is None:
            return _error(404, "WORKLOAD_NOT_FOUND", f"Sandbox {path[0]} was not found")
        return await self._process(sandbox, request, path[2:])

    async def _control(self, request: Request, path: list[str]) -> Reply:
        if request.method == "POST":
            return await self._create(request.json(), request.query.get("createIfNotExist") == "true")
        (name,) = path
        if name not in self.sandboxes:
            return _error(404, "NOT_FOUND", f"Sandbox {name} not found")
        body = self._record(name)
        if request.method == "DELETE":
            await self.delete(name)
        return Reply(body=body)

    async def _create(self, body: dict[str, Any], or_get: bool) -> Reply:
        name = body["metadata"]["name"]
        if self._failures:
            failure = self._failures.popleft()
            return _error(failure.status, failure.code or "FAILED", failure.message)
        if name in self.sandboxes:
            taken = _error(409, "SANDBOX_ALREADY_EXISTS", f"Sandbox {name} already exists")
            return Reply(body=self._record(name)) if or_get else taken
        if len(self.sandboxes) >= self.max_sandboxes:
            return _error(403, "QUOTA_EXCEEDED", f"The workspace may have {self.max_sandboxes} sandboxes")
        await asyncio.sleep(self.start_seconds)
        self.created.append(body)
        self.sandboxes[name] = FakeSandbox(name, {})
        return Reply(body=self._record(name))

    def _record(self, name: str) -> dict[str, Any]:
        metadata = {"name": name, "url": f"{self.url}/run/{name}", "workspace": WORKSPACE}
        return {"metadata": metadata, "spec": {"runtime": {}}, "status": "DEPLOYED"}

    async def _process(self, sandbox: FakeSandbox, request: Request, path: list[str]) -> Reply:
        if not path:
            return await self._execute(sandbox, request.json(), request.headers.get("accept", ""))
        process = sandbox.processes.get(path[0])
        if process is None:
            return _error(404, "PROCESS_NOT_FOUND", f"process {path[0]} not found")
        if path[1:] == ["stdin"] and request.method == "POST":
            if len(request.body) > MAX_STDIN_BYTES:
                return _error(413, "TOO_LARGE", f"at most {MAX_STDIN_BYTES} bytes can be written at once")
            try:
                await process.write(request.body)
            except ConnectionError:
                return _error(409, "NO_STDIN", "the process has no open stdin pipe")
        elif path[1:] == ["kill"] and process.running:
            process.signal(9)
        elif len(path) > 1:
            return _error(404, "NOT_FOUND", f"process {path[0]} is not running")
        else:
            return Reply(body=self._state(path[0], process))
        return Reply(body={"message": "done", "path": request.path})

    async def _execute(self, sandbox: FakeSandbox, body: dict[str, Any], accept: str) -> Reply:
        name = body.get("name", "")
        known = sandbox.processes.get(name)
        if known is not None and known.running:
            return _error(400, "NAME_IN_USE", f"process {name} is running already")
        process = await sandbox.start(
            ["sh", "-c", body["command"]],
            body.get("env"),
            body.get("workingDir"),
            stdin=body.get("stdin", False),
            name=name,
        )
        self._commands[process] = body
        if body.get("waitForCompletion") and "text/event-stream" in accept:
            return Reply(chunks=self._events(name, process), content_type="application/x-ndjson")
        return Reply(body=self._state(name, process))

    async def _events(self, name: str, process: FakeProcess) -> AsyncIterator[bytes]:
        """Give a process's output and its end, each as a line of JSON."""
        yield _line("keepalive", "")
        partial = {"stdout": b"", "stderr": b""}
        async for stream, chunk in process.output():
            if not self.by_line:
                yield _line(stream, chunk.decode())
                continue
            *lines, partial[stream] = (partial[stream] + chunk).split(b"\n")
            for line in lines:
                yield _line(stream, line.decode())
        for stream, rest in partial.items():
            if rest:
                yield _line(stream, rest.decode())
        yield _line("result", json.dumps(self._state(name, process)))

    def _state(self, name: str, process: FakeProcess) -> dict[str, Any]:
        status, code = "running", 0
        if not process.running:
            code = process.exit_code
            status = "completed" if code == 0 else "failed" if code > 0 else "killed"
        times = {"startedAt": "", "completedAt": ""}
        texts = {"logs": "", "stdout": "", "stderr": "", "workingDir": ""}
        command = self._commands[process]["command"]
        state = {"pid": str(process.pid), "name": name, "command": command, "status": status, "exitCode": code}
        return {**state, **times, **texts}


def _line(kind: str, data: str) -> bytes:
    return json.dumps({"type": kind, "data": data}).encode() + b"\n"


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "error": code, "message": message, "status_code": status})
