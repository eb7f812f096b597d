"""C code that goes through an iterable, or calls a function for each element: it draws ticks on its way.

Nothing interrupts C code, and each of its steps may take long: `map(sum, ranges)`, `sorted(ranges, key=sum)`,
`set(numbers)` of numbers whose hashes collide. So what it calls draws a tick with each call, unless it is Python code
(which draws its own) or does next to nothing; and a long iterable is paired with ticks.
"""

from __future__ import annotations

import builtins
import itertools
import operator
import types
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.comparing import ATOMS, CONTAINERS, check_comparable, compared
from smolagents.interpreter.iterables import LONG, is_small_function

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

FEW = 64
SIZED = frozenset({list, tuple, str, bytes, bytearray, dict, set, frozenset, range, deque, type({}.keys()),
                   type({}.values()), type({}.items())})  # fmt: skip
PYTHON = (types.FunctionType,)
QUICK_KINDS = (operator.itemgetter, operator.attrgetter)


class ConsumerGuards:
    """Guard what goes through iterables, for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ticks = session.budget.ticks
        self.raw_ticks = session.budget.raw_ticks
        self.close_ticks = session.budget.close_ticks
        self.min = self._extreme(builtins.min)
        self.max = self._extreme(builtins.max)

    def drawn(self, iterable: Any) -> Any:
        """Return an iterable with the same elements, paired with ticks unless it is short or draws its own."""
        kind = type(iterable)
        if kind is types.GeneratorType or (kind in SIZED and len(iterable) < LONG):
            return iterable
        return itertools.compress(iterable, self.raw_ticks)

    def stepped(self, function: Any) -> Any:
        """Return a function that does the same and draws a tick with each call, unless it draws its own."""
        kind = type(function)
        if kind in PYTHON or kind in QUICK_KINDS or is_small_function(function):
            return function
        if kind is types.MethodType and type(function.__func__) is types.FunctionType:
            return function
        if kind is types.BuiltinFunctionType and type(function.__self__) is dict and function.__name__ == "get":
            return function
        function = self.maker(function) if kind is type else function
        ticks = self.ticks

        def step(*args: Any, **kwargs: Any) -> Any:
            for _ in ticks:
                break
            return function(*args, **kwargs)

        return step

    def map(self, function: Any, /, *iterables: Any) -> Any:
        """Make an iterator that computes a function of elements."""
        made = builtins.map(self.stepped(function), *iterables)
        return itertools.compress(made, self.raw_ticks) if any(map(is_long, iterables)) else made

    def filter(self, function: Any, iterable: Any, /) -> Any:
        """Make an iterator over the elements for which a function is true."""
        return builtins.filter(self.stepped(function), self.drawn(iterable) if function is None else iterable)

    def pairing(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return what makes an iterator over elements that it pairs with others, or orders otherwise."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            made = make(*args, **kwargs)
            if len(args) > FEW:
                return itertools.compress(made, self.close_ticks)
            return itertools.compress(made, self.raw_ticks) if any(map(is_long, args)) else made

        guarded.__name__ = guarded.__qualname__ = make.__name__
        guarded.__doc__ = make.__doc__
        return guarded

    def calling(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return what does the same as C code whose first argument is a function."""

        def guarded(function: Any, /, *args: Any, **kwargs: Any) -> Any:
            return make(self.stepped(function), *args, **kwargs)

        guarded.__name__ = guarded.__qualname__ = make.__name__
        guarded.__doc__ = make.__doc__
        return guarded

    def consuming(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return what does the same as C code whose first argument is an iterable that it goes through."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if args and (type(args[0]) not in SIZED or len(args[0]) >= LONG) and hasattr(args[0], "__iter__"):
                args = (self.paired(args[0]), *args[1:])
            return make(*args, **kwargs)

        return guarded

    def maker(self, make: Any) -> Callable[..., Any]:
        """Return what takes the place of a builtin that makes a container of an iterable."""
        if make is builtins.sorted:
            return self.sorted
        return self.consuming(make) if make in (set, frozenset, dict) else make

    def paired(self, iterable: Any) -> Any:
        """Return what a set or dict is made of; a mapping stays one."""
        return iterable if hasattr(type(iterable), "keys") else self.drawn(iterable)

    def _extreme(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def extreme(first: Any, /, *others: Any, key: Any = None, **options: Any) -> Any:
            if not others:
                first = self.drawn(first)
                if key is None and not options:
                    return make(first)
            return make(first, *others, key=self.stepped(key), **options)

        extreme.__name__ = extreme.__qualname__ = make.__name__
        extreme.__doc__ = make.__doc__
        return extreme

    def sum(self, iterable: Any, /, start: Any = 0) -> Any:
        """Add up."""
        return self.session.sizes.sum(self.drawn(iterable), start)

    def sorted(self, iterable: Iterable[Any], /, *, key: Any = None, reverse: Any = False) -> list[Any]:
        """Return a new list containing all items from the iterable in ascending order."""
        items = list(self.drawn(iterable))
        self.sort(items, key=key, reverse=reverse)
        return items

    def sort(self, items: list[Any], *, key: Any = None, reverse: Any = False) -> None:
        """Sort a list in place."""
        key = self.stepped(key)
        if list.__len__(items) < FEW and (key is not None or not CONTAINERS.intersection(map(type, items[:1]))):
            list.sort(items, key=key, reverse=reverse)
        elif key is None:
            check_comparable(items)
            list.sort(items, reverse=reverse)
        else:
            keys = list(builtins.map(key, items))
            check_comparable(keys)
            # `next(keys, item)`: the sort asks for the keys in the order of the items.
            list.sort(items, key=partial(next, iter(keys)), reverse=reverse)

    def find(self, name: str) -> Callable[..., Any]:
        """Return what does `owner.count(item)` or `owner.index(item)`, looking at items that take long one by one."""

        def found(owner: Any, *args: Any) -> Any:
            kind = type(owner)
            if kind is str:
                return getattr(owner, name)(*args)
            if kind in (list, tuple, deque) and len(owner) > FEW and len(args) == 1:
                item = args[0]
                if type(item) not in ATOMS or (type(item) is str and len(item) > LONG):
                    return self._find_closely(owner, name, compared(item))
            return self.session.attributes.load(owner, name)(*args)

        return found

    def _find_closely(self, owner: Any, name: str, item: Any) -> int:
        same = (item == other or item is other for other in itertools.compress(owner, self.raw_ticks))
        if name == "count":
            return builtins.sum(same)
        for index, is_same in enumerate(same):
            if is_same:
                return index
        raise ValueError(f"{item!r} is not in {type(owner).__name__}" if type(item) is str else "value is not there")

    def update(self, owner: Any, *args: Any) -> Any:
        """Do `owner.update(items)`."""
        if type(owner) in (set, dict) and len(args) == 1:
            return owner.update(self.paired(args[0]))
        return self.session.attributes.load(owner, "update")(*args)

    def guards(self) -> dict[str, Any]:
        """Return the guards by the names under which code finds them."""
        return {
            "sum": self.sum, "sorted": self.sorted, "min": self.min, "max": self.max,
            "<min>": builtins.min, "<max>": builtins.max,
            "<count>": self.find("count"), "<index>": self.find("index"), "<update>": self.update,
            "<drawn>": self.drawn,
        }  # fmt: skip


def is_long(value: Any) -> bool:
    """Tell whether a value is a container with many elements."""
    return type(value) in SIZED and len(value) >= LONG
