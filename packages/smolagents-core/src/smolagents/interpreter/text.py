"""Turning values into text within bounds: Text, repr, print, f-strings, `%` and str.format.

The text of a small nested value can be endless (`x = [x, x]`, fifty times), so a value is weighed before C code
builds its text. `str.format` walks attributes, so it asks the attribute guards.
"""

from __future__ import annotations

import re
import string
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator, Mapping
from functools import partial
from types import GenericAlias, MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.sizes import NUMBERS, size_of

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

Text = str  # inside the class, `str` is its method
ITERABLES: tuple[Any, ...] = (list, tuple, dict, set, frozenset, deque)
VIEWS: tuple[Any, ...] = (type({1: 1}.keys()), type({1: 1}.values()), type({1: 1}.items()))
CONTAINERS = (*ITERABLES, MappingProxyType, BaseException, SimpleNamespace, GenericAlias, partial, *VIEWS)
EXACT = frozenset({list, tuple, dict, set, frozenset, deque, defaultdict, OrderedDict})
ATOMS = NUMBERS | {type(None), type, range, slice}
MAX_WIDTH = 100_000
# printf-style: %[(key)][flags][width][.precision]type
_PERCENT = re.compile(r"%(?:\(.*?\))?[-#0 +]*(\*|\d+)?(?:\.(\*|\d+))?", re.DOTALL)
_WIDTH = re.compile(r"\d{6,}")


def _items(value: Any) -> Iterator[Any]:
    """Yield what a container shows, past what subclasses define."""
    kind = type(value)
    if issubclass(kind, dict):
        yield from dict.keys(value)
        yield from dict.values(value)
    elif kind in EXACT or issubclass(kind, MappingProxyType):
        yield from value
    elif kind in VIEWS:
        for item in value:  # the pairs of `items()` are made anew each time, so they are no parts to remember
            yield from item if kind is VIEWS[2] else (item,)
    elif issubclass(kind, BaseException):
        yield from value.args
    elif issubclass(kind, SimpleNamespace):
        yield from vars(value).values()
    elif issubclass(kind, GenericAlias):
        yield from value.__args__
    elif issubclass(kind, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    else:
        for base in ITERABLES:
            if issubclass(kind, base):
                yield from base.__iter__(value)
        if is_dataclass(kind):
            for name in own_fields(kind):
                yield getattr(value, name, None)


def is_dataclass(kind: type) -> bool:
    """Tell whether a class shows its fields by generated code, which draws no ticks."""
    return hasattr(kind, "__dataclass_fields__")


def own_fields(kind: Any) -> list[str]:
    """Return the names of a dataclass's fields."""
    return [name for name in kind.__dataclass_fields__ if type(name) is str]


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

    def get_field(self, field_name: Text, args: Any, kwargs: Any) -> Any:
        import _string  # type: ignore[import-not-found]

        first, rest = _string.formatter_field_name_split(field_name)
        obj = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            obj = self.guards.session.attributes.guarded_getattr(obj, key) if is_attribute else obj[key]
        return obj, first

    def format_field(self, value: Any, format_spec: Text) -> Any:
        return self.guards.format(value, format_spec)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return value if conversion is None else self.guards.convert(value, conversion)


class TextGuards:
    """Make text for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.limit = session.limits.value_bytes
        self.formatter = _Formatter(self)

    def weigh(self, value: Any) -> int:
        """Return about the length of a value's text, or refuse an endless one."""
        return self._weigh(value, {})

    def _weigh(self, value: Any, known: dict[int, int]) -> int:
        # A shared part is weighed once and counted each time; a container inside itself shows as [...].
        known[id(value)] = 5
        weight = 2
        for item in _items(value):
            kind = type(item)
            if kind in ATOMS:
                weight += 8
            elif kind is str:
                weight += len(item) + 4
            elif issubclass(kind, CONTAINERS) or is_dataclass(kind):
                weight += known[id(item)] if id(item) in known else self._weigh(item, known)
            else:
                weight += 16 + size_of(item)
        if weight > self.limit // 4:
            raise InterpreterError("the value holds too many parts (shared ones count each time). Use a part of it.")
        known[id(value)] = weight
        return weight

    def check(self, value: Any) -> None:
        """Refuse a value whose text would be endless."""
        kind = type(value)
        if kind is str or kind in ATOMS:
            return
        if issubclass(kind, CONTAINERS) or is_dataclass(kind):
            self.weigh(value)

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
        return str(*args, **kwargs)

    def repr(self, value: Any) -> Text:
        """Return the text that stands for a value."""
        self.check(value)
        return repr(value)

    def ascii(self, value: Any) -> Text:
        """Return the ASCII text that stands for a value."""
        self.check(value)
        return ascii(value)

    def shown(self, value: Any, parts: int) -> Any:
        """Return a value that an f-string with so many parts shows."""
        if type(value) is str:
            if len(value) > 65536 and len(value) * parts > self.limit:
                raise InterpreterError("the text would be too long")
            return value
        self.check(value)
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
        self.check(value)
        self.session.sizes.check_exponent(value)
        return format(value, spec)

    def format_method(self, owner: Any, *args: Any, **kwargs: Any) -> Any:
        """Do `owner.format(...)`; for text, with guarded attribute access."""
        if type(owner) is str:
            return self.format_text(owner, args, kwargs)
        return self.session.attributes.load(owner, "format")(*args, **kwargs)

    def format_text(self, text: Text, args: Any, kwargs: Any) -> Text:
        """Do what `str.format` does, with guarded attribute access."""
        try:
            result = self.formatter.vformat(str.__str__(text), args, kwargs)
        except IndexError as error:
            raise IndexError("Replacement index out of range for positional args tuple") from error
        if len(result) > self.limit:
            raise InterpreterError("the text would be too long")
        return result

    def format_map(self, text: Text, mapping: Mapping[Text, Any]) -> Text:
        """Do `text.format_map(mapping)`."""
        return self.format_text(text, (), mapping)

    def percent(self, value: Any) -> Any:
        """Return what stands for the left operand of `%`."""
        return Percent(self, value) if issubclass(type(value), (str, bytes, bytearray)) else value

    def percent_format(self, text: Any, values: Any) -> Any:
        """Do `text % values` for text or bytes."""
        source = text if isinstance(text, str) else bytes(text).decode("latin-1")
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
        self.check(values)
        if size_of(text) + size_of(values) > self.limit:
            raise InterpreterError("the text would be too long")
        if type(values) is tuple:
            for value in values:
                self.check(value)
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
