"""Endless and huge iterables: whatever consumes them, each element draws a tick.

C code that consumes an iterable (`sum`, `list`, `sorted`, `in`, unpacking …) can't be stopped from outside, so the
guards sit where elements come from: a generator ticks in its own code, and the few C iterators that make many elements
out of nothing are paired with ticks here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# A range of this length at most is handed to C code as it is.
SMALL_RANGE = 1_000_000
MAX_NESTING = 2000
LAZY = (
    map, filter, zip, enumerate, reversed, itertools.chain, itertools.islice, itertools.compress, itertools.accumulate,
    itertools.takewhile, itertools.dropwhile, itertools.filterfalse, itertools.starmap, itertools.zip_longest,
    itertools.cycle, itertools.pairwise, itertools.groupby,
)  # fmt: skip


class LargeRange:
    """Behave as a range whose iteration draws ticks."""

    __slots__ = ("_range", "_ticks")

    def __init__(self, numbers: range, ticks: Iterator[bool]) -> None:
        self._range = numbers
        self._ticks = ticks

    def __iter__(self) -> Iterator[int]:
        return itertools.compress(self._range, self._ticks)

    def __reversed__(self) -> Iterator[int]:
        return itertools.compress(reversed(self._range), self._ticks)

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, index: Any) -> Any:
        item = self._range[index]
        return LargeRange(item, self._ticks) if type(item) is range and len(item) > SMALL_RANGE else item

    def __contains__(self, item: Any) -> bool:
        return item in self._range if type(item) is int else any(item == number for number in self)

    def __eq__(self, other: Any) -> bool:
        return self._range == (other._range if type(other) is LargeRange else other)

    def __hash__(self) -> int:
        return hash(self._range)

    def __repr__(self) -> str:
        return repr(self._range)

    def index(self, value: int) -> int:
        """Return the position of a number."""
        return self._range.index(int(value))

    def count(self, value: int) -> int:
        """Return how often a number occurs."""
        return self._range.count(int(value))

    @property
    def start(self) -> int:
        """Return the first number."""
        return self._range.start

    @property
    def stop(self) -> int:
        """Return the end."""
        return self._range.stop

    @property
    def step(self) -> int:
        """Return the distance of two numbers."""
        return self._range.step


class RangeType(type):
    """Make `isinstance(x, range)` and `range(...)` mean what they say."""

    session_ticks: Iterator[bool]

    def __call__(cls, *args: Any) -> Any:
        """Return a range, or what behaves as one where it is large."""
        numbers = range(*args)
        if numbers and (numbers[-1] - numbers[0]) // numbers.step >= SMALL_RANGE:
            return LargeRange(numbers, cls.session_ticks)
        return numbers

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) in (range, LargeRange)

    def __eq__(cls, other: Any) -> bool:
        return other is cls or other is range

    def __hash__(cls) -> int:
        return hash(range)


def guest_range(ticks: Iterator[bool]) -> Any:
    """Return what a session's code finds under the name `range`."""
    return RangeType("range", (), {"session_ticks": ticks, "__doc__": range.__doc__})


class IterableGuards:
    """Pair iterators with the ticks of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ticks = session.budget.raw_ticks

    def ticking(self, make: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """Return a function that makes the same iterator, drawing a tick for each element."""
        ticks = self.ticks

        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:
            return itertools.compress(make(*args, **kwargs), ticks)

        guarded.__name__ = guarded.__qualname__ = getattr(make, "__name__", "iterator")
        guarded.__doc__ = make.__doc__
        return guarded

    def iter(self, *args: Any) -> Any:
        """Return an iterator."""
        if len(args) == 2:
            return itertools.compress(iter(*args), self.ticks)
        return iter(*args)

    def shallow(self, make: Callable[..., Iterator[Any]], name: str) -> Callable[..., Iterator[Any]]:
        """Return a function that refuses iterators inside iterators inside …: C code would overflow its stack."""

        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:
            for arg in args:
                if type(arg) in LAZY:
                    check_nesting(arg)
            return make(*args, **kwargs)

        guarded.__name__ = guarded.__qualname__ = name
        guarded.__doc__ = make.__doc__
        return guarded


def check_nesting(iterator: Any) -> None:
    """Refuse an iterator that is made of too many others, one inside the other."""
    import warnings

    depth = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while type(iterator) in LAZY:
            depth += 1
            if depth > MAX_NESTING:
                raise InterpreterError(f"more than {MAX_NESTING} iterators inside each other: make a list in between")
            try:
                parts = iterator.__reduce__()
            except TypeError:
                return
            inner = [part for part in _flat(parts[1:]) if type(part) in LAZY]
            if not inner:
                return
            iterator = inner[0]


def _flat(parts: Any) -> Iterator[Any]:
    for part in parts:
        if type(part) is tuple:
            yield from _flat(part)
        else:
            yield part
