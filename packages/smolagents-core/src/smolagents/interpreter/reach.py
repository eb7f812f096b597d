"""Where host objects hold modules: the attribute names that need a guard."""

from __future__ import annotations

import functools
import sys
import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from smolagents.interpreter.ownership import bases_of, own_attributes

MAX_OBJECTS = 1000
PLAIN = frozenset({str, int, float, bool, complex, bytes, bytearray, type(None)})
CONTAINERS = (list, tuple, set, frozenset, deque)


def module_attributes(values: Iterable[Any]) -> set[str]:
    """Return the names of attributes that hold modules, or may give one, on values and on what they reach."""
    found: set[str] = set()
    seen: set[int] = set()
    pending: deque[tuple[str | None, Any]] = deque((None, value) for value in values)
    while pending and len(seen) < MAX_OBJECTS:
        name, value = pending.popleft()
        if isinstance(value, types.ModuleType):
            if name is not None:
                found.add(name)
        elif type(value) not in PLAIN and id(value) not in seen:
            seen.add(id(value))
            found |= _computed(value if isinstance(value, type) else type(value))
            pending.extend(_parts(name, value))
    return found


def _parts(name: str | None, value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield what an object holds by the attribute's name; for an element, that of its container."""
    kind = type(value)
    if kind in CONTAINERS:
        yield from ((name, item) for _, item in zip(range(MAX_OBJECTS), value, strict=False))
        return
    if isinstance(value, dict):
        yield from ((name, item) for _, item in zip(range(MAX_OBJECTS), dict.values(value), strict=False))
    if isinstance(value, types.FunctionType) or (kind.__module__ == "builtins" and not issubclass(kind, type)):
        return
    try:
        yield from object.__getattribute__(value, "__dict__").items()
    except AttributeError:
        pass  # it has slots, or nothing
    for owner in bases_of(value) if issubclass(kind, type) else bases_of(kind):
        for part, held in own_attributes(owner).items():
            if type(held) is types.MemberDescriptorType and not issubclass(kind, type):
                try:
                    yield part, held.__get__(value)
                except AttributeError:
                    continue  # an empty slot
            elif isinstance(held, types.ModuleType):
                yield part, held


def _computed(cls: type) -> set[str]:
    """Return the names of what a host class computes when it is read: nobody knows what that gives."""
    return {
        name
        for owner in bases_of(cls)
        if str(owner.__module__).partition(".")[0] not in sys.stdlib_module_names
        for name, value in own_attributes(owner).items()
        if isinstance(value, (property, functools.cached_property))
    }
