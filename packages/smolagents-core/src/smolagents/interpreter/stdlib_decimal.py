"""Decimal numbers: with bounded exponents, as the integer that stands for 1e999999999 takes minutes to make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.library_objects import MAX_EXPONENT, check_context
from smolagents.interpreter.sizes import as_int, size_of
from smolagents.interpreter.standins import stand_in

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# Turning integers into decimals, and back, takes the square of their length.
MAX_DIGITS = 100_000
CONTEXT_FIELDS = ("prec", "rounding", "Emin", "Emax")


def _check_digits(value: Any) -> None:
    number = as_int(value)
    digits = size_of(value) if number is None else number.bit_length() // 3
    if digits > MAX_DIGITS:
        raise InterpreterError(f"the decimal number is too long: at most {MAX_DIGITS:,} digits")


def decimal_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `decimal`."""

    def checked(made: Any) -> Any:
        if made.is_finite() and abs(made.adjusted()) > MAX_EXPONENT:
            raise InterpreterError(f"the exponent is too large: at most {MAX_EXPONENT}")
        return made

    def decimal(value: Any = "0", context: Any = None) -> Any:
        _check_digits(value)
        return checked(original.Decimal(value, context))

    class Base(original.Decimal):  # type: ignore[misc]
        """Be what guest classes are derived from."""

        def __new__(cls, value: Any = "0", context: Any = None) -> Any:
            _check_digits(value)
            return checked(super().__new__(cls, value, context))

    Base.__name__, Base.__qualname__, Base.__module__ = "Decimal", "Decimal", "decimal"

    def make_context(*args: Any, **options: Any) -> Any:
        """Make a context."""
        for name, value in {**dict(zip(CONTEXT_FIELDS, args, strict=False)), **options}.items():
            check_context(name, value)
        return original.Context(*args, **options)

    def localcontext(ctx: Any = None, **options: Any) -> Any:
        """Return a manager of a context for a with statement."""
        for name, value in options.items():
            check_context(name, value)
        return original.localcontext(ctx, **options)

    kind = session.classes.stand_ins[original.Decimal] = stand_in(original.Decimal, decimal, Base)
    return {"Decimal": kind, "Context": make_context, "localcontext": localcontext}
