"""Executors: start, one action, and the call of a host tool from an action."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from _measure import milliseconds, option, table

TOOL_CALLS = 1000


def double(number: int) -> int:
    """Stand for a tool of the host."""
    return 2 * number


@contextmanager
def started(executor_type: str) -> Iterator[Any]:
    """Give an executor that has its tools, and free what it holds."""
    from smolagents import plugins
    from smolagents.local_python_executor import LocalPythonExecutor

    executor = (
        LocalPythonExecutor([]) if executor_type == "local" else plugins.executor_factory(executor_type)([], None)
    )
    try:
        executor.send_tools({"double": double})
        yield executor
    finally:
        getattr(executor, "cleanup", lambda: None)()


def median(measure: Callable[[], object], rounds: int) -> float:
    """Return the median time of calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        measure()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def first_action(executor_type: str) -> None:
    with started(executor_type) as executor:
        executor("x = 1")


def row(executor_type: str, rounds: int) -> list[str]:
    """Return the times of one executor."""
    start = median(lambda: first_action(executor_type), rounds)
    codes = iter(f"x = {number}" for number in range(10 * rounds))
    loop = f"for number in range({TOOL_CALLS}): double(number)"
    with started(executor_type) as executor:
        action = median(lambda: executor(next(codes)), 10 * rounds)
        calls = median(lambda: executor(loop), rounds) - action
    return [executor_type, *map(milliseconds, (start, action, calls / TOOL_CALLS))]


def main(arguments: list[str]) -> None:
    """Print times of every executor that needs no account and no daemon."""
    rows = [row(executor_type, option(arguments, "--rounds", 20)) for executor_type in ("local", "process")]
    table("Executors", ["", "from nothing to the first result", "an action `x = 1`", "a tool call"], rows)
