"""Methods of builtin types whose result can be much larger than what they work on."""

from __future__ import annotations

import re
import sys
from abc import ABCMeta
from collections import Counter, deque
from collections.abc import Callable
from datetime import date, time
from itertools import compress
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.buffers import position, written
from smolagents.interpreter.consuming_methods import CONSUMING, check_search
from smolagents.interpreter.library_objects import check_form, digest, drawn, join_thread, unpacked
from smolagents.interpreter.memory import LARGE
from smolagents.interpreter.ownership import bases_of
from smolagents.interpreter.pieces import FREE_TEXT, check_split, check_splitlines, matches
from smolagents.interpreter.policy import LOOP_METHODS
from smolagents.interpreter.sizes import WIDE, as_int, as_listed, size_of
from smolagents.interpreter.standins import original

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

TEXT = (str, bytes, bytearray)
CHARACTER_BYTES = 20
# What a guard gets: the session, the object or class, the name of the method, and the method as C code has it.
Guard = Callable[["Session", Any, str, Any], Any]


def _bind(kinds: tuple[type, ...], check: Callable[..., None]) -> Guard:
    """Make a guard of a method of some types: `check(session, self, *args, **kwargs)` runs before it."""

    def guard(session: Session, obj: Any, name: str, method: Any) -> Any:
        kind = type(obj)
        if issubclass(kind, kinds):

            def bound(*args: Any, **kwargs: Any) -> Any:
                check(session, obj, *args, **kwargs)
                return method(*args, **kwargs)

            return bound
        if issubclass(kind, type) and issubclass(obj, kinds):

            def unbound(*args: Any, **kwargs: Any) -> Any:
                check(session, *args, **kwargs)
                return method(*args, **kwargs)

            return unbound
        return None

    return guard


def _bind_array(check: Callable[..., None]) -> Guard:
    """Make a guard of a method of `array.array`, which may not be imported yet."""

    def guard(session: Session, obj: Any, name: str, method: Any) -> Any:
        module = sys.modules.get("array")
        return None if module is None else _bind((module.array,), check)(session, obj, name, method)

    return guard


def _check_width(session: Session, text: Any, width: Any = 0, *fill: Any) -> None:
    number = as_int(width)
    if number is None:
        raise TypeError(f"'{type(width).__name__}' object cannot be interpreted as an integer")
    wide = isinstance(text, str) and not (text.isascii() and all(type(item) is str and item.isascii() for item in fill))
    session.sizes.check(number * WIDE if wide else number)


def _check_tabs(session: Session, text: Any, tabsize: Any = 8) -> None:
    number = as_int(tabsize)
    if number is not None and number > 8:
        session.sizes.check(text.count(b"\t" if isinstance(text, (bytes, bytearray)) else "\t") * number)


def _by(factor: int) -> Callable[..., None]:
    """Return a check of a method whose result takes so many times the bytes of what it works on."""

    def check(session: Session, value: Any, *args: Any, **options: Any) -> None:
        session.budget.take(size_of(value) * factor)

    return check


def _check_case(session: Session, text: Any, *args: Any) -> None:
    # The characters of text that is not ASCII are changed in a buffer of three times four bytes for each.
    if not text.isascii():
        session.budget.take(len(text) * 12)


def _check_rsplit(session: Session, text: Any, sep: Any = None, maxsplit: Any = -1) -> None:
    check_search(text, sep)
    check_split(session, text, sep, maxsplit)


def _check_replace(session: Session, text: Any, old: Any, new: Any, *count: Any) -> None:
    if isinstance(new, TEXT) and isinstance(old, TEXT) and size_of(new) > size_of(old):
        worst = (size_of(text) // max(size_of(old), 1) + 1) * size_of(new)
        if worst > LARGE:
            session.sizes.check(text.count(old) * size_of(new) + size_of(text))


def _check_translate(session: Session, text: Any, table: Any, *rest: Any) -> None:
    if type(table) is dict:
        largest = max((size_of(value) for value in table.values()), default=0)
        session.sizes.check(size_of(text) * max(largest, 1))
    elif isinstance(text, str) and not isinstance(table, TEXT) and size_of(text) > 100_000:
        raise InterpreterError("the text is too long for translate() with a table that is no dict")


def _check_bytes_length(session: Session, number: Any, length: Any = 1, *rest: Any, **options: Any) -> None:
    session.sizes.count(length)


def _check_from_bytes(session: Session, *args: Any, **options: Any) -> None:
    for value in args:
        if size_of(value) * 8 > session.limits.int_bits:
            session.sizes.too_long_int(size_of(value) * 8)


def _check_extend(session: Session, target: Any, items: Any) -> None:
    session.sizes.check(size_of(target) + as_listed(items))


def _check_form(session: Session, moment: Any, form: Any) -> None:
    check_form(form)


def _check_expand(session: Session, match: Any, template: Any) -> None:
    references = template.count("\\" if isinstance(template, str) else b"\\")
    session.sizes.check(size_of(template) + references * size_of(match.string))


def join(session: Session, separator: Any, *args: Any) -> Any:
    """Do `separator.join(parts)`."""
    kind = type(separator)
    if kind is str and len(args) == 1:
        parts = args[0]
        if type(parts) is not list and type(parts) is not tuple:
            parts = list(parts)
        _check_join(session, separator, parts)
        return separator.join(parts)
    return session.attributes.load(separator, "join")(*args)


def _check_join(session: Session, separator: Any, parts: Any) -> None:
    lengths = len if {str, bytes}.issuperset(map(type, parts)) else _length
    total = sum(map(lengths, parts)) + len(parts) * len(separator)
    if total > FREE_TEXT:
        wide = type(separator) is str and not all(part.isascii() for part in (separator, *parts) if type(part) is str)
        session.sizes.check(total * CHARACTER_BYTES if wide else total)


def _length(part: Any) -> int:
    """Return a text's length, past what a subclass defines; join itself says what is no text."""
    return str.__len__(part) if isinstance(part, str) else size_of(part)


def _join_method(session: Session, obj: Any, name: str, method: Any) -> Any:
    if issubclass(type(obj), TEXT):

        def bound(parts: Any) -> Any:
            items = list(parts)
            _check_join(session, obj, items)
            return method(items)

        return bound
    if issubclass(type(obj), type) and issubclass(obj, TEXT):

        def unbound(separator: Any, parts: Any) -> Any:
            items = list(parts)
            _check_join(session, separator, items)
            return method(separator, items)

        return unbound
    return join_thread(session, obj, method)


def _format(session: Session, obj: Any, name: str, method: Any) -> Any:
    text = session.text
    if issubclass(type(obj), str):
        if name == "format_map":
            return lambda mapping: text.format_map(obj, mapping)
        return lambda *args, **kwargs: text.format_text(obj, args, kwargs)
    if issubclass(type(obj), type) and issubclass(obj, str):
        if name == "format_map":
            return text.format_map
        return lambda own, /, *args, **kwargs: text.format_text(own, args, kwargs)
    return None


def replace(session: Session, owner: Any, *args: Any) -> Any:
    """Do `owner.replace(old, new)`."""
    if type(owner) is str:
        _check_replace(session, owner, *args)
        return owner.replace(*args)
    return session.attributes.load(owner, "replace")(*args)


def extend(session: Session, owner: Any, *args: Any) -> Any:
    """Do `owner.extend(items)`."""
    if type(owner) is list and len(args) == 1:
        items = args[0]
        kind = type(items)
        if kind in (list, tuple, str, bytes, bytearray) and len(items) > FREE_TEXT:
            _check_extend(session, owner, items)
        return owner.extend(items)
    return session.attributes.load(owner, "extend")(*args)


def remove(session: Session, owner: Any, *args: Any) -> Any:
    """Do `owner.remove(item)`, which a module must not do with a file."""
    if type(owner) is list or type(owner) is set:
        return owner.remove(*args)
    return session.attributes.load(owner, "remove")(*args)


def _elements(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `Counter.elements()`, which repeats each element as often as it was counted."""
    if not isinstance(obj, Counter):
        return None
    return lambda: compress(method(), session.budget.raw_ticks)


def _substitution(session: Session, obj: Any, name: str, method: Any) -> Any:
    if not isinstance(obj, re.Pattern):
        return None

    def substitute(repl: Any, string: Any, count: int = 0) -> Any:
        session.regex.check_substitution(obj, repl, string)
        return method(repl, string, count)

    return substitute


def _pattern(session: Session, obj: Any, name: str, found: Any) -> Any:
    """Guard the pattern that a match tells of."""
    return session.regex.guarded(found) if isinstance(obj, re.Match) else None


def _register(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `register` of an abstract base class: what it says of a host's class holds in the whole process."""
    obj = original(obj)
    if not issubclass(type(obj), type) or not (issubclass(type(obj), ABCMeta) or issubclass(obj, ABCMeta)):
        return None
    is_own = session.attributes.is_guest_class

    def register(*args: Any) -> Any:
        abstract = args[0] if len(args) > 1 else obj
        # A class that is registered with a subclass counts as one of its bases too.
        bases = [base for base in bases_of(abstract) if isinstance(base, ABCMeta)]
        if not all(map(is_own, bases)) and not (isinstance(args[-1], type) and is_own(args[-1])):
            raise InterpreterError("only your own classes can be registered with an abstract base class of Python's")
        return method(*args)

    return register


def _exact_format(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `strptime`, which keeps its formats for the whole process: no text with methods of the guest's."""

    def parse(text: Any, form: Any) -> Any:
        if type(form) is not str:
            raise TypeError(f"strptime() argument 2 must be str, not {type(form).__name__}")
        return method(text, form)

    return parse if issubclass(obj if isinstance(obj, type) else type(obj), date) else None


def _loop_method(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Refuse what event loops and tasks reach."""
    owner = obj if isinstance(obj, type) else type(obj)
    for base in type.__dict__["__mro__"].__get__(owner):
        if base.__module__ in ("_asyncio", "uvloop.loop") or str(base.__module__).partition(".")[0] == "asyncio":
            raise InterpreterError(f"Forbidden access to attribute: {name} of a '{owner.__name__}' object")
    return None


def _pieces(session: Session, obj: Any, name: str, method: Any) -> Any:
    return matches(session, obj, name) if isinstance(obj, re.Pattern) else None


def _split(session: Session, obj: Any, name: str, method: Any) -> Any:
    return _pieces(session, obj, name, method) or _split_text(session, obj, name, method)


def _extend_method(session: Session, obj: Any, name: str, method: Any) -> Any:
    return _extend_list(session, obj, name, method) or _extend_array(session, obj, name, method)


_extend_list = _bind((list, deque, bytearray), _check_extend)
_extend_array = _bind_array(_check_extend)
_split_text = _bind(TEXT, check_split)
_width = _bind(TEXT, _check_width)
METHODS: dict[str, Guard] = {
    "ljust": _width, "rjust": _width, "center": _width, "zfill": _width,
    "expandtabs": _bind(TEXT, _check_tabs),
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "casefold", "swapcase"), _bind((str,), _check_case)),
    "encode": _bind((str,), _by(10)),
    "hex": _bind((bytes, bytearray), _by(3)),
    "tolist": _bind_array(_by(40)),
    "split": _split, "findall": _pieces,
    "splitlines": _bind(TEXT, check_splitlines),
    "replace": _bind(TEXT, _check_replace),
    "translate": _bind(TEXT, _check_translate),
    "to_bytes": _bind((int,), _check_bytes_length),
    "from_bytes": _bind((int,), _check_from_bytes),
    "extend": _extend_method,
    "strftime": _bind((date, time), _check_form),
    "join": _join_method,
    "elements": _elements,
    "expand": _bind((re.Match,), _check_expand),
    "sub": _substitution,
    "subn": _substitution,
    **dict.fromkeys(("getrandbits", "randbytes", "sample"), drawn),
    "seek": position,
    "write": written,
    "writelines": written,
    "truncate": position,
    "format": _format,
    "format_map": _format,
    "register": _register,
    "strptime": _exact_format,
    **dict.fromkeys(LOOP_METHODS, _loop_method),
    **CONSUMING,
    "re": _pattern,
    "decompress": unpacked,
    **dict.fromkeys(("digest", "hexdigest"), digest),
    "rsplit": _bind(TEXT, _check_rsplit),
}  # fmt: skip
