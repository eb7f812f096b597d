"""The guards that run most often, as plain functions for their common cases; all else goes to the guard itself.

A plain function with few parameters is called several times faster than a method, or one with `*args`. What is decided
here is harmless whatever the limits are: numbers of one digit of CPython's, and values of a few kilobytes.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from itertools import compress
from types import FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.standins import stand_in

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# The largest int of one digit. CPython compares such ints several times faster than others.
DIGIT = 2**30 - 1
FEW = 4096
# A loop over a range of this length at most draws its ticks when it begins.
STEPS = 1000
# Iterators over longer containers, or over so many at once, draw ticks.
LONG = 5000
WIDE = 64
SIZED = frozenset({str, bytes, list, tuple})
ITERABLES = frozenset({list, tuple, str, dict, set, range, type({}.keys()), type({}.values()), type({}.items())})
# Exceptions that hold nothing but their arguments.
ERRORS = frozenset(
    {ValueError, TypeError, KeyError, IndexError, LookupError, ZeroDivisionError, ArithmeticError, RuntimeError,
     AssertionError, NotImplementedError, Exception}
)  # fmt: skip
_missing: Any = object()


def fast_guards(session: Session, full: Mapping[str, Any]) -> dict[str, Any]:
    """Return fast functions that take the place of a session's guards, by their hidden names.

    Args:
        session: The session.
        full: The guards themselves, which do all that is not common.
    """
    made = {**_operators(full), **_texts(full), **_objects(full), **_iterators(full), **_consumers(full)}
    return {**made, **_joining(session, full), **_ranges(session, full)}


def _operators(full: Mapping[str, Any]) -> dict[str, Any]:
    full_add, full_mul, full_pow, full_percent = full["<add>"], full["<mul>"], full["<pow>"], full["<percent>"]

    def add(value: Any) -> Any:
        kind = type(value)
        if kind is int or kind is float or (kind in SIZED and len(value) < FEW):
            return value
        return full_add(value)

    def mul(a: Any, b: Any) -> Any:
        kind = type(a)
        if kind is float:
            return a * b  # a float, or an error
        if type(b) is int:
            if kind is int:
                if -1073741823 < a < 1073741823:
                    return a * b
            elif kind in SIZED and b < FEW and len(a) * b < FEW:
                return a * b
        return full_mul(a, b)

    def power(a: Any, b: Any) -> Any:
        kind = type(a)
        if kind is float or (kind is int and type(b) is int and -64 < b < 64 and -1073741823 < a < 1073741823):
            return a**b
        return full_pow(a, b)

    def percent(value: Any) -> Any:
        kind = type(value)
        return value if kind is int or kind is float else full_percent(value)

    numbers = frozenset({int, float})
    return {"<numbers>": numbers, "<add>": add, "<mul>": mul, "<pow>": power, "<percent>": percent}


def _texts(full: Mapping[str, Any]) -> dict[str, Any]:
    full_text, full_shown, full_int, full_replace = (
        full["<str>"],
        full["<shown>"],
        full["<int_call>"],
        full["<replace>"],
    )

    def text(object: Any = _missing, encoding: Any = _missing, errors: Any = _missing) -> Any:
        if encoding is _missing and errors is _missing:
            kind = type(object)
            if kind is str:
                return object
            if kind is int or kind is float:
                return repr(object)
            if kind in ERRORS and kind is not KeyError:
                args = object.args
                if len(args) == 1 and type(args[0]) is str:
                    return args[0]
        return full_text(*_given(object), **_options(encoding=encoding, errors=errors))

    def shown(value: Any, parts: int) -> Any:
        kind = type(value)
        if (kind is str and len(value) < FEW) or kind is int or kind is float:
            return value
        return full_shown(value, parts)

    def integer(value: Any = _missing, /, base: Any = _missing) -> Any:
        if base is _missing:
            kind = type(value)
            if kind is int or kind is float or (kind is str and len(value) < FEW):
                return int(value)
        return full_int(*_given(value), **_options(base=base))

    def replace(owner: Any, *args: Any) -> Any:
        if type(owner) is str and len(args) == 2 and len(owner) < FEW:
            old, new = args
            if type(new) is str and len(new) < FEW:
                return owner.replace(old, new)
        return full_replace(owner, *args)

    return {"<str>": text, "<shown>": shown, "<int_call>": integer, "<replace>": replace}


def _given(value: Any) -> tuple[Any, ...]:
    return () if value is _missing else (value,)


def _options(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not _missing}


def _objects(full: Mapping[str, Any]) -> dict[str, Any]:
    full_type, full_clean = full["<type>"], full["<clean>"]
    plain = frozenset({int, float, str, list, tuple, dict, set, bool, type(None)})

    def kind_of(value: Any) -> Any:
        kind = type(value)
        return kind if kind in plain else full_type(value)

    def clean(error: Any) -> Any:
        if type(error) in ERRORS:
            traceback = error.__traceback__
            if traceback is not None:
                inner = traceback.tb_next
                # The code that caught it raised it, or a function of this file: no host has put anything on it.
                if inner is None or (inner.tb_next is None and inner.tb_frame.f_code.co_filename == FILE):
                    return error
        return full_clean(error)

    return {"<kind>": kind_of, "<clean>": clean}


def _iterators(full: Mapping[str, Any]) -> dict[str, Any]:
    full_enumerate, full_reversed, full_zip, full_map = (
        full["<enumerate>"],
        full["<reversed>"],
        full["zip"],
        full["map"],
    )

    def enumerate(iterable: Any, start: Any = 0) -> Any:
        make = builtins.enumerate if type(iterable) in ITERABLES and len(iterable) < LONG else full_enumerate
        return make(iterable, start)

    def reversed(sequence: Any, /) -> Any:
        make = builtins.reversed if type(sequence) in ITERABLES and len(sequence) < LONG else full_reversed
        return make(sequence)

    def zip(*iterables: Any, strict: Any = False) -> Any:
        if len(iterables) > WIDE:
            return full_zip(*iterables, strict=strict)
        for iterable in iterables:
            if type(iterable) not in ITERABLES or len(iterable) > LONG:
                return full_zip(*iterables, strict=strict)
        return builtins.zip(*iterables, strict=True) if strict else builtins.zip(*iterables)  # noqa: B905 (a keyword costs)

    def map(function: Any, /, *iterables: Any) -> Any:
        if type(function) is not FunctionType:
            return full_map(function, *iterables)
        for iterable in iterables:
            if type(iterable) not in ITERABLES or len(iterable) > LONG:
                return full_map(function, *iterables)
        return builtins.map(function, *iterables)

    made = {"<enumerate>": enumerate, "<reversed>": reversed, "zip": zip, "map": map}
    for name, function in made.items():
        function.__qualname__, function.__doc__ = function.__name__, full[name].__doc__
    # Code may also ask whether something is one: these have to be classes.
    classes = {"zip": stand_in(builtins.zip, zip), "map": stand_in(builtins.map, map)}
    return {**made, **classes, "<zip>": zip, "<map>": map}


def _consumers(full: Mapping[str, Any]) -> dict[str, Any]:
    full_sum = full["sum"]

    def sum(iterable: Any, /, start: Any = 0) -> Any:
        kind = type(iterable)
        if type(start) is int and (kind is GeneratorType or (kind in ITERABLES and len(iterable) < LONG)):
            return builtins.sum(iterable, start)
        return full_sum(iterable, start)

    def extreme(name: str) -> Any:
        make, full_make = getattr(builtins, name), full[name]

        def found(first: Any, /, *others: Any, key: Any = None, default: Any = _missing) -> Any:
            kind = type(first)
            if (
                not others
                and default is _missing
                and (kind is GeneratorType or (kind in ITERABLES and len(first) < LONG))
            ):
                if key is None:
                    return make(first)
                if type(key) is FunctionType:
                    return make(first, key=key)
            return full_make(first, *others, key=key, **_options(default=default))

        return found

    made = {"sum": sum, "min": extreme("min"), "max": extreme("max")}
    for name, function in made.items():
        function.__name__ = function.__qualname__ = name
        function.__doc__ = full[name].__doc__
    return made


def _joining(session: Session, full: Mapping[str, Any]) -> dict[str, Any]:
    full_join = full["<join>"]
    limit = min(session.limits.value_bytes, FEW * 16)
    add, each, length = builtins.sum, builtins.map, str.__len__

    def join(separator: Any, *args: Any) -> Any:
        parts = args[0] if len(args) == 1 else None
        if type(separator) is str and type(parts) is list and len(parts) < FEW:
            try:
                if add(each(length, parts), len(parts) * len(separator)) < limit:
                    return separator.join(parts)
            except TypeError:
                pass  # the full guard says which part is no text
        return full_join(separator, *args)

    return {"<join>": join}


def _ranges(session: Session, full: Mapping[str, Any]) -> dict[str, Any]:
    full_range = full["range"]
    budget = session.budget
    ticks, raw = budget.ticks, budget.raw_ticks

    def numbers(*args: Any) -> Any:
        made = range(*args)
        try:
            if len(made) <= STEPS:
                return made
        except OverflowError:
            pass
        return full_range(*args)

    def steps(*args: Any) -> Any:
        """Return what a loop over a range runs through; the ticks of a short one are drawn here."""
        made = range(*args)
        if type(made.start) is not int or type(made.step) is not int:
            # An int of the guest's own class adds as it likes; what comes out has to be ints.
            made = range(*(int.__add__(number, 0) for number in (made.start, made.stop, made.step)))
        try:
            count = len(made)
        except OverflowError:
            count = STEPS + 1
        if count > STEPS:
            return compress(made, raw)
        for _ in ticks:
            break
        budget.operations += count
        return made

    return {"<range>": numbers, "<steps>": steps}


FILE = fast_guards.__code__.co_filename
