"""One connection to a server, from its beginning to its end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from smolagents_tools_mcp.loop import loop
from smolagents_tools_mcp.notice import Notice
from smolagents_tools_mcp.servers import Server

if TYPE_CHECKING:
    import mcp
    from anyio import CancelScope, Event

logger = logging.getLogger("smolagents.mcp")

# Seconds that a server may take to end: the SDK asks it, then terminates, then kills it, with 2 seconds between.
_ENDING = 10.0


class Link:
    """Hold a connection in a task of its own, as the SDK wants it.

    Args:
        server: Where the server is.
        timeout: Seconds in which it must answer a request.
        tools_changed: Is called, in a thread of its own, when the server says that its tools have changed.
    """

    def __init__(self, server: Server, timeout: float, tools_changed: Callable[[], None] | None) -> None:
        self._server = server
        self._timeout = timeout
        self._tools_changed = None if tools_changed is None else Notice(tools_changed)
        self._opened: Future[mcp.Client] = Future()
        self._over = threading.Event()
        self.failure: BaseException | None = None
        self._scope: CancelScope | None = None
        self._closing: Event | None = None
        asyncio.run_coroutine_threadsafe(self._hold(), loop())

    @property
    def alive(self) -> bool:
        """Tell whether the connection has not ended."""
        return not self._over.is_set()

    @property
    def client(self) -> mcp.Client:
        """Return the SDK's client."""
        return self._opened.result(0)

    def wait(self, seconds: float) -> None:
        """Wait until the connection is there, and raise what keeps it from that."""
        self._opened.result(seconds)

    def end(self) -> None:
        """End the connection; a server that was started for it has ended when this returns."""
        loop().call_soon_threadsafe(self._close)
        if not self._over.wait(_ENDING):
            loop().call_soon_threadsafe(self._cancel)
            self._over.wait(_ENDING)

    def _close(self) -> None:
        if self._closing is None or not self._opened.done():
            self._cancel()
        else:
            self._closing.set()

    def _cancel(self) -> None:
        if self._scope is not None:
            self._scope.cancel()

    async def _hold(self) -> None:
        import anyio
        from mcp import Client

        self._scope, self._closing = anyio.CancelScope(), anyio.Event()
        try:
            with self._scope:
                connecting = Client(
                    self._server.transport(), read_timeout_seconds=self._timeout, message_handler=self._note
                )
                async with connecting as client, anyio.create_task_group() as tasks:
                    self._opened.set_result(client)
                    if self._tools_changed is not None:
                        tasks.start_soon(self._listen, client)
                    await self._closing.wait()
                    tasks.cancel_scope.cancel()
        except BaseException as error:
            self.failure = error
        if not self._opened.done():
            self._opened.set_exception(self.failure or ConnectionError("the connection was closed"))
        self._over.set()

    async def _listen(self, client: mcp.Client) -> None:
        """Keep open what servers of the newest protocol send notifications on; older ones send them anyway."""
        from mcp.client.subscriptions import ListenNotSupportedError

        try:
            async with client.listen(tools_list_changed=True) as events:
                async for _ in events:  # `_note` is told of each, too
                    pass
        except ListenNotSupportedError:
            pass
        except Exception as error:
            logger.info("%s does not tell when its tools change: %s", self._server.label, error)

    async def _note(self, message: Any) -> None:
        from mcp.types import ToolListChangedNotification

        if isinstance(message, Exception):
            # One of pydantic has the text that it is about, among much else.
            wrong = message.errors()[0]["input"] if hasattr(message, "errors") else message
            self._server.hear(f"(this is no message of MCP: {wrong!r})")
        elif isinstance(message, ToolListChangedNotification) and self._tools_changed is not None:
            self._tools_changed.give()
