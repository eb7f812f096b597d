"""Where an MCP server is: a command to start, or an address."""

from __future__ import annotations

import logging
import os
import shlex
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

logger = logging.getLogger("smolagents.mcp")

_TRANSPORTS = ("streamable-http", "sse")
_HTTP_WORDS = ("url", "transport", "headers", "timeout", "sse_read_timeout", "auth")
_LAST_LINES = 20


class Server:
    """Reach one server.

    Args:
        parameters: `mcp.StdioServerParameters`, an address, or a dict with `url` and, if need be, `transport`,
            `headers`, `timeout` and `sse_read_timeout` (seconds) and `auth`.

    Raises:
        ValueError: These are no parameters of a server.
    """

    def __init__(self, parameters: Any) -> None:
        from mcp import StdioServerParameters

        self.said: deque[str] = deque(maxlen=_LAST_LINES)
        if isinstance(parameters, StdioServerParameters):
            self.label = shlex.join([parameters.command, *parameters.args])
            self._command: Any = parameters
            return
        self._command = None
        self._http = _http_parameters({"url": parameters} if isinstance(parameters, str) else parameters)
        self.label = self._http["url"]

    def transport(self) -> AbstractAsyncContextManager[Any]:
        """Return a new way to the server, as the SDK's client takes it."""
        if self._command is not None:
            return self._stdio()
        if self._http["transport"] == "sse":
            from mcp.client.sse import sse_client

            words = {word: value for word, value in self._http.items() if word != "transport"}
            return sse_client(**words)
        return self._streamable_http()

    @asynccontextmanager
    async def _stdio(self) -> AsyncIterator[Any]:
        from mcp.client.stdio import stdio_client

        # What the server says on stderr would stand in the middle of what the program shows.
        read, write = os.pipe()
        threading.Thread(target=self._listen, args=[read], name="smolagents-mcp-stderr", daemon=True).start()
        try:
            with open(write, "w") as errors:
                async with stdio_client(self._command, errlog=errors) as streams:
                    yield streams
        except FileNotFoundError:
            raise FileNotFoundError(f"no such program: {self._command.command}") from None

    def _listen(self, descriptor: int) -> None:
        with open(descriptor, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self.said.append(line.rstrip())
                logger.debug("%s: %s", self.label, line.rstrip())

    @asynccontextmanager
    async def _streamable_http(self) -> AsyncIterator[Any]:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        timeout = httpx2.Timeout(self._http.get("timeout", 30), read=self._http.get("sse_read_timeout", 300))
        http = httpx2.AsyncClient(
            headers=self._http.get("headers"), timeout=timeout, auth=self._http.get("auth"), follow_redirects=True
        )
        async with http, streamable_http_client(self._http["url"], http_client=http) as streams:
            yield streams


def _http_parameters(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or "url" not in given:
        raise ValueError(
            f"{given!r} is no MCP server: pass mcp.StdioServerParameters(command=…, args=[…]) or a dict with 'url'."
        )
    unknown = sorted(set(given) - set(_HTTP_WORDS))
    if unknown:
        raise ValueError(f"unknown for an MCP server: {', '.join(unknown)}. Known: {', '.join(_HTTP_WORDS)}")
    if given.get("transport", "streamable-http") not in _TRANSPORTS:
        raise ValueError(f"Unsupported transport: {given['transport']}. Known: {', '.join(_TRANSPORTS)}")
    if not str(given["url"]).startswith(("http://", "https://")):
        raise ValueError(f"{given['url']!r} is no address of an MCP server: it begins with http:// or https://")
    return {"transport": "streamable-http", **given}
