"""Run an MCP server: on standard input and output, or over HTTP for whoever may use it."""

from __future__ import annotations

import asyncio
import hmac
import os
import socket
import sys
import threading
from typing import Any, TextIO

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TOKEN = "SMOLAGENTS_MCP_TOKEN"

# Seconds that clients which hold a connection open get at the end.
_FAREWELL = 2


def serve_stdio(server: Any) -> None:
    """Serve on standard input and output until the input ends.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    import anyio
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        async with stdio_server(stdin=_Lines(_taken_stdin())) as (read, write):  # type: ignore[arg-type]
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)


def serve_http(server: Any, host: str, port: int) -> None:
    """Serve over HTTP until Ctrl-C is pressed.

    On loopback, only requests that name it in `Host` and `Origin` are answered, so that no web page can reach it
    through a browser. Elsewhere, and where the environment has a token, they need that.

    Args:
        server: The server.
        host: Address to listen on.
        port: Port to listen on; 0: any that is free.

    Raises:
        PermissionError: It would be open to everybody.
        OSError: The port can't be had.
    """
    import uvicorn

    token = os.environ.get(_TOKEN)
    if not token and host not in _LOOPBACK:
        raise PermissionError(
            f"whoever reaches {host} could use these tools: set {_TOKEN} to a secret, which clients then send in the "
            "header `Authorization: Bearer …`, or leave out --host"
        )
    app = server.streamable_http_app(host=host)
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listening:
        shown = f"[{host}]" if ":" in host else host
        print(f"listening at http://{shown}:{listening.getsockname()[1]}/mcp", file=sys.stderr, flush=True)
        config = uvicorn.Config(
            _Guarded(app, token) if token else app, log_level="warning", timeout_graceful_shutdown=_FAREWELL
        )
        uvicorn.Server(config).run(sockets=[listening])


class _Guarded:
    """Pass requests on to an application that bring the token."""

    def __init__(self, app: Any, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] == "lifespan" or hmac.compare_digest(given, self._wanted):
            await self._app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _taken_stdin() -> TextIO:
    """Return the standard input, in whose place tools and what they start find an empty one."""
    taken = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return open(taken, encoding="utf-8", errors="replace")


class _Lines:
    """Read lines in a thread that the end of the program does not wait for, as it does for those of asyncio."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lines: asyncio.Queue[str] = asyncio.Queue(1)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=[loop], name="smolagents-mcp-stdin", daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line = "begin"
        while line and not loop.is_closed():
            line = self._file.readline()
            asyncio.run_coroutine_threadsafe(self._lines.put(line), loop).result()

    def __aiter__(self) -> _Lines:
        return self

    async def __anext__(self) -> str:
        line = await self._lines.get()
        if not line:
            raise StopAsyncIteration
        return line
