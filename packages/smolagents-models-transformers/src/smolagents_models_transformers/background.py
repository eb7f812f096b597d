"""Iterate over what a function in another thread hands over; to leave the iterator is to cancel the function."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

from smolagents.concurrency import in_thread

T = TypeVar("T")
Producer = Callable[[Callable[[T], None], threading.Event], Any]


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def produced(producer: Producer[T]) -> Iterator[T]:
    """Yield what the function hands over, then raise its error if it has one.

    Args:
        producer: Gets the function to hand over with, and an event at which it has to end.
    """
    items: SimpleQueue[T | _End] = SimpleQueue()
    cancelled = threading.Event()

    def work() -> None:
        try:
            producer(items.put, cancelled)
        except BaseException as error:
            items.put(_End(error))
        else:
            items.put(_End())

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), name="smolagents-transformers", daemon=True)
    thread.start()
    try:
        while not isinstance(item := items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        cancelled.set()
        thread.join()


async def aproduced(producer: Producer[T]) -> AsyncGenerator[T, None]:
    """Do the same as `produced` without blocking the event loop."""
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[T | _End] = asyncio.Queue()
    cancelled = threading.Event()

    def hand_over(item: T) -> None:
        loop.call_soon_threadsafe(items.put_nowait, item)

    worker = asyncio.ensure_future(in_thread(producer, hand_over, cancelled))
    worker.add_done_callback(lambda done: items.put_nowait(_End(None if done.cancelled() else done.exception())))
    try:
        while not isinstance(item := await items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        cancelled.set()
        await asyncio.wait([worker])
