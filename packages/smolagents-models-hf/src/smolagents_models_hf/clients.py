"""Clients of huggingface_hub that let go of what they have received."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import Any


def is_of_sdk(client: Any) -> bool:
    """Tell whether a client is one of huggingface_hub's own classes, not somebody's stand-in."""
    return type(client).__module__.partition(".")[0] == "huggingface_hub"


# The SDK's clients keep every stream that they opened, and with it the request and all its messages, until they are
# closed. So each answer gets a copy that is closed after it; the connections are shared.


@contextmanager
def for_one_answer(client: Any) -> Iterator[Any]:
    """Give a client that is closed at the end of the block, with the stream that it opened."""
    if not is_of_sdk(client):
        yield client
        return
    own = copy.copy(client)
    own.exit_stack = ExitStack()
    with own.exit_stack:
        yield own


@asynccontextmanager
async def for_one_stream(client: Any) -> AsyncIterator[Any]:
    """Do the same for an async client, whose connections come with its first whole answer."""
    own = copy.copy(client)
    own.exit_stack = AsyncExitStack()
    async with own.exit_stack:
        yield own


class OpenStream:
    """Give the events of a stream, and close what it came from.

    Args:
        events: The events.
        opened: What is closed with them.
    """

    def __init__(self, events: Iterable[Any], opened: ExitStack) -> None:
        self._events = events
        self._opened = opened

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)

    def close(self) -> None:
        """End the stream."""
        self._opened.close()


class AsyncOpenStream:
    """Do the same in an event loop."""

    def __init__(self, events: AsyncIterable[Any], opened: AsyncExitStack) -> None:
        self._events = events
        self._opened = opened

    def __aiter__(self) -> AsyncIterator[Any]:
        return aiter(self._events)

    async def aclose(self) -> None:
        """End the stream."""
        await self._opened.aclose()
