"""Exceptions that cross from the host to guest code: their type and text, and nothing else."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_PLAIN = (str, int, float, bool, bytes, type(None))


def cleaned(session: Session, error: Any) -> Any:
    """Return an exception of the same name, or the exception itself where it holds nothing of the host's."""
    if not isinstance(error, BaseException):
        return error
    kind: Any = type(error)
    if issubclass(kind, BaseExceptionGroup):
        return _cleaned_group(session, error)
    shown = _shown_class(session, kind)
    return error if shown is kind else shown(_text(error))


def _shown_class(session: Session, kind: Any) -> Any:
    if kind.__module__ == "builtins" or session.attributes.is_guest_class(kind):
        return kind
    return kind if kind.__module__.startswith("smolagents.interpreter") else _stand_in(kind)


def _cleaned_group(session: Session, group: Any) -> Any:
    members = [cleaned(session, member) for member in group.exceptions]
    if all(member is original for member, original in zip(members, group.exceptions, strict=True)):
        return group
    return BaseExceptionGroup(group.message, members)


def guarded_exit(session: Session, leave: Any) -> Any:
    """Return what takes the place of an `__exit__`, however it is defined: it gets a clean exception, no traceback."""

    def clean(arg: Any) -> Any:
        if isinstance(arg, BaseException):
            return cleaned(session, arg)
        if isinstance(arg, type) and issubclass(arg, BaseException):
            return _shown_class(session, arg)
        return None if type(arg) is types.TracebackType else arg

    if type(leave) is types.FunctionType:

        def exit_method(*args: Any) -> Any:
            return leave(*map(clean, args))

        exit_method.__name__, exit_method.__qualname__ = leave.__name__, leave.__qualname__
        return exit_method
    return None if leave is None else _Exit(leave, clean)


class _Exit:
    """Bind an `__exit__` that is no plain function as its own kind does, and clean what it gets."""

    __slots__ = ("_clean", "_leave")

    def __init__(self, leave: Any, clean: Callable[[Any], Any]) -> None:
        self._leave = leave
        self._clean = clean

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        kind = type(self._leave)
        bound = kind.__get__(self._leave, instance, owner) if hasattr(kind, "__get__") else self._leave
        return lambda *args: bound(*map(self._clean, args))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return type(error).__name__


@lru_cache(256)
def _stand_in(kind: Any) -> Any:
    """Return a class of the same name below the nearest builtin exception."""
    for base in kind.__mro__:
        if base.__module__ == "builtins" and base not in (OSError, *_STRUCTURED):
            return type(kind.__name__, (base,), {"__module__": "builtins"})
    return Exception


_STRUCTURED = tuple(
    getattr(builtins, name)
    for name in (
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "UnicodeTranslateError",
        "BaseExceptionGroup",
        "ExceptionGroup",
    )
)
