"""Exceptions that cross from the host to guest code: their type and text, and nothing else.

An exception that guest code raised, or library code that it called, is shown as it is: its attributes are the guest's
own. Where a frame of the host raised it, or a class of the host's made it, guest code gets another one of that name.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_traceback_of = BaseException.__dict__["__traceback__"].__get__
_args_of = BaseException.__dict__["args"].__get__
_OWN = "smolagents.interpreter"


def cleaned(session: Session, error: Any) -> Any:
    """Return an exception of the same name, or the exception itself where it holds nothing of the host's."""
    if not isinstance(error, BaseException):
        return error
    kind: Any = type(error)
    foreign = raised_by_host(session, error)
    if issubclass(kind, BaseExceptionGroup):
        return _cleaned_group(session, error, foreign)
    if session.attributes.is_guest_class(kind):
        return error
    shown = _shown_class(session, kind)
    if shown is not kind:
        return shown(_text(error))
    return _copied(error, kind) if foreign else error


def raised_by_host(session: Session, error: BaseException) -> bool:
    """Tell whether the frame that raised an exception is the host's, or was called by one of the host's."""
    foreign = False
    traceback = _traceback_of(error)
    while traceback is not None:
        namespace = traceback.tb_frame.f_globals
        if namespace is session.namespace:
            foreign = False
        elif not foreign:
            foreign = not _is_library(session, namespace.get("__name__"))
        traceback = traceback.tb_next
    return foreign


def _is_library(session: Session, module: Any) -> bool:
    """Tell whether a module is one that guest code calls: what it raises is for the guest."""
    if type(module) is not str:
        return False
    if module == _OWN or module.startswith(_OWN + "."):
        return True
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    return session.modules.is_authorized(top) or session.modules.is_parent(top)


def _shown_class(session: Session, kind: Any) -> Any:
    if session.attributes.is_guest_class(kind) or _is_library(session, kind.__module__):
        return kind
    return _stand_in(kind)


def _cleaned_group(session: Session, group: Any, foreign: bool) -> Any:
    members = [cleaned(session, member) for member in group.exceptions]
    if foreign:
        members = [_copied(member, type(member)) if _is_builtin(type(member)) else member for member in members]
    elif all(member is original for member, original in zip(members, group.exceptions, strict=True)):
        return group
    return BaseExceptionGroup(group.message, members)


def _is_builtin(kind: type) -> bool:
    return kind.__module__ == "builtins" and not issubclass(kind, BaseExceptionGroup)


def _copied(error: BaseException, kind: Any) -> Any:
    """Return an exception of the same class that holds only what its text shows."""
    if issubclass(kind, _STRUCTURED):
        return _stand_in(kind)(_text(error))
    args = tuple(arg if type(arg) in _PLAIN else _Shown(_text(arg, repr)) for arg in _args_of(error))
    if issubclass(kind, OSError) and type(error.filename) is str and len(args) == 2:  # type: ignore[attr-defined]
        args = (*args, error.filename)  # type: ignore[attr-defined]
    copy = kind.__new__(kind, *args)
    copy.args = args[:2] if issubclass(kind, OSError) else args
    return copy if _text(copy) == _text(error) else _stand_in(kind)(_text(error))


class _Shown:
    """Stand for an object of the host's of which only the text is known."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def guarded_exit(session: Session, leave: Any) -> Any:
    """Return what takes the place of an `__exit__`, however it is defined: it gets a clean exception, no traceback."""
    if type(leave) is types.FunctionType:
        if leave.__code__ is _exit_code:
            return leave

        def exit_method(*args: Any) -> Any:
            if len(args) == 4 and args[1] is args[2] is args[3] is None:
                return leave(*args)
            return leave(*(clean_argument(session, arg) for arg in args))

        exit_method.__name__, exit_method.__qualname__ = leave.__name__, leave.__qualname__
        return exit_method
    return None if leave is None else _Exit(leave, lambda arg: clean_argument(session, arg))


def clean_argument(session: Session, arg: Any) -> Any:
    """Return what guest code gets for an argument of an `__exit__`."""
    if isinstance(arg, BaseException):
        return cleaned(session, arg)
    if isinstance(arg, type) and issubclass(arg, BaseException):
        return _shown_class(session, arg)
    return None if type(arg) is types.TracebackType else arg


_exit_code: Any = next(
    code for code in guarded_exit.__code__.co_consts if type(code) is types.CodeType and code.co_name == "exit_method"
)


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


def _text(value: Any, show: Callable[[Any], str] = str) -> str:
    try:
        return show(value)
    except Exception:
        return type(value).__name__


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
