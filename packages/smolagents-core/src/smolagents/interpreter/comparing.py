"""Values that C code compares with all that is in them: few objects can be far too many, where they are shared.

`x = [x, x]`, fifty times, makes fifty lists, and comparing two such values takes for ever. So what is compared is
weighed first, level by level, with the means of C code.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict, defaultdict, deque
from datetime import date, datetime, time, timedelta
from sys import getsizeof
from types import GenericAlias, UnionType
from typing import Any

from smolagents.errors import InterpreterError

# Bytes, beyond those of small numbers, that a comparison may have to look at: far less than a second's work.
MAX_BYTES = 64 * 2**20
SMALL_OBJECT = 64
MAX_CLASSES = 10_000
MAX_LEAVES = 100_000
MAX_LEVELS = 5000
LIGHT = frozenset({float, bool, complex, type(None), date, datetime, time, timedelta})
ATOMS = LIGHT | {int, str, bytes, bytearray}
SEQUENCES = frozenset({list, tuple, set, frozenset, deque})
MAPPINGS = frozenset({dict, defaultdict, OrderedDict})
CONTAINERS = SEQUENCES | MAPPINGS
WEIGHED = ATOMS | CONTAINERS
SHORT_TEXT = 4096


def check_comparable(items: list[Any]) -> None:
    """Refuse objects whose comparison with others takes too long; those of other classes have code that draws ticks."""
    weight = levels = 0
    while items:
        levels += 1
        if levels > MAX_LEVELS:
            raise RecursionError("values are nested too deeply to compare")
        kinds = set(map(type, items))
        if kinds <= LIGHT:
            return
        if not kinds <= WEIGHED:
            items = [item for item in items if type(item) in WEIGHED]
        weight += sum(map(getsizeof, items)) - SMALL_OBJECT * len(items)
        if weight > MAX_BYTES:
            raise InterpreterError(
                "the values are too large to compare (parts that are shared count each time). Compare parts of them."
            )
        if not kinds & CONTAINERS:
            return
        mappings = [item for item in items if type(item) in MAPPINGS] if kinds & MAPPINGS else []
        if not kinds <= SEQUENCES:
            items = [item for item in items if type(item) in SEQUENCES]
        weight += SMALL_OBJECT * (len(items) + len(mappings))
        items = [*itertools.chain.from_iterable(items), *itertools.chain.from_iterable(map(dict.values, mappings))]


def compared(value: Any) -> Any:
    """Return a value that is to be compared or looked up."""
    kind = type(value)
    if kind in CONTAINERS or (kind is str and len(value) > SHORT_TEXT):
        check_comparable([value])
    return value


def shared(value: Any) -> Any:
    """Return a value that is put into one container twice: so few objects can become endlessly many parts."""
    kind = type(value)
    if kind in CONTAINERS:
        check_comparable([value])
    elif issubclass(kind, (BaseExceptionGroup, GenericAlias, UnionType)) and leaves(value, {}) > MAX_LEAVES:
        raise InterpreterError("the value holds too many parts (shared ones count each time). Use a part of it.")
    return value


def leaves(value: Any, known: dict[int, int]) -> int:
    """Return how many parts a group of exceptions or a generic type has, shared ones counted each time."""
    parts = value.exceptions if isinstance(value, BaseExceptionGroup) else getattr(value, "__args__", ())
    if id(value) not in known:
        known[id(value)] = 1 + sum(leaves(part, known) for part in parts if type(part) is not type)
    return known[id(value)]


def classes(kinds: Any) -> Any:
    """Return what `isinstance` takes for classes: tuples in tuples could share parts."""
    if type(kinds) is tuple:
        seen = 0
        pending = [kinds]
        while pending:
            parts = pending.pop()
            seen += len(parts)
            if seen > MAX_CLASSES:
                raise InterpreterError(f"isinstance() takes at most {MAX_CLASSES} classes here")
            pending.extend(part for part in parts if type(part) is tuple)
    return kinds


def isinstance_of(obj: Any, class_or_tuple: Any, /) -> bool:
    """Return whether an object is an instance of a class or of a subclass thereof."""
    return isinstance(obj, classes(class_or_tuple))


def issubclass_of(cls: Any, class_or_tuple: Any, /) -> bool:
    """Return whether 'cls' is derived from another class or is the same class."""
    return issubclass(cls, classes(class_or_tuple))
