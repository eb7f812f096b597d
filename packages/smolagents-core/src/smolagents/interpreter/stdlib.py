"""What the copies of standard library modules have instead of the originals."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.comparing import check_comparable
from smolagents.interpreter.library_objects import check_form
from smolagents.interpreter.sizes import as_int
from smolagents.interpreter.stdlib_classes import (
    abc_names,
    collections_names,
    dataclasses_names,
    enum_names,
    typing_names,
)
from smolagents.interpreter.stdlib_contextlib import contextlib_names
from smolagents.interpreter.stdlib_copy import copying
from smolagents.interpreter.stdlib_decimal import decimal_names
from smolagents.interpreter.stdlib_functools import functools_names
from smolagents.interpreter.stdlib_process import (
    asyncio_names,
    etree_names,
    inspect_names,
    logging_names,
    shlex_names,
    sys_names,
    timeit_names,
    traceback_names,
)
from smolagents.interpreter.stdlib_sizes import SIZED_MODULES
from smolagents.interpreter.stdlib_slow import SLOW_MODULES
from smolagents.interpreter.stdlib_threading import threading_names
from smolagents.interpreter.stdlib_warnings import warnings_names

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_EXPONENT = re.compile(r"[eE][+-]?0*(\d+)")


def replacements(session: Session, name: str, original: types.ModuleType) -> dict[str, Any]:
    """Return the names that a session's copy of a module has instead of the original's."""
    slow, make = SLOW_MODULES.get(name), REPLACEMENTS.get(name)
    made = {} if slow is None else slow(session, original)
    if make is None:
        return made
    source: Any = types.SimpleNamespace(**{**vars(original), **made}) if made else original
    return {**made, **make(session, source)}


def _time(session: Session, original: Any) -> dict[str, Any]:
    def sleep(seconds: float) -> None:
        """Wait, no longer than the action may run."""
        if not isinstance(seconds, (int, float)):
            raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        end = original.monotonic() + seconds
        while True:
            session.budget.check()
            left = end - original.monotonic()
            if left <= 0:
                return
            original.sleep(min(left, 0.05))

    def strptime(string: Any, format: Any = "%a %b %d %H:%M:%S %Y") -> Any:
        """Parse text to a time."""
        if type(format) is not str:
            raise TypeError(f"strptime() argument 1 must be str, not {type(format).__name__}")
        return original.strptime(string, format)

    def strftime(format: Any, *moment: Any) -> str:
        """Write a time as text."""
        check_form(format)
        return str(original.strftime(format, *moment))

    return {"sleep": sleep, "strptime": strptime, "strftime": strftime}


def _math(session: Session, original: Any) -> dict[str, Any]:
    sizes = session.sizes

    def limited(name: str, bits: Callable[..., float]) -> Any:
        function = getattr(original, name)

        def guarded(*args: Any) -> Any:
            numbers = [as_int(arg) for arg in args]
            if None not in numbers:
                needed = bits(*numbers)
                if needed > session.limits.int_bits:
                    sizes.too_long_int(int(needed))
            return function(*args)

        guarded.__name__ = guarded.__qualname__ = name
        guarded.__doc__ = function.__doc__
        return guarded

    def length(number: int) -> int:
        return abs(number).bit_length()

    def squares(numbers: tuple[int, ...]) -> float:
        return sum(length(number) ** 2 for number in numbers) / 2**20

    def choose_bits(n: int, k: int | None = None) -> float:
        small = n if k is None else min(abs(k), abs(n))
        return float(length(n) * small)

    def prod(iterable: Any, *, start: Any = 1) -> Any:
        """Multiply all elements."""
        result = start
        for item in iterable:
            result = sizes.mul(result, item)
        return result

    return {
        "factorial": limited("factorial", lambda n: n * max(length(n) - 1, 1)),
        # These divide, which takes the square of the length.
        "comb": limited("comb", lambda n, k=0: 8 * min(length(n) * min(abs(k), abs(n - k)), abs(n))),
        "isqrt": limited("isqrt", lambda n: 4 * length(n)),
        "gcd": limited("gcd", lambda *numbers: max(4 * max(map(length, numbers), default=0), squares(numbers))),
        "perm": limited("perm", choose_bits),
        "prod": prod,
        "lcm": limited("lcm", lambda *numbers: sum(map(length, numbers))),
    }


def _itertools(session: Session, original: Any) -> dict[str, Any]:
    return session.iterables.itertools(original)


def _re(session: Session, original: Any) -> dict[str, Any]:
    return session.regex.functions()


def _operator(session: Session, original: Any) -> dict[str, Any]:
    sizes = session.sizes
    load = session.attributes.guarded_getattr

    def attrgetter(*names: Any) -> Any:
        """Return a function that gets attributes by their names."""
        if not names or any(type(name) is not str for name in names):
            raise TypeError("attribute name must be a string")

        def get(obj: Any, dotted: str) -> Any:
            for name in dotted.split("."):
                obj = load(obj, name)
            return obj

        if len(names) == 1:
            return lambda obj: get(obj, names[0])
        return lambda obj: tuple(get(obj, name) for name in names)

    def methodcaller(name: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return a function that calls a method by its name."""
        return lambda obj: load(obj, name)(*args, **kwargs)

    def add(a: Any, b: Any) -> Any:
        return a + sizes.add(b)

    def mod(a: Any, b: Any) -> Any:
        return session.text.percent(a) % b

    return {
        "attrgetter": attrgetter, "methodcaller": methodcaller, "mul": sizes.mul, "imul": sizes.imul,
        "pow": sizes.pow, "ipow": sizes.ipow, "lshift": sizes.lshift, "ilshift": sizes.ilshift, "add": add,
        "iadd": lambda a, b: original.iadd(a, sizes.add(b)), "concat": add, "iconcat": add, "mod": mod,
        "imod": session.text.imod,
    }  # fmt: skip


def _heapq(session: Session, original: Any) -> dict[str, Any]:
    def heapify(heap: Any, /) -> None:
        """Make a list a heap, in place."""
        check_comparable(heap)
        original.heapify(heap)

    return {"heapify": heapify}


class _Fractions(type):
    """Make `isinstance(x, Fraction)` and `Fraction.from_float(x)` work."""

    original: Any

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.original)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.original, name)


def _fractions(session: Session, original: Any) -> dict[str, Any]:
    def new(cls: Any, numerator: Any = 0, denominator: Any = None) -> Any:
        for part in (numerator, denominator):
            session.sizes.check_exponent(part)
            if isinstance(part, str) and any(int(digits[:9]) > 10_000 for digits in _EXPONENT.findall(part)):
                raise InterpreterError("the exponent is too large")
        return original.Fraction(numerator, denominator)

    return {"Fraction": _Fractions("Fraction", (), {"__new__": new, "original": original.Fraction})}


REPLACEMENTS: dict[str, Callable[[Session, Any], dict[str, Any]]] = {
    "time": _time,
    "math": _math,
    "itertools": _itertools,
    "re": _re,
    "functools": functools_names,
    "dataclasses": dataclasses_names,
    "abc": abc_names,
    "collections": collections_names,
    "contextlib": contextlib_names,
    "copy": copying,
    "enum": enum_names,
    "heapq": _heapq,
    "typing": typing_names,
    "operator": _operator,
    "asyncio": asyncio_names,
    "inspect": inspect_names,
    "logging": logging_names,
    "shlex": shlex_names,
    "sys": sys_names,
    "threading": threading_names,
    "timeit": timeit_names,
    "traceback": traceback_names,
    "warnings": warnings_names,
    "xml.etree.ElementTree": etree_names,
    "decimal": decimal_names,
    "fractions": _fractions,
    **SIZED_MODULES,
}
