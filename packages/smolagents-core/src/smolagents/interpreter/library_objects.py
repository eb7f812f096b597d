"""Methods and attributes of library objects: they make as much, or wait as long, as they are asked to."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.sizes import as_int

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

MAX_FORM = 10_000
UNPACKING_MODULES = frozenset({"zlib", "_bz2", "_lzma"})
STEP_SECONDS = 0.05
# What arithmetic can make anyhow, in the usual context.
MAX_EXPONENT = 999_999
CONTEXT_BOUNDS = {"prec": 5000, "Emax": MAX_EXPONENT, "Emin": MAX_EXPONENT}


def drawn(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard the methods of generators of random numbers that make as much as they are asked for."""
    if "random" not in sys.modules or not isinstance(obj, sys.modules["random"].Random):
        return None

    def sized(*args: Any, **options: Any) -> Any:
        for value in (*args, *options.values()):
            session.sizes.count(value, 8 if name == "sample" else 1)
        return method(*args, **options)

    return sized


def check_form(form: Any) -> None:
    """Refuse to write a date in a form that is very long: C code tries again and again with larger buffers."""
    if isinstance(form, str) and len(form) > MAX_FORM:
        raise InterpreterError(f"the format of a date is too long: at most {MAX_FORM} characters")


def digest(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard the digests whose length code may choose."""
    if (obj if isinstance(obj, type) else type(obj)).__module__ not in ("_hashlib", "_sha3"):
        return None

    def sized(*args: Any, **options: Any) -> Any:
        for length in (*args, *options.values()):
            session.sizes.count(length, 2)
        return method(*args, **options)

    return sized


def unpacked(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `decompress` of objects that unpack in pieces, as large as they are asked for."""
    if type(obj).__module__ not in UNPACKING_MODULES or isinstance(obj, type):
        return None

    most = session.limits.value_bytes + 1

    def decompress(data: Any, max_length: Any = -1) -> Any:
        length = as_int(max_length) or most
        piece = method(data, min(length, most) if length > 0 else most)
        session.sizes.check(len(piece))
        return piece

    return decompress


def join_thread(session: Session, obj: Any, method: Any) -> Any:
    """Guard `join` of threads."""
    threading = sys.modules.get("threading")
    if threading is None or not isinstance(obj, threading.Thread):
        return None

    def join(timeout: float | None = None) -> None:
        end = None if timeout is None else monotonic() + timeout
        method(0)
        while obj.is_alive() and (end is None or monotonic() < end):
            session.budget.check()
            method(STEP_SECONDS)

    return join


def check_context(name: str, value: Any) -> None:
    """Refuse a precision or exponent with which single operations take too long."""
    bound = CONTEXT_BOUNDS.get(name)
    if bound is not None and abs(as_int(value) or 0) > bound:
        what = "precision" if name == "prec" else "exponent"
        raise InterpreterError(f"the {what} is too large: at most {bound} digits")


class BoundedContext:
    """Take what is assigned to a decimal context, up to a bound."""

    __slots__ = ("context",)
    context: Any

    def __init__(self, context: Any) -> None:
        object.__setattr__(self, "context", context)

    def __setattr__(self, name: str, value: Any) -> None:
        check_context(name, value)
        setattr(self.context, name, value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)
