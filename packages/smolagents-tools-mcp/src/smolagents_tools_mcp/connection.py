"""One server, used from any thread: opened, asked, and opened again after it has died."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from smolagents_tools_mcp.servers import Server

if TYPE_CHECKING:
    import mcp

T = TypeVar("T")

_FRESH = 1.0  # seconds after an answer in which the server is taken to be there still


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of all connections, so that one can be used from every thread and every other loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="smolagents-mcp", daemon=True).start()
    return loop


def _wait(coroutine: Coroutine[Any, Any, T]) -> T:
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    try:
        return future.result()
    except BaseException:  # Ctrl-C, or the deadline of an agent's code: nobody waits for the answer any more
        future.cancel()
        raise


class Connection:
    """Ask one server.

    Args:
        server: Where it is.
        connect_timeout: Seconds in which it must be there.
        timeout: Seconds in which it must answer a request.
    """

    def __init__(self, server: Server, connect_timeout: float, timeout: float) -> None:
        self._server = server
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        self._client: mcp.Client | None = None
        self._task: Future[None] | None = None
        self._closing: asyncio.Event | None = None
        self._opening = threading.Lock()
        self._answered = 0.0
        self.label = server.label
        self.name = ""

    def open(self) -> None:
        """Connect, unless that has been done.

        Raises:
            ConnectionError: The server can't be reached or started.
            TimeoutError: It doesn't answer in time.
        """
        with self._opening:
            if self._client is None:
                opened: Future[mcp.Client] = Future()
                self._task = asyncio.run_coroutine_threadsafe(self._hold(opened), _loop())
                try:
                    self._client = opened.result(self._connect_timeout)
                except TimeoutError:
                    self._end()
                    raise TimeoutError(
                        self._told(f"does not answer within {self._connect_timeout:g} seconds")
                    ) from None
                except Exception as error:
                    self._end()
                    raise ConnectionError(self._told(f"can't be used: {_first(error)}")) from error
                self.name = self._client.server_info.name if self._client.server_info else "server"
                self._answered = time.monotonic()

    def close(self) -> None:
        """Disconnect; a server that was started for this ends."""
        with self._opening:
            self._end()

    def ask(self, what: str, request: Callable[[mcp.Client], Awaitable[T]]) -> T:
        """Send a request and return the answer.

        Args:
            what: What is asked for, for error messages.
            request: Sends it with the SDK's client.

        Raises:
            ConnectionError: The server can't be reached, or was lost before it answered.
            TimeoutError: It did not answer in time.
            MCPError: It refused the request.
        """
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        client = self._living_client()
        try:
            answer = _wait(_awaited(request, client))
        except MCPError as error:
            if error.error.code == REQUEST_TIMEOUT:
                raise TimeoutError(self._told(f"did not answer {what} within {self._timeout:g} seconds")) from error
            if error.error.code != CONNECTION_CLOSED:
                raise
            self.close()
            raise ConnectionError(self._told(_lost(what))) from error
        except Exception as error:
            self.close()
            raise ConnectionError(self._told(f"{_lost(what)} {_first(error)}")) from error
        self._answered = time.monotonic()
        self._server.said.clear()
        return answer

    def _living_client(self) -> mcp.Client:
        """Return the client, connected again if the server has died since it was last asked.

        A request that is lost on the way may have been carried out, and is never sent twice. So what could be dead is
        asked for a sign of life before it.
        """
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED

        self.open()
        client = self._client
        assert client is not None
        if time.monotonic() - self._answered < _FRESH:
            return client
        try:
            # Not a ping: new versions of the protocol have none.
            _wait(client.list_tools(cache_mode="bypass"))
            return client
        except MCPError as error:
            if error.error.code != CONNECTION_CLOSED:  # a refusal is a sign of life
                return client
        except Exception:
            pass
        self.close()
        self.open()
        assert self._client is not None
        return self._client

    async def _hold(self, opened: Future[mcp.Client]) -> None:
        """Keep the connection in one task from its beginning to its end, as the SDK wants it."""
        from mcp import Client

        self._closing = asyncio.Event()
        try:
            async with Client(self._server.transport(), read_timeout_seconds=self._timeout) as client:
                opened.set_result(client)
                await self._closing.wait()
        except BaseException as error:
            if opened.done():
                raise
            opened.set_exception(error)

    def _end(self) -> None:
        task, self._task, self._client = self._task, None, None
        if task is None or task.done():
            return
        if self._closing is not None:
            _loop().call_soon_threadsafe(self._closing.set)
        try:
            task.result(self._connect_timeout)
        except Exception:  # what is wrong with a server that is left does not matter any more
            task.cancel()

    def _told(self, text: str) -> str:
        said = "\n".join(self._server.said)
        return f"The MCP server {self.label} {text}" + (f"\nIts last words:\n{said}" if said else "")


async def _awaited(request: Callable[[mcp.Client], Awaitable[T]], client: mcp.Client) -> T:
    return await request(client)


def _lost(what: str) -> str:
    return f"was lost while it did {what}, which may be done or not. The next call connects to it again."


def _first(error: BaseException) -> str:
    """Return what an exception says, that of the first member if it is a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
