"""Executors for the tests of the sandbox."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents.remote_executors import ProcessExecutor
from smolagents.sandbox.isolation.layers import why_not_strict
from smolagents.sandbox.pipes import PipeTransport, start_process
from smolagents.sandbox.process import CHILD

UNGUARDED = Path(__file__).with_name("unguarded_child.py")


class UnguardedExecutor(ProcessExecutor):
    """The process executor without the interpreter's guards, as if code had got past them."""

    def connect(self) -> PipeTransport:
        return start_process([sys.executable, "-I", "-S", str(UNGUARDED), str(Path(CHILD).parent)])


@pytest.fixture(autouse=True)
def strict_isolation() -> None:
    """Skip where the kernel can't isolate a process."""
    if reason := why_not_strict():
        pytest.skip(reason)


@pytest.fixture
def make() -> Iterator[Callable[..., ProcessExecutor]]:
    """Return a maker of process executors that are cleaned up afterwards."""
    made: list[ProcessExecutor] = []

    def make_executor(*args: Any, **options: Any) -> ProcessExecutor:
        made.append(ProcessExecutor(*args, **options))
        return made[-1]

    yield make_executor
    for executor in made:
        executor.cleanup()


@pytest.fixture
def make_unguarded() -> Iterator[Callable[..., UnguardedExecutor]]:
    """Return a maker of process executors without the interpreter's guards."""
    made: list[UnguardedExecutor] = []

    def make_executor(*args: Any, **options: Any) -> UnguardedExecutor:
        made.append(UnguardedExecutor(*args, **options))
        return made[-1]

    yield make_executor
    for executor in made:
        executor.cleanup()


@pytest.fixture
def unguarded(make_unguarded: Callable[..., UnguardedExecutor]) -> UnguardedExecutor:
    """Return a process executor without the interpreter's guards."""
    return make_unguarded()
