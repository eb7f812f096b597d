"""Exceptions that cross from the host to guest code: their type and text, and nothing else."""

from __future__ import annotations

import builtins
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
    if kind.__module__ == "builtins" or session.attributes.is_guest_class(kind):
        return error
    if kind.__module__.startswith("smolagents.interpreter"):
        return error
    return _stand_in(kind)(_text(error))


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
