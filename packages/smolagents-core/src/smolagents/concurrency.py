"""Where sync and async code meet: run a coroutine from sync code, and blocking code from a coroutine."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

# asyncio is imported where it is used: most programs, and every sandboxed worker, do without.
if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")

# The event loop of the `arun` that this code works for; async tools called from a worker thread run there.
_home_loop: contextvars.ContextVar[asyncio.AbstractEventLoop | None] = contextvars.ContextVar("home_loop", default=None)


class _Awaited:
    """Hold what a worker thread waits for, so that it can be given up with the thread's work."""

    def __init__(self) -> None:
        self._futures: set[Future[Any]] = set()
        self.given_up = False

    def result(self, future: Future[T]) -> T:
        """Wait for a future."""
        self._futures.add(future)
        try:
            if self.given_up:
                future.cancel()
            return future.result()
        finally:
            self._futures.discard(future)

    def give_up(self) -> None:
        """Cancel what is waited for, now and from now on."""
        self.given_up = True
        for future in list(self._futures):
            future.cancel()


_awaited: contextvars.ContextVar[_Awaited | None] = contextvars.ContextVar("awaited", default=None)


@cache
def _background_loop() -> asyncio.AbstractEventLoop:
    """Return the process-wide loop for coroutines of sync runs, so that clients bound to a loop live across runs."""
    import asyncio

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="smolagents-async", daemon=True).start()
    return loop


@cache
def _blocking_pool() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    # Not asyncio's default pool: that one is small, and a coroutine that needs it (a DNS lookup, say) would wait
    # for the very threads that wait for the coroutine.
    return ThreadPoolExecutor(max_workers=1024, thread_name_prefix="smolagents")


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


def wait_for(awaitable: Awaitable[T]) -> T:
    """Run an awaitable to its end from sync code and return its result.

    It runs on the event loop of the surrounding `arun`, else on a background loop, so this works where another
    loop already runs in the calling thread (a notebook).
    """
    import asyncio

    loop = _home_loop.get()
    if loop is None or loop is _running_loop():
        loop = _background_loop()
    if loop is _running_loop():
        raise RuntimeError("an async tool called a sync one that awaits: make the inner call with `await`")
    future = asyncio.run_coroutine_threadsafe(_await(awaitable), loop)
    awaited = _awaited.get()
    return future.result() if awaited is None else awaited.result(future)


async def in_thread(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run a blocking function in a worker thread, in a copy of this context, and return its result.

    Cancelled, it gives up the coroutine that the function waits for, if it does (see `wait_for`).
    """
    import asyncio

    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    context.run(_home_loop.set, loop)
    awaited = _Awaited()
    context.run(_awaited.set, awaited)

    def call() -> T:
        try:
            return context.run(function, *args, **kwargs)
        except StopIteration as error:  # no future can carry it, so that whoever waits would wait forever
            raise RuntimeError(f"{function!r} raised StopIteration") from error

    try:
        return await loop.run_in_executor(_blocking_pool(), call)
    except asyncio.CancelledError:
        awaited.give_up()
        raise


async def in_thread_to_end(function: Callable[[], None]) -> None:
    """Run a blocking function in a worker thread; cancelled, leave it to its end there."""
    import asyncio

    loop = _running_loop()
    if loop is None:  # the coroutine around this one is thrown away with its loop
        function()
        return
    context = contextvars.copy_context()
    context.run(_home_loop.set, None)  # what the function awaits outlives the loop and what was given up here
    context.run(_awaited.set, None)
    await asyncio.shield(loop.run_in_executor(_blocking_pool(), context.run, function))


def given_up() -> bool:
    """Tell whether the `in_thread` that this code works for was cancelled."""
    awaited = _awaited.get()
    return awaited is not None and awaited.given_up


def _running_loop() -> asyncio.AbstractEventLoop | None:
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
