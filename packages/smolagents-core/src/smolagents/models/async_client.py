"""Keep an SDK's async client for each event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ClientPerLoop(Generic[T]):
    """Give each event loop a client of its own, and close that when the loop ends.

    The connections of an async client belong to the loop that opened them. So a client that is shared by several
    `asyncio.run()` fails at the second one, and a new client for each request opens a connection for each.

    Args:
        create: Makes a client.
        close: Closes one, inside its loop.
    """

    def __init__(self, create: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._create = create
        self._close = close
        self._lock = threading.Lock()
        self._clients: dict[asyncio.AbstractEventLoop, tuple[T, AsyncIterator[None]]] = {}

    async def get(self) -> T:
        """Return the running loop's client."""
        loop = asyncio.get_running_loop()
        with self._lock:
            known = self._clients.get(loop)
            if known is not None:
                return known[0]
            client = self._create()
            lifetime = self._lifetime(loop, client)
            self._clients[loop] = client, lifetime
        await anext(lifetime)
        return client

    async def _lifetime(self, loop: asyncio.AbstractEventLoop, client: T) -> AsyncIterator[None]:
        # A loop that ends (`asyncio.run`) closes its suspended async generators: the one place to close a client in.
        try:
            yield
        finally:
            del self._clients[loop]
            await self._close(client)
