"""The event loop of all connections, and how a thread waits for what happens on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from smolagents.run import reason_to_stop

from smolagents_tools_mcp.errors import Cancelled

T = TypeVar("T")
News = SimpleQueue[Callable[[], None] | None]

_TURN = 0.1  # seconds after which a thread that waits looks whether it still should


@cache
def loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of all connections, so that one can be used from every thread and every other loop."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, name="smolagents-mcp", daemon=True).start()
    return made


def is_loop() -> bool:
    """Tell whether this is the thread of the loop."""
    try:
        return asyncio.get_running_loop() is loop()
    except RuntimeError:
        return False


def finished(coroutine: Coroutine[Any, Any, T], news: News | None = None) -> Future[T]:
    """Run a coroutine on the loop and return its future when that is done.

    Args:
        coroutine: What to run. It is cancelled if nobody waits for it any more.
        news: Functions that are called meanwhile, in the thread that waits: in its context, and free to block.

    Raises:
        Cancelled: The run that this is done for was interrupted, or its action is out of time.
    """
    news = SimpleQueue() if news is None else news
    future = asyncio.run_coroutine_threadsafe(coroutine, loop())
    future.add_done_callback(lambda _: news.put(None))
    try:
        while (told := _next(news)) is not None:
            told()
    except BaseException:  # Ctrl-C, too
        future.cancel()
        raise
    return future


def _next(news: News) -> Callable[[], None] | None:
    while True:
        # In turns: what is raised in this thread from outside is seen between two of them.
        try:
            return news.get(timeout=_TURN)
        except Empty:
            reason = reason_to_stop()
            if reason is not None:
                raise Cancelled(reason) from None
