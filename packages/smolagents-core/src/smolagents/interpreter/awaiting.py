"""Actions that await: coroutines run to their end in the action's own thread."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.budget import Budget

POLL_SECONDS = 0.05


class Ready:
    """Be awaitable and give a value at once."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value
        yield


def run_coroutine(coroutine: Coroutine[Any, Any, Any], budget: Budget, needs_loop: bool) -> Any:
    """Run a coroutine to its end and return its result.

    Args:
        coroutine: What to run.
        budget: Stops it.
        needs_loop: Whether it can wait for anything, which takes an event loop; else it only ever waits for itself.
    """
    if needs_loop:
        return _run_in_loop(coroutine, budget)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("the code awaits something that nothing here completes; import asyncio for an event loop")


def _run_in_loop(coroutine: Coroutine[Any, Any, Any], budget: Budget) -> Any:
    import asyncio

    async def watched() -> Any:
        task = asyncio.ensure_future(coroutine)
        while True:
            done, _ = await asyncio.wait([task], timeout=POLL_SECONDS)
            if done:
                return task.result()
            if budget.reason is not None:
                task.cancel()
                budget.check()

    # A notebook's loop may run in this thread already; it stands still while the action runs.
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(watched())
        finally:
            loop.close()
    finally:
        asyncio._set_running_loop(outer)
