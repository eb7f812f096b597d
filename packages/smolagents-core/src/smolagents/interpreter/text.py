"""Turning values into text within bounds: Text, repr, print, f-strings, `%` and str.format.

The text of a small nested value can be endless (`x = [x, x]`, fifty times), so a value is weighed before C code
builds its text. `str.format` walks attributes, so it asks the attribute guards.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.sizes import size_of
from smolagents.interpreter.weights import ATOMS, is_container, literal_size, parts

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

Text = str  # inside the class, `str` is its method
MAX_WIDTH = 100_000
MAX_SPEC = 10_000
FREE_TEXT = 65536
# printf-style: %[(key)][flags][width][.precision]type
_PERCENT = re.compile(r"%(?:\(.*?\))?[-#0 +]*(\*|\d+)?(?:\.(\*|\d+))?", re.DOTALL)
_WIDTH = re.compile(r"\d{6,}")


class Percent:
    """Stand for text on the left of `%`."""

    __slots__ = ("_guards", "_text")

    def __init__(self, guards: TextGuards, text: Any) -> None:
        self._guards = guards
        self._text = text

    def __mod__(self, values: Any) -> Any:
        return self._guards.percent_format(self._text, values)


class _Formatter(string.Formatter):
    def __init__(self, guards: TextGuards) -> None:
        self.guards = guards
        self.size = 0

    def get_field(self, field_name: Text, args: Any, kwargs: Any) -> Any:
        import _string  # type: ignore[import-not-found]

        first, rest = _string.formatter_field_name_split(field_name)
        obj = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            obj = self.guards.session.attributes.guarded_getattr(obj, key) if is_attribute else obj[key]
        return obj, first

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        if type(key) is int and key >= len(args):
            raise IndexError(f"Replacement index {key} out of range for positional args tuple")
        return super().get_value(key, args, kwargs)

    def format_field(self, value: Any, format_spec: Text) -> Any:
        text = self.guards.format(value, format_spec)
        self.size += size_of(text)
        self.guards.session.sizes.check(self.size)
        return text

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return value if conversion is None else self.guards.convert(value, conversion)


class TextGuards:
    """Make text for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.limit = session.limits.value_bytes

    def weigh(self, value: Any) -> int:
        """Return about the length of a value's text, or refuse an endless one."""
        return self._weigh(value, {})

    def _weigh(self, value: Any, known: dict[int, int]) -> int:
        # A shared part is weighed once and counted each time; a container inside itself shows as [...].
        known[id(value)] = 5
        weight = 2
        for item in parts(value):
            kind = type(item)
            if kind in ATOMS:
                weight += 8
            elif kind is str:
                weight += len(item) + 4
            elif is_container(kind):
                weight += known[id(item)] if id(item) in known else self._weigh(item, known)
            else:
                weight += 16 + literal_size(item)
        if weight > self.limit // 4:
            raise InterpreterError("the value holds too many parts (shared ones count each time). Use a part of it.")
        known[id(value)] = weight
        return weight

    def check(self, value: Any) -> None:
        """Refuse a value whose text would be endless."""
        kind = type(value)
        if kind is str or kind in ATOMS:
            return
        if is_container(kind):
            self.weigh(value)

    def check_literal(self, value: Any) -> None:
        """Refuse a value whose `repr` would be endless, or too long."""
        self.check(value)
        if type(value) not in ATOMS:
            self.session.budget.take(literal_size(value))

    def hash(self, value: Any) -> int:
        """Return the hash of a value."""
        self.check(value)
        return hash(value)

    def compared(self, value: Any) -> Any:
        """Return a value that is to be compared or hashed: C code walks all that is in it."""
        self.check(value)
        return value

    def str(self, *args: Any, **kwargs: Any) -> Text:
        """Make a str."""
        if len(args) == 1:
            value: Any = args[0]
            kind = type(value)
            if kind is str:
                return value  # type: ignore[no-any-return]
            if kind is int or kind is float:
                return repr(value)
            self.check(value)
            if not issubclass(kind, Text):
                self.session.budget.take(literal_size(value))
        return str(*args, **kwargs)

    def repr(self, value: Any) -> Text:
        """Return the text that stands for a value."""
        self.check_literal(value)
        return repr(value)

    def method(self, obj: Any, method: Any) -> Any:
        """Return a method that makes a value's text or hash, bound or not."""

        def checked(*args: Any) -> Any:
            self.check(args[0] if args else obj)
            return method(*args)

        return checked

    def ascii(self, value: Any) -> Text:
        """Return the ASCII text that stands for a value."""
        self.check_literal(value)
        return ascii(value)

    def shown(self, value: Any, parts: int) -> Any:
        """Return a value that an f-string with so many parts shows."""
        if type(value) is str:
            if len(value) > FREE_TEXT:
                self.session.sizes.check(size_of(value) * parts)
            return value
        self.check_literal(value)
        self.session.sizes.check_exponent(value)
        return value

    def convert(self, value: Any, conversion: Text) -> Text:
        """Apply `!r`, `!s` or `!a`."""
        return {"r": self.repr, "s": self.str, "a": self.ascii}[conversion](value)

    def format(self, value: Any, spec: Any = "") -> Text:
        """Format a value."""
        if type(spec) is not str:
            raise TypeError("format() argument 2 must be str")
        for width in _WIDTH.findall(spec):
            if int(width[:12]) > MAX_WIDTH:
                raise InterpreterError(f"a format width of {width} is too large")
        if len(spec) > MAX_SPEC:
            raise InterpreterError(f"the format is too long: at most {MAX_SPEC} characters")
        self.check_literal(value)
        self.session.sizes.check_exponent(value)
        return format(value, spec)

    def format_method(self, owner: Any, *args: Any, **kwargs: Any) -> Any:
        """Do `owner.format(...)`; for text, with guarded attribute access."""
        if type(owner) is str:
            return self.format_text(owner, args, kwargs)
        return self.session.attributes.load(owner, "format")(*args, **kwargs)

    def format_text(self, text: Text, args: Any, kwargs: Any) -> Text:
        """Do what `str.format` does, with guarded attribute access."""
        result = _Formatter(self).vformat(str.__str__(text), args, kwargs)
        if len(result) > self.limit:
            raise InterpreterError("the text would be too long")
        return result

    def format_map(self, text: Text, mapping: Mapping[Text, Any]) -> Text:
        """Do `text.format_map(mapping)`."""
        return self.format_text(text, (), mapping)

    def percent(self, value: Any) -> Any:
        """Return what stands for the left operand of `%`."""
        return Percent(self, value) if issubclass(type(value), (str, bytes, bytearray)) else value

    @staticmethod
    def check_widths(source: Text, values: Any) -> None:
        """Refuse fields that are very wide, or very precise."""
        numbers = [value for value in (values if type(values) is tuple else (values,)) if type(value) is int]
        total = 0
        for width, precision in _PERCENT.findall(source):
            for part in (width, precision):
                if part == "*":
                    total += max((abs(number) for number in numbers), default=0)
                elif part:
                    total += int(part[:12])
        if total > MAX_WIDTH:
            raise InterpreterError(f"a format width of {total} is too large")

    def percent_format(self, text: Any, values: Any) -> Any:
        """Do `text % values` for text or bytes."""
        source = text if isinstance(text, str) else bytes(text).decode("latin-1")
        self.check_widths(source, values)
        self.check(values)
        items = values if type(values) is tuple else tuple(values.values()) if type(values) is dict else (values,)
        for value in items:
            self.check(value)
        # Any of them may be shown by each of the fields that name it, and as `%r` or `%a`.
        sizes = [literal_size(item) for item in items]
        total = source.count("%") * max(sizes, default=0) if type(values) is dict else sum(sizes)
        if total > FREE_TEXT:
            self.session.sizes.check(size_of(text) + total)
        return text % values

    def imod(self, a: Any, b: Any) -> Any:
        """Do `a %= b`."""
        import operator

        if issubclass(type(a), (str, bytes, bytearray)):
            return self.percent_format(a, b)
        return operator.imod(a, b)  # type: ignore[no-untyped-call]

    def guards(self) -> dict[Text, Any]:
        """Return the guards by their hidden names, and the builtins that make text."""
        return {
            "<compared>": self.compared, "<str>": self.str, "<shown>": self.shown,
            "<convert>": self.convert, "<format>": self.format,
            "<format_method>": self.format_method, "<percent>": self.percent, "<imod>": self.imod,
            "repr": self.repr, "ascii": self.ascii, "format": self.format,
        }  # fmt: skip
