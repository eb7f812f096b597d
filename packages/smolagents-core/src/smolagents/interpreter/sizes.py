"""Bounds on what a single operation may build: sequences by their bytes, integers by their bits."""

from __future__ import annotations

import operator
from collections import Counter, UserList, UserString, deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from smolagents.errors import InterpreterError
from smolagents.interpreter.memory import LARGE
from smolagents.interpreter.policy import Limits

SHORT = 4096
WIDE = 20


def text_size(text: str) -> int:
    """Return the bytes of a text; of one that is not Latin, much more, as most of what is done with it takes more."""
    length = str.__len__(text)
    return length if length < SHORT or str.__sizeof__(text) < length + 100 else length * WIDE


# Builtin sequences with the bytes that an element takes; lengths are read past what subclasses define.
SEQUENCES: tuple[tuple[type, int, Callable[[Any], int]], ...] = (
    (str, 1, text_size),
    (bytes, 1, bytes.__len__),
    (bytearray, 1, bytearray.__len__),
    (list, 8, list.__len__),
    (tuple, 8, tuple.__len__),
    (deque, 8, deque.__len__),
    (UserString, 1, lambda value: size_of(value.data)),
    (UserList, 8, lambda value: len(value.data)),
)
_exact = {kind: (width, length) for kind, width, length in SEQUENCES}
# A byte of `bytes` and a Latin character exist as objects already, any other character is an object of its own.
CHARACTER = 88
CHARACTER_BYTES = 20
ITEM = 8
NUMBERS = frozenset({int, float, bool, complex})
# Frequent operands that are no sequences.
_COUNTED = frozenset({dict, set, frozenset, type({}.keys()), type({}.values()), type({}.items())})
_PLAIN = frozenset({date, datetime, timedelta, set, dict, frozenset, type(None), Counter})


def as_listed(value: Any) -> int:
    """Return the bytes that a list of a value's elements takes; 0 if that is not known beforehand."""
    kind = type(value)
    if issubclass(kind, str):
        return text_size(value) * ITEM if text_size(value) == str.__len__(value) else str.__len__(value) * CHARACTER
    if issubclass(kind, (list, tuple)):
        return size_of(value)
    if kind in _COUNTED:
        return ITEM * len(value)
    return size_of(value) * ITEM


def size_of(value: Any) -> int:
    """Return the bytes of a builtin sequence's elements, 0 for anything else."""
    kind = type(value)
    if kind is str:
        return text_size(value)
    entry = _exact.get(kind)
    if entry is not None:
        return entry[0] * entry[1](value)
    if kind in NUMBERS or kind in _PLAIN:
        return 0
    for base, width, length in SEQUENCES:
        if issubclass(kind, base):
            return width * length(value)
    if kind.__module__ == "array":
        return int(value.itemsize * len(value))
    return 0


def as_int(value: Any) -> int | None:
    """Return an int for an int or a subclass of it, calling nothing of the guest's."""
    kind = type(value)
    if kind is int:
        return int(value)
    return int.__index__(value) if issubclass(kind, int) else None


class SizeGuards:
    """Guard operators for one session."""

    def __init__(self, limits: Limits, take: Callable[[int], None]) -> None:
        self.limit = limits.value_bytes
        self.take = take
        self.bits = limits.int_bits

    def too_large(self, size: int) -> NoReturn:
        """Refuse a value."""
        raise InterpreterError(
            f"the result would be too large: {size:,} bytes, of at most {self.limit:,}. Work on smaller parts."
        )

    def too_long_int(self, bits: int) -> NoReturn:
        """Refuse an integer."""
        raise InterpreterError(f"the integer would be too large: {bits:,} bits, of at most {self.bits:,}")

    def check(self, size: int) -> None:
        """Refuse a size, or memory that there is not."""
        if size > LARGE:
            if size > self.limit:
                self.too_large(size)
            self.take(size)

    def add(self, value: Any) -> Any:
        """Return an operand of `+` that is no giant."""
        kind = type(value)
        if kind is int or kind is float:
            return value
        self.check(size_of(value))
        return value

    def inserted(self, value: Any) -> Any:
        """Return an operand of `+=`, or what a slice becomes: a list would take it element by element."""
        kind = type(value)
        if kind is not int and kind is not float:
            self.add(value)
            self.take(as_listed(value))
        return value

    def check_product(self, a: Any, b: Any) -> None:
        """Refuse `a * b` if the result is too large."""
        x, y = as_int(a), as_int(b)
        if x is not None and y is not None:
            bits = x.bit_length() + y.bit_length()
            if bits > self.bits:
                self.too_long_int(bits)
            return
        count, sequence = (x, b) if x is not None else (y, a)
        if count is None:
            count = self._index(a, b)
        if count is not None and count > 1:
            wide = type(sequence) is str and len(sequence) < SHORT and not sequence.isascii()
            self.check(size_of(sequence) * count * (CHARACTER_BYTES if wide else 1))

    @staticmethod
    def _index(a: Any, b: Any) -> int | None:
        """Return the largest count that an object with `__index__` could stand for next to a sequence."""
        for value, other in ((a, b), (b, a)):
            if size_of(other) and hasattr(type(value), "__index__"):
                raise InterpreterError(f"a sequence can only be multiplied by an int, not by '{type(value).__name__}'")
        return None

    def mul(self, a: Any, b: Any) -> Any:
        """Multiply."""
        if type(a) is int and type(b) is int:
            if (-(2**64) < a < 2**64) and (-(2**64) < b < 2**64):
                return a * b
        elif type(a) is float or type(b) is float:
            return a * b
        self.check_product(a, b)
        return a * b

    def imul(self, a: Any, b: Any) -> Any:
        """Multiply in place."""
        self.check_product(a, b)
        return operator.imul(a, b)  # type: ignore[no-untyped-call]

    def check_power(self, a: Any, b: Any) -> None:
        """Refuse `a ** b` if the result is too large."""
        x, y = as_int(a), as_int(b)
        if y is None:
            return
        if x is None:
            numerator = getattr(a, "numerator", None) if type(a).__name__ == "Fraction" else None
            if numerator is None:
                return
            x = max(abs(numerator), abs(a.denominator))
            y = abs(y)
        if y > 1 and x not in (0, 1, -1):
            bits = x.bit_length() * y
            if bits > self.bits:
                self.too_long_int(bits)

    def pow(self, a: Any, b: Any, modulus: Any = None) -> Any:
        """Raise to a power."""
        if modulus is not None:
            exponent, modulo = as_int(b), as_int(modulus)
            if exponent is not None and modulo is not None:
                work = exponent.bit_length() * (modulo.bit_length() // 30 + 1) ** 2
                if work > 500_000_000:
                    self.too_long_int(modulo.bit_length())
            return pow(a, b, modulus)
        self.check_power(a, b)
        return a**b

    def ipow(self, a: Any, b: Any) -> Any:
        """Raise to a power in place."""
        self.check_power(a, b)
        return operator.ipow(a, b)  # type: ignore[no-untyped-call]

    def check_shift(self, a: Any, b: Any) -> None:
        """Refuse `a << b` if the result is too large."""
        x, y = as_int(a), as_int(b)
        if x and y is not None and y > 0 and x.bit_length() + y > self.bits:
            self.too_long_int(x.bit_length() + y)

    def lshift(self, a: Any, b: Any) -> Any:
        """Shift left."""
        self.check_shift(a, b)
        return a << b

    def ilshift(self, a: Any, b: Any) -> Any:
        """Shift left in place."""
        self.check_shift(a, b)
        return operator.ilshift(a, b)  # type: ignore[no-untyped-call]

    def count(self, value: Any, width: int = 1) -> Any:
        """Return the argument of `bytes(n)` and the like, after a check where it is a length."""
        number = as_int(value)
        if number is not None:
            self.check(number * width)
        return value

    def check_exponent(self, value: Any) -> None:
        """Refuse to write out a Decimal with a huge exponent."""
        kind = type(value)
        if kind.__name__ == "Decimal" and kind.__module__ == "decimal" and value.is_finite():
            digits = abs(value.adjusted())
            if digits * 4 > self.bits:
                self.too_long_int(digits * 4)

    def bytes(self, *args: Any, **kwargs: Any) -> bytes:
        """Make bytes."""
        if len(args) == 1:
            self.count(args[0])
        return bytes(*args, **kwargs)

    def bytearray(self, *args: Any, **kwargs: Any) -> bytearray:
        """Make a bytearray."""
        if len(args) == 1:
            self.count(args[0])
        return bytearray(*args, **kwargs)

    def int_call(self, *args: Any, **kwargs: Any) -> int:
        """Make an int; text in base 2 to 36 may be as long as the largest integer's."""
        if len(args) == 1 and not kwargs:
            kind = type(args[0])
            if kind is int or kind is float or (kind is str and len(args[0]) < 5000):
                return int(args[0])
        if args and type(args[0]) is not int:
            if size_of(args[0]) * 5 > self.bits:
                self.too_long_int(size_of(args[0]) * 5)
            self.check_exponent(args[0])
        return int(*args, **kwargs)

    @staticmethod
    def slice(*args: Any) -> slice:
        """Make a slice; one of slices could be nested so deeply that freeing it overflows the stack."""
        if any(type(arg) is slice for arg in args):
            raise InterpreterError("a slice can't be made of slices")
        return slice(*args)

    def sum(self, iterable: Any, /, start: Any = 0) -> Any:
        """Add up; lists and tuples one by one, as each addition copies them."""
        if type(start) in NUMBERS:
            return sum(iterable, start)
        total = start
        for item in iterable:
            total = total + item
            self.check(size_of(total))
        return total

    def fast_add(self) -> Any:
        """Return `add` as a plain function, which is called faster than a method."""
        check = self.add

        def add(value: Any) -> Any:
            kind = type(value)
            if (kind is str and len(value) < SHORT) or kind is int or kind is float:
                return value
            return check(value)

        return add

    def fast_mul(self) -> Any:
        """Return `mul` as a plain function, which is called faster than a method."""
        full = self.mul

        def mul(a: Any, b: Any) -> Any:
            kind = type(a)
            if kind is int:
                if type(b) is int and -1073741824 < a < 1073741824:
                    return a * b
            elif kind is float:
                return a * b
            return full(a, b)

        return mul

    def guards(self) -> dict[str, Any]:
        """Return the operators' guards by their hidden names."""
        add, mul = self.fast_add(), self.fast_mul()
        return {
            "<add>": add, "<inserted>": self.inserted, "<mul>": mul, "<imul>": self.imul, "<pow>": self.pow,
            "<ipow>": self.ipow, "<lshift>": self.lshift, "<ilshift>": self.ilshift, "<bytes>": self.bytes,
            "<bytearray>": self.bytearray, "<int_call>": self.int_call, "<slice>": self.slice,
        }  # fmt: skip
