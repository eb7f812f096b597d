"""Where an MCP server is: a command to start, or an address."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx2

logger = logging.getLogger("smolagents.mcp")
# The SDK logs what a server sends wrongly, with a traceback; where nobody has asked for logs, that is nothing to show.
logging.getLogger("mcp").addHandler(logging.NullHandler())

_TRANSPORTS = ("streamable-http", "sse")
_HTTP_WORDS = ("url", "transport", "headers", "timeout", "sse_read_timeout", "auth")
_LAST_LINES = 20
_LONGEST_LINE = 1000
# The SDK's own limit, 1 MiB, is less than a photograph has.
_MAX_EVENT_BYTES = 64 * 2**20
_SHORTEST_SECRET = 6
# Of `npx -y PACKAGE`, `python -m MODULE` and their like: what follows tells which server it is.
_PLAIN_OPTIONS = ("-y", "--yes", "-m", "-u")
_MOST_AT_ONCE = 2**16  # characters of a line that does not end
# Seconds for the last words of a server that has ended; what it has left behind may hold its stderr open.
_LAST_WORDS = 2.0


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
        self.refusal = ""
        self._command: Any = None
        if isinstance(parameters, StdioServerParameters):
            # What a server writes to the wrong place need not be UTF-8, and must not end the connection.
            self._command = parameters.model_copy(update={"encoding_error_handler": "replace"})
            self.label = _label_of_command(parameters.command, parameters.args)
            self._secrets = _secrets(parameters.env)
            return
        self._http = _http_parameters({"url": parameters} if isinstance(parameters, str) else parameters)
        self.label = _label_of_address(self._http["url"])
        address = urlsplit(self._http["url"])
        self._secrets = [*_secrets(self._http.get("headers")), *filter(None, [address.password, address.query])]

    def transport(self) -> AbstractAsyncContextManager[Any]:
        """Return a new way to the server, as the SDK's client takes it."""
        self.refusal = ""
        if self._command is not None:
            return self._stdio()
        if self._http["transport"] == "sse":
            from mcp.client.sse import sse_client

            return sse_client(self._http["url"], httpx_client_factory=lambda *_, **__: self._http_client())
        return self._streamable_http()

    def hear(self, line: str) -> None:
        """Keep a line that the server has written beside its messages, for errors that are to come."""
        line = self.without_secrets(line)[:_LONGEST_LINE]
        self.said.append(line)
        logger.debug("%s: %s", self.label, line)

    def without_secrets(self, text: str) -> str:
        """Return a text without what the parameters keep secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):  # one may be a part of another
            text = text.replace(secret, "***")
        return text

    @asynccontextmanager
    async def _stdio(self) -> AsyncIterator[Any]:
        import anyio
        from mcp.client.stdio import stdio_client

        # What the server says on stderr would stand in the middle of what the program shows.
        read, write = os.pipe()
        listener = threading.Thread(target=self._listen, args=[read], name="smolagents-mcp-stderr", daemon=True)
        listener.start()
        try:
            with open(write, "w") as errors:
                async with stdio_client(self._command, errlog=errors) as streams:
                    yield streams
        except FileNotFoundError as error:
            kind = "program" if error.filename == self._command.command else "folder"  # to work in
            raise FileNotFoundError(f"no such {kind}: {error.filename}") from None
        finally:
            with anyio.move_on_after(_LAST_WORDS, shield=True):
                while listener.is_alive():
                    await anyio.sleep(0.01)

    def _listen(self, descriptor: int) -> None:
        with open(descriptor, encoding="utf-8", errors="replace") as lines:
            while line := lines.readline(_MOST_AT_ONCE):
                self.hear(line.rstrip())

    @asynccontextmanager
    async def _streamable_http(self) -> AsyncIterator[Any]:
        from mcp.client.streamable_http import streamable_http_client

        url = self._http["url"]
        async with (
            self._http_client() as http,
            streamable_http_client(url, http_client=http, max_sse_event_size=_MAX_EVENT_BYTES) as streams,
        ):
            yield streams

    def _http_client(self) -> httpx2.AsyncClient:
        import httpx2

        timeout = httpx2.Timeout(self._http.get("timeout", 30), read=self._http.get("sse_read_timeout", 300))
        return httpx2.AsyncClient(
            headers=self._http.get("headers"),
            auth=self._http.get("auth"),
            timeout=timeout,
            event_hooks={"response": [self._note_refusal]},
        )

    async def _note_refusal(self, response: httpx2.Response) -> None:
        """Keep the status of a refused request: the SDK only tells that there was an error."""
        if response.status_code in (401, 403):
            self.refusal = f"{_status(response.status_code)}. Check `headers` or `auth` in its parameters."
        elif response.status_code >= 500:
            self.refusal = f"{_status(response.status_code)}."
        elif response.is_success:
            self.refusal = ""


def _http_parameters(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or "url" not in given:
        found = f"a dict with {', '.join(map(repr, given))}" if isinstance(given, dict) else type(given).__name__
        raise ValueError(
            f"This is no MCP server but {found}: pass mcp.StdioServerParameters(command=…, args=[…]) or a dict with "
            "'url'."
        )
    unknown = sorted(set(given) - set(_HTTP_WORDS))
    if unknown:
        raise ValueError(f"unknown for an MCP server: {', '.join(unknown)}. Known: {', '.join(_HTTP_WORDS)}")
    if given.get("transport", "streamable-http") not in _TRANSPORTS:
        raise ValueError(f"Unsupported transport: {given['transport']}. Known: {', '.join(_TRANSPORTS)}")
    if not str(given["url"]).startswith(("http://", "https://")):
        raise ValueError(f"{given['url']!r} is no address of an MCP server: it begins with http:// or https://")
    return {"transport": "streamable-http", **given}


def _label_of_command(command: str, arguments: list[str]) -> str:
    """Return what tells a command from others; further arguments, and what options take, may be passwords."""
    first = next((word for word in arguments if word not in _PLAIN_OPTIONS), "")
    if "://" in first:
        first = _label_of_address(first)
    named = [] if first.startswith("-") else [first]
    return " ".join(" ".join([command, *named]).split())[:200]


def _label_of_address(url: str) -> str:
    """Return an address without what may be a password or a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _secrets(values: dict[str, str] | None) -> list[str]:
    words = [word for value in (values or {}).values() for word in str(value).split()]
    return [word for word in words if len(word) >= _SHORTEST_SECRET]


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)
