"""What makes, decorates and marks classes and functions: only the guest's own."""

from __future__ import annotations

import types
from collections.abc import Iterator
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.ownership import bases_of, own_attributes
from smolagents.interpreter.policy import DENIED_ATTRIBUTES
from smolagents.interpreter.sizes import as_listed
from smolagents.interpreter.standins import stand_in
from smolagents.interpreter.stdlib_copy import dataclass_copies, rebuilt

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


class _FixedAnnotations:
    """Hold the annotations of a class while it becomes a dataclass: no code can change them meanwhile."""

    __slots__ = ("_items",)

    def __init__(self, items: tuple[tuple[str, Any], ...]) -> None:
        self._items = items

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter(self._items)

    def __contains__(self, name: object) -> bool:
        return any(known == name for known, _ in self._items)


def check_owned(session: Session, target: Any) -> None:
    """Refuse to change a function or class of the host."""
    if type(target) in (staticmethod, classmethod, property):
        return
    wrapped = target.__wrapped__ if type(target).__name__ == "_lru_cache_wrapper" else target
    if not session.attributes.is_guest(wrapped):
        raise InterpreterError("only your own functions and classes can be decorated like this")


def _check_field(name: Any) -> None:
    """Refuse a field name that is not just a name: the originals make source of it."""
    if type(name) is not str or not name.isidentifier() or iskeyword(name):
        raise TypeError(f"Field names must be valid identifiers: {name!r}")
    if NameRules.is_dunder(name) or name in DENIED_ATTRIBUTES:
        raise InterpreterError(f"Forbidden access to dunder attribute: {name}")


def _check_bases(session: Session, cls: type) -> None:
    field_type = _dataclasses().Field
    for base in bases_of(cls):
        if not session.attributes.is_guest_class(base):
            continue
        namespace = own_attributes(base)
        for name, field in namespace.get("__dataclass_fields__", {}).items():
            _check_field(name)
            if type(field) is not field_type or field.name != name:
                raise InterpreterError("the fields of a dataclass can't be changed")
            _check_field(field.name)


def _dataclasses() -> Any:
    import dataclasses

    return dataclasses


def make_dataclass_of(session: Session, cls: Any, options: dict[str, Any]) -> Any:
    """Do what `dataclass` does to a class of the guest's."""
    if not isinstance(cls, type) or not session.attributes.is_guest_class(cls):
        raise InterpreterError("only your own classes can be made dataclasses")
    original = _dataclasses()
    plain = {name: bool(value) for name, value in options.items()}
    _check_bases(session, cls)
    namespace = own_attributes(cls)
    annotations = namespace.get("__annotations__")
    if annotations is None:
        return _finished(session, original.dataclass(cls, **plain))
    items = tuple(dict.items(annotations))
    for name, _ in items:
        _check_field(name)
        default = namespace.get(name)
        if isinstance(default, original.Field) and type(default) is not original.Field:
            raise InterpreterError("Field can't be subclassed")
    # Later versions copy the annotations before they do anything else.
    reads_once = "get_annotations" in original._process_class.__code__.co_names
    type.__setattr__(cls, "__annotations__", dict(items) if reads_once else _FixedAnnotations(items))
    try:
        made = original.dataclass(cls, **plain)
    finally:
        type.__setattr__(cls, "__annotations__", dict(items))
    if made is not cls:
        type.__setattr__(made, "__annotations__", dict(items))
    return _finished(session, made)


def _finished(session: Session, cls: Any) -> Any:
    """Return a new dataclass; generated methods that use private fields work on the guest's objects only."""
    session.ownership.add(cls)
    if any(name[:1] == "_" for name in cls.__dataclass_fields__):
        for name, value in list(own_attributes(cls).items()):
            if type(value) is types.FunctionType and not session.attributes.is_guest(value):
                type.__setattr__(cls, name, _own_only(session, value))
    return cls


def _own_only(session: Session, function: types.FunctionType) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        session.ownership.foreign(self)
        return function(self, *args, **kwargs)

    method.__name__, method.__qualname__, method.__doc__ = function.__name__, function.__qualname__, function.__doc__
    method.__wrapped__ = function  # type: ignore[attr-defined]
    return method


def dataclasses_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `dataclasses`."""

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        """Make a class hold data."""
        if cls is None:
            return lambda target: make_dataclass_of(session, target, options)
        return make_dataclass_of(session, cls, options)

    def make_dataclass(cls_name: Any, fields: Any, *, bases: Any = (), **options: Any) -> Any:
        """Make a dataclass from names."""
        if type(cls_name) is not str or options.keys() & {"namespace", "module", "decorator"}:
            raise TypeError("make_dataclass() takes a name, fields and plain options here")
        annotations: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for field in list(fields):
            name, kind, *default = (field, "typing.Any") if isinstance(field, str) else tuple(field)
            if type(name) is not str or name[:1] == "_":
                raise TypeError("field names must be strings that don't begin with an underscore")
            _check_field(name)
            if name in annotations:
                raise TypeError(f"Field name duplicated: {name!r}")
            annotations[name] = kind
            values.update({name: default[0]} if default else {})
        bases = tuple(bases)
        session.classes.check_bases(bases)
        body = {**values, "__annotations__": annotations, "__module__": "__main__"}
        cls = types.new_class(cls_name, bases, {}, lambda namespace: namespace.update(body))
        session.ownership.add(cls)
        return make_dataclass_of(session, cls, options)

    return {"dataclass": dataclass, "make_dataclass": make_dataclass, **dataclass_copies(session, original)}


def _marking(session: Session, original: Any, *names: str) -> dict[str, Any]:
    """Return decorators that set an attribute, for the guest's own only."""

    def guarded(name: str) -> Any:
        mark = getattr(original, name)

        def decorate(target: Any) -> Any:
            check_owned(session, target)
            return mark(target)

        decorate.__name__, decorate.__doc__ = name, mark.__doc__
        return decorate

    return {name: guarded(name) for name in names if hasattr(original, name)}


def abc_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `abc`."""
    # A base of the session's own: whatever is registered with its subclasses, the host's stays as it is.
    base = original.ABCMeta("ABC", (), {"__module__": "abc", "__doc__": original.ABC.__doc__, "__slots__": ()})
    session.ownership.add(base)
    marks = _marking(session, original, "abstractmethod", "update_abstractmethods")
    return {**marks, "ABC": base, "ABCMeta": session.classes.metaclass(original.ABCMeta)}


def enum_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `enum`."""
    metaclass = session.classes.metaclass(original.EnumMeta)
    return {"EnumMeta": metaclass, "EnumType": metaclass}


def typing_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `typing`."""
    made = _marking(session, original, "final", "no_type_check", "override", "overload", "runtime_checkable")

    def dataclass_transform(**options: Any) -> Any:
        """Mark a decorator that makes dataclasses."""
        mark = original.dataclass_transform(**options)

        def decorate(target: Any) -> Any:
            check_owned(session, target)
            return mark(target)

        return decorate

    # `Optional[x]` and the like are kept with the x, whose methods would run where the host uses them.
    session.endings.extend(original._cleanups)
    return {**made, "dataclass_transform": dataclass_transform}


def collections_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `collections`: a `UserString` whose methods are those of guarded text."""
    base = original.UserString.__mro__[1]
    namespace = dict(original.__dict__)
    body = {
        name: rebuilt(value, namespace) if type(value) is types.FunctionType else value
        for name, value in original.UserString.__dict__.items()
        if name not in ("__dict__", "__weakref__", "__abstractmethods__", "_abc_impl")
    }

    def guarded(name: str) -> Any:
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            args = tuple(arg.data if type(arg) is made else arg for arg in args)
            result = session.attributes.guarded_getattr(self.data, name)(*args, **kwargs)
            return result if name in ("format", "format_map", "join") else self.__class__(result)

        method.__name__ = method.__qualname__ = name
        return method

    for name in ("format", "format_map", "join", "center", "ljust", "rjust", "zfill", "expandtabs", "translate"):
        body[name] = guarded(name)
    body["replace"] = guarded("replace")
    body["__mod__"] = lambda self, args: self.__class__(session.text.percent(self.data) % args)
    body["__rmod__"] = lambda self, template: self.__class__(session.text.percent(str(template)) % self)
    body["__mul__"] = body["__rmul__"] = lambda self, n: self.__class__(session.sizes.mul(self.data, n))
    made: Any = type(base)("UserString", (base,), body)
    namespace["UserString"] = made

    def make_deque(iterable: Any = (), maxlen: Any = None) -> Any:
        session.budget.take(as_listed(iterable))
        return original.deque(iterable, maxlen)

    deque = session.classes.stand_ins[original.deque] = stand_in(original.deque, make_deque)
    counter = session.classes.stand_ins[original.Counter] = stand_in(
        original.Counter, session.consumers.consuming(original.Counter)
    )
    return {"UserString": made, "deque": deque, "Counter": counter}
