"""Where host objects hold modules: the attribute names that need a guard."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from smolagents.interpreter.attributes import own_attributes

MAX_DEPTH = 3
MAX_OBJECTS = 300
PLAIN = frozenset({str, int, float, bool, complex, bytes, bytearray, type(None)})


def module_attributes(values: Iterable[Any]) -> set[str]:
    """Return the names of attributes that hold modules, on values and on what is near them."""
    found: set[str] = set()
    seen: set[int] = set()
    pending = deque((value, 0) for value in values)
    while pending and len(seen) < MAX_OBJECTS:
        value, depth = pending.popleft()
        if id(value) in seen or type(value) in PLAIN:
            continue
        seen.add(id(value))
        for name, held in _parts(value):
            if isinstance(held, types.ModuleType):
                if name is not None:
                    found.add(name)
            elif depth < MAX_DEPTH and not isinstance(held, (types.FunctionType, type)):
                pending.append((held, depth + 1))
    return found


def _parts(value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield what an object holds: by the attribute's name, or None for an element."""
    kind = type(value)
    if kind in (list, tuple):
        yield from ((None, item) for item in value[:MAX_OBJECTS])
        return
    if kind is dict:
        yield from ((None, item) for item in list(value.values())[:MAX_OBJECTS])
        return
    if kind.__module__ == "builtins" and not issubclass(kind, type):
        return
    try:
        yield from object.__getattribute__(value, "__dict__").items()
    except AttributeError:
        pass  # it has slots, or nothing
    for owner in value.__mro__ if issubclass(kind, type) else kind.__mro__:
        for name, held in own_attributes(owner).items():
            if type(held) is types.MemberDescriptorType and not issubclass(kind, type):
                try:
                    yield name, held.__get__(value)
                except AttributeError:
                    continue  # an empty slot
            elif isinstance(held, types.ModuleType):
                yield name, held
