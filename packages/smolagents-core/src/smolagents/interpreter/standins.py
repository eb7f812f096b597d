"""What guest code finds under the name of a builtin class whose calls need a guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class StandIn(type):
    """Be the class of stand-ins: they behave as the original in all but their calls."""

    _original: Any
    _base: Any

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls._original)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(original(subclass), cls._original)

    def __eq__(cls, other: Any) -> bool:
        return other is cls or other is cls._original

    def __hash__(cls) -> int:
        return hash(cls._original)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls._original, name)

    def __getitem__(cls, item: Any) -> Any:
        return cls._original[item]

    def __or__(cls, other: Any) -> Any:
        return cls._original | original(other)

    def __ror__(cls, other: Any) -> Any:
        return original(other) | cls._original

    def __repr__(cls) -> str:
        return repr(cls._original)


def stand_in(kind: type, make: Callable[..., Any], base: type | None = None) -> Any:
    """Return a class that stands for another one and is called as a function.

    Args:
        kind: The class itself.
        make: What its calls do.
        base: What guest classes that name it as a base are derived from; `kind` by default.
    """
    calls = type("StandIn", (StandIn,), {"__call__": staticmethod(make)})
    body = {"_original": kind, "_base": base or kind, "__doc__": kind.__doc__, "__module__": kind.__module__}
    return calls(kind.__name__, (), body)


def original(kind: Any) -> Any:
    """Return the class that a stand-in stands for; anything else is its own original."""
    return kind._original if issubclass(type(kind), StandIn) else kind


def extended(kind: Any) -> Any:
    """Return the class from which guest classes are derived that name a stand-in as their base."""
    return kind._base if issubclass(type(kind), StandIn) else kind
