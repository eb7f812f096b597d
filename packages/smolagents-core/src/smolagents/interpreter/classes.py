"""Class creation: which metaclasses and bases guest code may use, and `type`."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.iterables import LargeRange
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.ownership import bases_of, own_attributes
from smolagents.interpreter.policy import ASSIGNABLE_DUNDERS, DEFINABLE_DUNDERS, DENIED_ATTRIBUTES
from smolagents.interpreter.standins import extended, original, stand_in

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_build_class = builtins.__build_class__
MAX_BASES = 100
NAMING_ATTRIBUTES = frozenset({"__slots__", "__match_args__"})
EXTENSIBLE = frozenset(
    {
        object,
        str,
        int,
        float,
        complex,
        bytes,
        bytearray,
        list,
        tuple,
        dict,
        set,
        frozenset,
        property,
        types.SimpleNamespace,
    }
)


class ClassGuards:
    """Make classes for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.guest_type = stand_in(type, self.type)
        self._managers: set[type] = set()
        # Where code names a guarded builtin it gets another object than the class: `type(x)` gives the same one.
        self.stand_ins: dict[type, Any] = {}
        self.constructors: dict[type, Any] = {}

    def set_builtins(self, builtins: Mapping[str, Any]) -> None:
        """Note what stands for builtin classes in guest code."""
        self.stand_ins = {kind: builtins[kind.__name__] for kind in (range, map, filter, zip, bytes, bytearray)}
        self.stand_ins[LargeRange] = builtins["range"]
        self.constructors = {
            str: builtins["<str>"],
            bytes: builtins["<bytes>"],
            bytearray: builtins["<bytearray>"],
            int: builtins["<int_call>"],
            **{kind: builtins[f"<{kind.__name__}_of>"] for kind in (list, tuple, set, frozenset, dict)},
            enumerate: builtins["<enumerate>"],
            reversed: builtins["<reversed>"],
        }

    def constructor(self, kind: Any) -> Any:
        """Return what `type(x)(...)` calls."""
        return self.constructors.get(kind, kind) if type(kind) is type else kind

    def type(self, *args: Any, **kwargs: Any) -> Any:
        """Return the type of an object, or make a class."""
        if len(args) == 1 and not kwargs:
            kind = type(args[0])
            return self.guest_type if issubclass(kind, type) else self.stand_ins.get(kind, kind)
        if len(args) != 3:
            raise TypeError("type() takes 1 or 3 arguments")
        name, bases, namespace = args
        if type(name) is not str or type(namespace) is not dict or type(bases) is not tuple:
            raise TypeError("type() takes a str, a tuple and a dict")
        for key in namespace:
            if type(key) is not str:
                raise TypeError("the names in a class must be str")
            if NameRules.is_dunder(key) and key not in DEFINABLE_DUNDERS and key not in ASSIGNABLE_DUNDERS:
                raise InterpreterError(f"Forbidden assignment to dunder name: {key} (a class can't define it)")
            if key in NAMING_ATTRIBUTES:
                namespace = {**namespace, key: self.attribute_names(namespace[key])}
        bases = tuple(map(extended, bases))
        self.check_bases(bases)
        kwargs = self.checked_metaclass(kwargs)
        cls = types.new_class(name, bases, kwargs, lambda body: body.update(namespace))
        self.session.ownership.add(cls)
        return cls

    def metaclass(self, kind: Any) -> Any:
        """Return what guest code finds under the name of a metaclass."""

        def make(*args: Any, **kwargs: Any) -> Any:
            return self.type(*args, **kwargs, metaclass=kind)

        return stand_in(kind, make)

    def build_class(self, body: Any, name: str, /, *bases: Any, **kwargs: Any) -> Any:
        """Do what a class statement does."""
        bases = tuple(map(extended, bases))
        self.check_bases(bases)
        cls = _build_class(body, name, *bases, **self.checked_metaclass(kwargs))
        if isinstance(cls, type):
            self.session.ownership.add(cls)
        return cls

    def managed(self, manager: Any) -> Any:
        """Return what a `with` statement enters, whose class must be known if it is the guest's."""
        kind = type(manager)
        if kind not in self._managers:
            for base in bases_of(kind):
                self.session.ownership.is_guest_class(base)
            self._managers.add(kind)
        return manager

    def check_bases(self, bases: Iterable[Any]) -> None:
        """Refuse metaclasses of the guest's own, and host classes that no import gave: their private parts stay so."""
        bases = tuple(bases)
        if len(bases) > MAX_BASES:
            raise InterpreterError(f"a class has at most {MAX_BASES} bases")
        for base in types.resolve_bases(bases):
            if not issubclass(type(base), type):
                continue
            if issubclass(base, type):
                raise InterpreterError("Metaclasses can't be defined: use a class decorator or __init_subclass__.")
            if not self.may_extend(base):
                raise InterpreterError(f"The host's class '{base.__name__}' can't be subclassed.")

    def may_extend(self, base: Any) -> bool:
        """Tell whether a class is a builtin, the guest's own or of an authorized package."""
        named_tuple = base.__bases__ == (tuple,) and "_field_defaults" in own_attributes(base)
        if base in EXTENSIBLE or named_tuple or self.session.attributes.is_guest_class(base):
            return True
        top = str(base.__module__).partition(".")[0]
        if top in ("builtins", "types"):
            return issubclass(base, BaseException)
        if top in sys.stdlib_module_names and top != "__main__":
            # One that finds attributes its own way would show those of an object inside it as the guest's.
            names = ("__getattr__", "__getattribute__")
            return not any(
                type(own_attributes(part).get(name)) is types.FunctionType for part in base.__mro__ for name in names
            )
        modules = self.session.modules
        return modules.is_authorized(top) or modules.is_parent(top) or top == "smolagents"

    @staticmethod
    def checked_metaclass(kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return a class's keyword arguments, whose metaclass must be one of Python's own."""
        import abc
        import enum

        if "metaclass" not in kwargs:
            return kwargs
        metaclass = original(kwargs["metaclass"])
        if not any(metaclass is allowed for allowed in (type, abc.ABCMeta, enum.EnumMeta)):
            raise InterpreterError("Only type, ABCMeta and EnumMeta can be metaclasses.")
        return {**kwargs, "metaclass": metaclass}

    @staticmethod
    def attribute_names(value: Any) -> Any:
        """Return what a class assigns to `__slots__` or `__match_args__`, if it names nothing internal."""
        names = [value] if type(value) is str else list(value)
        for name in names:
            if type(name) is not str:
                raise TypeError("attribute names must be str")
            dunder = NameRules.is_dunder(name) and name not in ("__dict__", "__weakref__")
            if dunder or name in DENIED_ATTRIBUTES:
                raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
        return value if type(value) in (str, dict) else tuple(names)

    def guards(self) -> dict[str, Any]:
        """Return the guards by the names under which code finds them."""
        return {
            "__build_class__": self.build_class,
            "<type>": self.type,
            "<constructor>": self.constructor,
            "<attribute_names>": self.attribute_names,
            "type": self.guest_type,
        }
