"""Endless and huge iterables: whatever consumes them, each element draws a tick.

C code that consumes an iterable (`sum`, `list`, `sorted`, `in`, unpacking …) can't be stopped from outside, so the
guards sit where elements come from: a generator ticks in its own code, and the few C iterators that make many elements
out of nothing are paired with ticks here.
"""

from __future__ import annotations

import itertools
import operator
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.budget import CLOSE
from smolagents.interpreter.sizes import NUMBERS, as_int
from smolagents.interpreter.standins import stand_in

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# A range of this length at most is handed to C code as it is.
SMALL_RANGE = 1_000_000
# Elements of several containers that C code goes through as they are.
SMALL_SUM = 1_000_000
MAX_COPIES = 10_000
# The bytes of an element in as many tuples as are made between two looks at the memory.
TUPLES = 8 * CLOSE
PLAIN = frozenset({list, tuple, str, bytes, dict, set, frozenset, range})
# A container with so many elements at most, and so many of them side by side, are given to C code as they are.
LONG = 5000
WIDE = 64
SMALL_FUNCTIONS = frozenset(
    {bool, float, int, len, abs, ord, chr, id, callable, type, operator.neg, operator.not_, operator.truth, operator.lt,
     operator.gt, operator.le, operator.ge, operator.sub, operator.xor}
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

    def __repr__(cls) -> str:
        return repr(range)


def guest_range(ticks: Iterator[bool]) -> Any:
    """Return what a session's code finds under the name `range`."""
    return RangeType("range", (), {"session_ticks": ticks, "__doc__": range.__doc__})


def is_small_function(function: Any) -> bool:
    """Tell whether a function of C code takes about the same short time, and little memory, whatever it is given."""
    return function is None or (type(function) in (type, types.BuiltinFunctionType) and function in SMALL_FUNCTIONS)


class IterableGuards:
    """Make the iterators of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ticks = session.budget.close_ticks
        self.raw_ticks = session.budget.raw_ticks

    def ticking(self, make: Callable[..., Iterator[Any]], ticks: Iterator[Any]) -> Callable[..., Iterator[Any]]:
        """Return a function that makes the same iterator, drawing a tick for each element."""

        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:
            return itertools.compress(make(*args, **kwargs), ticks)

        guarded.__name__ = guarded.__qualname__ = getattr(make, "__name__", "iterator")
        guarded.__doc__ = make.__doc__
        return guarded

    def combining(self, make: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """Return a function that makes the same iterator of tuples of a given length, drawing a tick for each."""
        ticking = self.ticking(make, self.ticks)

        def guarded(iterable: Any, *length: Any, **options: Any) -> Iterator[Any]:
            for number in (*length, *options.values()):
                self.session.sizes.check((as_int(number) or 0) * TUPLES)
            return ticking(iterable, *length, **options)

        guarded.__name__ = guarded.__qualname__ = make.__name__
        guarded.__doc__ = make.__doc__
        return guarded

    def iter(self, *args: Any) -> Any:
        """Return an iterator."""
        if len(args) == 2:
            function, sentinel = args
            return itertools.compress(iter(self.session.consumers.stepped(function), sentinel), self.raw_ticks)
        return iter(*args)

    def itertools(self, original: Any) -> dict[str, Any]:
        """Return what the session's `itertools` has instead of the original's."""
        calling = self.session.consumers.calling
        endless = ("count", "cycle", "repeat")
        tuples = ("permutations", "combinations", "combinations_with_replacement", "batched")
        chain: Any = stand_in(original.chain, self.chain)
        chain.from_iterable = self.chain_from
        return {
            **{name: self.ticking(getattr(original, name), self.raw_ticks) for name in endless},
            **{name: self.combining(getattr(original, name)) for name in tuples if hasattr(original, name)},
            **{name: calling(getattr(original, name)) for name in ("dropwhile", "filterfalse", "starmap", "takewhile")},
            "accumulate": self.accumulate,
            "chain": chain,
            "groupby": self.groupby,
            "product": self.product,
            "tee": self.tee,
        }

    def chain(self, *iterables: Any) -> Iterator[Any]:
        """Make an iterator over the elements of several iterables."""
        return self.chain_from(iterables)

    def chain_from(self, iterable: Any, /) -> Iterator[Any]:
        """Make an iterator over the elements of the iterables that another one gives."""
        made = itertools.chain.from_iterable(iterable)
        plain = type(iterable) in (list, tuple) and PLAIN.issuperset(map(type, iterable))
        if plain and sum(map(len, iterable)) <= SMALL_SUM:
            return made
        return itertools.compress(made, self.raw_ticks)

    def accumulate(self, iterable: Any, func: Any = None, *, initial: Any = None) -> Iterator[Any]:
        """Make an iterator over the sums, or what another function makes, of the first elements."""
        if func is not None:
            func = self.session.consumers.stepped(func)
        elif type(iterable) not in PLAIN or not NUMBERS.issuperset(map(type, iterable)):
            func = self.add
        return itertools.accumulate(iterable, func, initial=initial)

    def add(self, a: Any, b: Any) -> Any:
        """Add an element to a sum."""
        return a + self.session.sizes.add(b)

    def groupby(self, iterable: Any, key: Any = None) -> Iterator[Any]:
        """Make an iterator over keys and groups of elements with the same key."""
        return itertools.groupby(iterable, self.session.consumers.stepped(key))

    def product(self, *iterables: Any, repeat: Any = 1) -> Iterator[Any]:
        """Make an iterator over the cartesian product of iterables."""
        self.session.sizes.check(8 * len(iterables) * max(as_int(repeat) or 0, 0))
        return itertools.compress(itertools.product(*iterables, repeat=repeat), self.ticks)

    def tee(self, iterable: Any, n: Any = 2, /) -> Any:
        """Return several independent iterators."""
        if (as_int(n) or 0) > MAX_COPIES:
            raise InterpreterError(f"at most {MAX_COPIES} copies of an iterator")
        return itertools.tee(iterable, n)
