"""Methods of builtin types that go through an iterable, compare, or search for long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

Guard = Callable[["Session", Any, str, Any], Any]
SETS = (set, frozenset)
TEXT = (str, bytes, bytearray)
# Steps of searching text for text, at less than a nanosecond each.
MAX_STEPS = 10**9
STRIPS = ("strip", "lstrip", "rstrip")
IN_PLACE = {"union": "update", "intersection": "intersection_update", "difference": "difference_update"}


def _guard(kinds: tuple[type, ...], do: Callable[..., Any]) -> Guard:
    """Make a guard of a method of some types: `do(session, method, self, *args, **kwargs)` takes its place."""

    def guard(session: Session, obj: Any, name: str, method: Any) -> Any:
        if issubclass(type(obj), kinds):
            return lambda *args, **kwargs: do(session, method, obj, *args, **kwargs)
        if issubclass(type(obj), type) and issubclass(obj, kinds):

            def unbound(own: Any, /, *args: Any, **kwargs: Any) -> Any:
                return do(session, lambda *rest, **options: method(own, *rest, **options), own, *args, **kwargs)

            return unbound
        return None

    return guard


def _sort(session: Session, method: Any, items: Any, **options: Any) -> None:
    session.consumers.sort(items, **options)


def _combine(name: str) -> Guard:
    """Make a guard of a method of sets that takes any number of iterables: they are taken one by one."""

    def do(session: Session, method: Any, own: Any, *others: Any) -> Any:
        paired = session.consumers.paired
        if len(others) < 2:
            return method(*map(paired, others))
        result = set(own)
        add = getattr(result, IN_PLACE[name])
        for other in others:
            session.budget.check()
            add(paired(other))
        return result if isinstance(own, set) else frozenset(result)

    return _guard(SETS, do)


def _change(session: Session, method: Any, own: Any, *others: Any, **items: Any) -> None:
    """Do `own.update(*others)` and the like, one by one."""
    for other in others or ((),):
        session.budget.check()
        method(session.consumers.paired(other))
    if items:
        method(**items)


def _pair(session: Session, method: Any, own: Any, iterable: Any = (), *rest: Any) -> Any:
    return method(session.consumers.paired(iterable), *rest)


def _from_keys(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `dict.fromkeys`."""
    if isinstance(obj, dict) or (isinstance(obj, type) and issubclass(obj, dict)):
        return lambda iterable, *value: method(session.consumers.paired(iterable), *value)
    return None


def _strip(session: Session, method: Any, text: Any, *characters: Any) -> Any:
    check_search(text, *characters[:1] or (None,))
    return method(*characters)


def _search(session: Session, method: Any, text: Any, part: Any, *rest: Any, **options: Any) -> Any:
    check_search(text, part)
    return method(part, *rest, **options)


def check_search(text: Any, part: Any) -> None:
    """Refuse a search from the right, or of characters at the ends, that can take both lengths' product."""
    if isinstance(part, TEXT) and len(text) * len(part) > MAX_STEPS:
        raise InterpreterError(f"searching {len(part):,} characters in {len(text):,} from an end takes too long")


def strip(session: Session, owner: Any, name: str, *args: Any) -> Any:
    """Do `owner.strip(characters)`, or `owner.strftime(format)`."""
    if isinstance(owner, TEXT) and args:
        check_search(owner, args[0])
        return getattr(owner, name)(*args)
    return session.attributes.load(owner, name)(*args)


CONSUMING: dict[str, Guard] = {
    "sort": _guard((list,), _sort),
    **{name: _combine(name) for name in IN_PLACE},
    **dict.fromkeys(("update", "intersection_update", "difference_update"), _guard((set, dict), _change)),
    **dict.fromkeys(("symmetric_difference", "issubset", "issuperset", "isdisjoint"), _guard(SETS, _pair)),
    "fromkeys": _from_keys,
    **dict.fromkeys(("rfind", "rindex", "rpartition"), _guard(TEXT, _search)),
    **dict.fromkeys(STRIPS, _guard(TEXT, _strip)),
}
