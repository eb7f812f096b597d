"""Actions that await: coroutines run to their end in the action's own thread."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.budget import Budget


class Ready:
    """Be awaitable and give a value at once."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value
        yield


def run_coroutine(coroutine: Coroutine[Any, Any, Any], budget: Budget) -> Any:
    """Run a coroutine; an event loop is only made if something really waits."""
    try:
        first = coroutine.send(None)
    except StopIteration as done:
        return done.value
    return _run_in_loop(coroutine, first, budget)


class _Resumed:
    """Continue a coroutine that has been started by hand."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self.coroutine.__await__())


def _run_in_loop(coroutine: Coroutine[Any, Any, Any], first: Any, budget: Budget) -> Any:
    raise NotImplementedError
