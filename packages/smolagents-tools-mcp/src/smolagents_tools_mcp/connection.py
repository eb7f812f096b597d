"""One server, used from any thread: opened, asked, and opened again after it has died."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from smolagents_tools_mcp.errors import Cancelled
from smolagents_tools_mcp.link import Link
from smolagents_tools_mcp.loop import News, finished
from smolagents_tools_mcp.servers import Server

if TYPE_CHECKING:
    import mcp

T = TypeVar("T")

_FRESH = 1.0  # seconds after an answer in which the server is taken to be there still


class Connection:
    """Ask one server.

    Args:
        server: Where it is.
        connect_timeout: Seconds in which it must be there.
        timeout: Seconds in which it must answer a request.
        tools_changed: Is called, in a thread of its own, when the server says that its tools have changed.
    """

    def __init__(
        self,
        server: Server,
        connect_timeout: float,
        timeout: float,
        tools_changed: Callable[[], None] | None = None,
    ) -> None:
        self._server = server
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        self._tools_changed = tools_changed
        self._link: Link | None = None
        self._closed = True
        self._opening = threading.Lock()
        self._answered = 0.0
        self.label = server.label
        self.name = ""

    def open(self) -> None:
        """Connect, unless that has been done; from here on the server is connected again whenever it was lost.

        Raises:
            ConnectionError: The server can't be reached or started.
            TimeoutError: It doesn't answer in time.
        """
        self._closed = False
        self._open_link()

    def _open_link(self) -> Link:
        with self._opening:
            if self._closed:
                raise ConnectionError(
                    f"The MCP server {self.label} is disconnected: use its tools inside the `with` block of the client."
                )
            if self._link is None or not self._link.alive:
                self._link = self._connected()
                info = self._link.client.server_info
                self.name = info.name if info and info.name else "server"
                self._answered = time.monotonic()
            return self._link

    def close(self) -> None:
        """Disconnect; a server that was started for this ends."""
        with self._opening:
            self._closed = True
            link, self._link = self._link, None
            if link is not None:
                link.end()

    def ask(self, what: str, request: Callable[[mcp.Client], Awaitable[T]], news: News | None = None) -> T:
        """Send a request and return the answer.

        Args:
            what: What is asked for, for error messages.
            request: Sends it with the SDK's client.
            news: Functions that are called until the answer is there, in this thread.

        Raises:
            ConnectionError: The server can't be reached, or was lost before it answered.
            TimeoutError: It did not answer in time.
            Cancelled: The run that asks was interrupted, or its action is out of time. The server is told.
            ValueError: It answered with something that is no valid answer.
            MCPError: It refused the request.
        """
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        link = self._living_link()
        try:
            done = finished(_awaited(request, link.client), news)
        except Cancelled as error:
            raise Cancelled(self._told(f"was told to cancel {what}, as {error}", last_words=False)) from None
        try:
            answer = done.result()
        except MCPError as error:
            if error.error.code == REQUEST_TIMEOUT:
                raise TimeoutError(self._told(f"did not answer {what} within {self._timeout:g} seconds")) from error
            if error.error.code != CONNECTION_CLOSED:
                self._answered = 0.0  # a server that was started anew refuses what belongs to its former life
                if not self._server.refusal:
                    raise
                raise ConnectionError(
                    self._told(f"refused to {what}: {error.error.message} ({self._server.refusal})")
                ) from None
            self._drop(link)
            raise ConnectionError(self._told(f"{_lost(what)} {_shown(_first(link.failure or error))}")) from None
        except Exception as error:
            if _is_about_content(error) and link.alive:
                raise ValueError(self._told(f"answered {what} with no valid result: {error}", False)) from error
            self._drop(link)
            raise ConnectionError(self._told(f"{_lost(what)} {_shown(_first(error))}")) from None
        self._answered = time.monotonic()
        self._server.said.clear()
        return answer

    def _connected(self) -> Link:
        link = Link(self._server, self._timeout, self._tools_changed)
        try:
            link.wait(self._connect_timeout)
        except TimeoutError:
            link.end()
            raise TimeoutError(self._told(f"does not answer within {self._connect_timeout:g} seconds")) from None
        except Exception as error:
            link.end()
            # Alone: the errors of the SDK show addresses with the secrets that these may have.
            raise ConnectionError(self._told(f"can't be used: {self._reason(error)}")) from None
        except BaseException:
            link.end()
            raise
        return link

    def _living_link(self) -> Link:
        """Return the connection, made again if the server has died since it was last asked.

        A request that is lost on the way may have been carried out, and is never sent twice. So what could be dead is
        asked for a sign of life before it.
        """
        from mcp import MCPError
        from mcp.types import METHOD_NOT_FOUND, REQUEST_TIMEOUT

        link = self._open_link()
        if time.monotonic() - self._answered < _FRESH:
            return link
        try:
            # Not a ping: new versions of the protocol have none.
            finished(link.client.list_tools(cache_mode="bypass")).result()
            return link
        except MCPError as error:
            if error.error.code == REQUEST_TIMEOUT:
                raise TimeoutError(self._told(f"did not answer within {self._timeout:g} seconds")) from error
            if error.error.code == METHOD_NOT_FOUND:  # there it is; it need not have tools
                return link
        except Cancelled:
            raise
        except Exception as error:
            if _is_about_content(error) and link.alive:
                return link
        self._drop(link)
        return self._open_link()

    def _drop(self, link: Link) -> None:
        """Leave a connection that is dead; another thread may have made a new one already."""
        with self._opening:
            if self._link is link:
                self._link = None
        link.end()

    def _told(self, text: str, last_words: bool = True) -> str:
        said = "\n".join(self._server.said) if last_words else ""
        text = self._server.without_secrets(text)
        return f"The MCP server {self.label} {text}" + (f"\nIts last words:\n{said}" if said else "")

    def _reason(self, error: Exception) -> str:
        from mcp.client.auth import OAuthFlowError

        first = _first(error)
        return _shown(first) if isinstance(first, OAuthFlowError) else self._server.refusal or _shown(first)


async def _awaited(request: Callable[[mcp.Client], Awaitable[T]], client: mcp.Client) -> T:
    return await request(client)


def _lost(what: str) -> str:
    return f"was lost while it did {what}, which may be done or not. The next call connects to it again."


def _is_about_content(error: Exception) -> bool:
    """Tell whether an exception of the SDK is about what an answer says, rather than about the connection."""
    return isinstance(error, (ValueError, RuntimeError))  # pydantic's are of the first kind


def _first(error: BaseException) -> BaseException:
    """Return an exception, or the first member of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _shown(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
