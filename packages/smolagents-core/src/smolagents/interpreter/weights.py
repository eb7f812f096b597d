"""How long a value's text will be, told from its parts without making it."""

from __future__ import annotations

import enum
import operator
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Iterator
from functools import partial
from types import FunctionType, GenericAlias, MappingProxyType, SimpleNamespace
from typing import Any

from smolagents.interpreter.sizes import NUMBERS, size_of

ITERABLES: tuple[Any, ...] = (list, tuple, dict, set, frozenset, deque)
VIEWS: tuple[Any, ...] = (type({1: 1}.keys()), type({1: 1}.values()), type({1: 1}.items()))
# Library classes that show what they hold.
HOLDERS: tuple[Any, ...] = (UserList, UserDict, ChainMap, slice, operator.itemgetter, operator.methodcaller, enum.Enum)
CONTAINERS = (*ITERABLES, MappingProxyType, BaseException, SimpleNamespace, GenericAlias, partial, *VIEWS, *HOLDERS)
EXACT = frozenset({list, tuple, dict, set, frozenset, deque, defaultdict, OrderedDict})
ATOMS = NUMBERS | {type(None), range}
# A byte shows as four characters at most, one of text as ten.
BYTE = 4
CHARACTER = 10
SHORT = 65536
ARRAY_ITEM = 72  # with the numbers of which it is made
_qualified_name = type.__dict__["__qualname__"].__get__


def parts(value: Any) -> Iterator[Any]:
    """Yield what a container shows, past what subclasses define."""
    kind = type(value)
    if issubclass(kind, dict):
        yield from dict.keys(value)
        yield from dict.values(value)
    elif kind in EXACT or issubclass(kind, MappingProxyType):
        yield from value
    elif kind in VIEWS:
        for item in value:  # the pairs of `items()` are made anew each time, so they are no parts to remember
            yield from item if kind is VIEWS[2] else (item,)
    elif issubclass(kind, BaseException):
        yield from value.args
    elif issubclass(kind, SimpleNamespace):
        yield from vars(value).values()
    elif issubclass(kind, GenericAlias):
        yield from value.__args__
    elif issubclass(kind, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif issubclass(kind, HOLDERS):
        yield from _held(kind, value)
    else:
        for base in ITERABLES:
            if issubclass(kind, base):
                yield from base.__iter__(value)
        if is_dataclass(kind):
            for name in own_fields(kind):
                yield getattr(value, name, None)


def is_dataclass(kind: type) -> bool:
    """Tell whether a class shows its fields by generated code, which draws no ticks."""
    return hasattr(kind, "__dataclass_fields__")


def own_fields(kind: Any) -> list[str]:
    """Return the names of a dataclass's fields."""
    return [name for name in kind.__dataclass_fields__ if type(name) is str]


def _held(kind: type, value: Any) -> Iterator[Any]:
    """Yield what a holder shows."""
    if issubclass(kind, slice):
        yield from (value.start, value.stop, value.step)
    elif issubclass(kind, enum.Enum):
        yield from (value._name_, value._value_)
    elif issubclass(kind, ChainMap):
        yield from value.maps
    elif issubclass(kind, (UserList, UserDict)):
        yield value.data
    else:
        yield from value.__reduce__()[1]


def is_container(kind: type) -> bool:
    """Tell whether the text of a class's values shows their parts."""
    return issubclass(kind, CONTAINERS) or is_dataclass(kind)


def literal_size(value: Any) -> int:
    """Return the bytes of a value's `repr`, at most, as far as its own elements and its name make it long."""
    kind = type(value)
    if issubclass(kind, str):
        length = str.__len__(value)
        return length if length < SHORT else length * (BYTE if value.isascii() else CHARACTER)
    if issubclass(kind, (bytes, bytearray)):
        return size_of(value) * BYTE
    if kind.__module__ == "array":
        return len(value) * ARRAY_ITEM
    name = len(_qualified_name(value if issubclass(kind, type) else kind))
    return name + str.__len__(value.__qualname__) if kind is FunctionType else name
