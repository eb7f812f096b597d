"""What is the guest's own: its classes, functions and objects, and the underscore names on them.

A guest class may have bases that are the host's or a library's. Underscore names that these use stay theirs, on the
guest's objects too: `self._exit_callbacks` of an `ExitStack` is not for guest code.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from smolagents.errors import InterpreterError
from smolagents.interpreter.exceptions import guarded_exit
from smolagents.interpreter.memo import guarded_deepcopy
from smolagents.interpreter.names import SIZED_METHODS
from smolagents.interpreter.policy import CONDITIONAL_ATTRIBUTES, DENIED_ATTRIBUTES, PUBLIC_UNDERSCORES
from smolagents.interpreter.standins import original

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_class_dict = type.__dict__["__dict__"].__get__
_class_mro = type.__dict__["__mro__"].__get__
# Builtin data: no underscore name of theirs leads anywhere.
DATA = frozenset({object, str, int, float, bool, complex, bytes, bytearray, list, tuple, dict, set, frozenset})
# Modules whose classes have no underscore names that lead anywhere.
_HARMLESS = frozenset({"builtins", "abc", "typing", "collections.abc", "_collections_abc", "collections"})
_NAMEABLE = _HARMLESS | {"enum"}
_HARMLESS_META = frozenset({"type", "ABCMeta", "_ProtocolMeta"})
# What code reads of its own enums.
_ENUM_NAMES = frozenset({"_member_map_", "_member_names_", "_value2member_map_"})
EXIT_METHODS = frozenset({"__exit__", "__aexit__"})
_host_names: WeakKeyDictionary[type, frozenset[str]] = WeakKeyDictionary()


def own_attributes(cls: type) -> Any:
    """Return a class's own dictionary, past any `__dict__` that it defines."""
    return _class_dict(cls)


def bases_of(cls: type) -> tuple[type, ...]:
    """Return a class and all its bases, in the order in which attributes are looked up."""
    return _class_mro(cls)  # type: ignore[no-any-return]


def host_names(cls: type) -> frozenset[str]:
    """Return the underscore names that a host class defines, or that its methods use."""
    known = _host_names.get(cls)
    if known is None:
        names = set()
        for name, value in own_attributes(cls).items():
            names.add(name)
            for code in _codes(value):
                names.update(code.co_names)
                names.update(item for item in code.co_consts if type(item) is str)
        known = _host_names[cls] = frozenset(
            name for name in names if name[:1] == "_" and name[:2] != "__" and name not in PUBLIC_UNDERSCORES
        )
    return known


def _codes(value: Any) -> Iterator[types.CodeType]:
    """Yield the code of what a class defines, with the code inside of it."""
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is types.CodeType:
            yield item
            pending.extend(item.co_consts)
        elif type(item) is types.FunctionType:
            pending.append(item.__code__)
        elif type(item) in (classmethod, staticmethod):
            pending.append(item.__func__)
        elif type(item) is property:
            pending.extend((item.fget, item.fset, item.fdel))


def _is_guarded(name: str) -> bool:
    return name[:1] == "_" or name in CONDITIONAL_ATTRIBUTES or name in SIZED_METHODS


class Ownership:
    """Tell what belongs to one session's guests."""

    def __init__(self, session: Session) -> None:
        self.session = session
        # All classes that guest code made.
        self.guests: set[type] = set()
        # Those of them whose bases have no names to hide, and builtin data: their attributes need no look.
        self.pure: set[type] = set(DATA)
        self._vetted: set[tuple[type, tuple[str, ...]]] = set()

    def add(self, cls: type) -> None:
        """Note a class that guest code made."""
        self.guests.add(cls)
        self._seal(cls)
        names = self._pattern_names(cls)
        for name in names:
            if name in DENIED_ATTRIBUTES or name[:2] == "__":
                raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
            if name in SIZED_METHODS and type(getattr(cls, name, None)) is types.MethodDescriptorType:
                raise InterpreterError(f"Forbidden access to attribute in a pattern: {name}")
        meta = type(cls)
        # An abstract class can claim objects of the host as its instances, whose private parts a pattern would show.
        shows_private = meta is not type and any(map(_is_guarded, names))
        harmless = meta.__name__ in _HARMLESS_META and not shows_private
        if harmless and all(base in self.guests or base.__module__ in _HARMLESS for base in bases_of(cls)):
            self.pure.add(cls)
        else:
            self.pure.discard(cls)

    def _seal(self, cls: type) -> None:
        """Replace the methods of a class to which others hand more than is for guests."""
        own = own_attributes(cls)
        for name in EXIT_METHODS & own.keys():
            type.__setattr__(cls, name, guarded_exit(self.session, own[name]))
        if type(own.get("__deepcopy__")) is types.FunctionType:
            type.__setattr__(cls, "__deepcopy__", guarded_deepcopy(self.session, own["__deepcopy__"]))

    @staticmethod
    def _pattern_names(cls: type) -> tuple[str, ...]:
        """Return what a class pattern would read by position."""
        for base in bases_of(cls):
            names = own_attributes(base).get("__match_args__")
            if names is not None:
                if type(names) is not tuple or any(type(name) is not str for name in names):
                    raise InterpreterError("__match_args__ must be a tuple of strings")
                return names
        return ()

    def is_guest_class(self, cls: type) -> bool:
        """Tell whether a class was made by the session's code."""
        if cls in self.guests:
            return True
        # While a class is being made (an enum makes its members then), it is not registered yet.
        namespace = self.session.namespace
        for value in own_attributes(cls).values():
            if type(value) is types.FunctionType and value.__globals__ is namespace:
                self.add(cls)
                return True
        return False

    def is_guest(self, obj: Any) -> bool:
        """Tell whether an object is the guest's own: an instance, a class or a function."""
        kind = type(obj)
        if kind is types.FunctionType:
            return obj.__globals__ is self.session.namespace
        if kind is types.MethodType:
            return self.is_guest(obj.__func__)
        if issubclass(kind, type):
            return self.is_guest_class(obj)
        return self.is_guest_class(kind)

    def owns(self, obj: Any, name: str) -> bool:
        """Tell whether an underscore name of an object is the guest's own."""
        if not self.is_guest(obj):
            return False
        if isinstance(obj, (types.FunctionType, types.MethodType)):
            return True
        cls = obj if issubclass(type(obj), type) else type(obj)
        return cls in self.pure or not self._hidden(cls, (name,))

    def _hidden(self, cls: type, names: Iterable[str]) -> list[str]:
        """Return those of some names that a base of a guest class has for itself."""
        bases = [*bases_of(cls), *bases_of(type(cls))]
        hosts = [base for base in bases if base not in self.guests and base is not type]
        return [name for name in names if name not in _ENUM_NAMES and any(name in host_names(host) for host in hosts)]

    def foreign(self, obj: Any, names: tuple[str, ...] = ()) -> None:
        """Refuse a method that runs on an object which is not of a guest class, or that uses a host base's names."""
        cls = obj if issubclass(type(obj), type) else type(obj)
        if not self.is_guest_class(cls):
            raise InterpreterError(f"a method of your class was called on a '{type(obj).__name__}' object")
        if cls in self.pure or (cls, names) in self._vetted:
            return
        hidden = self._hidden(cls, names)
        if hidden:
            raise InterpreterError(f"Forbidden access to private attribute: {hidden[0]} of a base of '{cls.__name__}'")
        self._vetted.add((cls, names))

    def shown_bases(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return those of a guest class's bases that code can also name: behind others there may be a guarded one."""
        return tuple(base for base in bases if base in self.guests or base.__module__ in _NAMEABLE)

    def pattern_class(self, cls: Any) -> Any:
        """Return the class of a pattern with positions, which must name nothing private."""
        if isinstance(cls, type) and cls not in self.pure:
            guest = type(cls) is type and self.is_guest_class(cls)
            for name in self._pattern_names(cls):
                if name in DENIED_ATTRIBUTES or name[:2] == "__" or (_is_guarded(name) and not guest):
                    raise InterpreterError(f"Forbidden access to attribute in a pattern: {name}")
        return original(cls)
