"""Attribute access at run time, for the names that the rewriter could not decide about."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.methods import METHODS
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.policy import (
    DEFINABLE_DUNDERS,
    DENIED_ATTRIBUTES,
    GUEST_DUNDERS,
    PUBLIC_UNDERSCORES,
    READABLE_DUNDERS,
)

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_class_dict = type.__dict__["__dict__"].__get__
_super_self = super.__dict__["__self__"].__get__
MAX_PRECISION = 100_000
C_METHODS = (types.BuiltinFunctionType, types.MethodDescriptorType)
_is_dunder = NameRules.is_dunder

# Functions that run code or commands, whatever object they are found on.
DANGEROUS_MODULES = ("os", "posix", "nt", "subprocess", "shutil", "importlib", "_posixsubprocess", "pty", "runpy")
DANGEROUS_FUNCTIONS = frozenset(
    {builtins.eval, builtins.exec, builtins.compile, builtins.open, builtins.__import__, builtins.input,
     builtins.breakpoint, builtins.globals, builtins.locals, builtins.vars, sys._getframe, sys.exit}
)  # fmt: skip


def own_attributes(cls: type) -> Any:
    """Return a class's own dictionary, past any `__dict__` that it defines."""
    return _class_dict(cls)


def _receiver(proxy: Any) -> Any:
    """Return the object that a `super()` stands for."""
    return _super_self(proxy)


class _Precision:
    """Take the precision that is assigned to a decimal context, up to a bound."""

    __slots__ = ("context",)
    context: Any

    def __init__(self, context: Any) -> None:
        object.__setattr__(self, "context", context)

    def __setattr__(self, name: str, value: Any) -> None:
        if type(value) is int and value > MAX_PRECISION:
            raise InterpreterError(f"the precision is too large: at most {MAX_PRECISION} digits")
        setattr(self.context, name, value)

    @property
    def prec(self) -> Any:
        """Return the precision."""
        return self.context.prec


class AttributeGuards:
    """Judge attribute access for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.guests = session.guests
        self.modules = session.modules

    def is_guest_class(self, cls: type) -> bool:
        """Tell whether a class was made by the session's code."""
        if cls in self.guests:
            return True
        # While a class is being made (an enum makes its members then), it is not registered yet.
        namespace = self.session.namespace
        for value in own_attributes(cls).values():
            if type(value) is types.FunctionType and value.__globals__ is namespace:
                self.guests.add(cls)
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

    def foreign(self, obj: Any) -> None:
        """Refuse a method that runs on an object which is not of a guest class."""
        if not (self.is_guest_class(obj) if isinstance(obj, type) else self.is_guest_class(type(obj))):
            raise InterpreterError(f"a method of your class was called on a '{type(obj).__name__}' object")

    def load(self, obj: Any, name: str) -> Any:
        """Return an attribute, or refuse it."""
        kind = type(obj)
        if name[:1] == "_":
            return self.load_private(obj, name)
        if issubclass(kind, types.ModuleType):
            obj = self.modules.stand_in(obj)
        if name in METHODS:
            return self.load_method(obj, name)
        if name in DENIED_ATTRIBUTES:
            raise InterpreterError(f"Forbidden access to attribute: {name}")
        if name == "obj" and isinstance(obj, BaseException):
            raise InterpreterError("Forbidden access to attribute: obj")
        if name == "mro" and issubclass(kind, type):
            raise InterpreterError("Forbidden access to attribute: mro")
        return self.checked(getattr(obj, name))

    def load_method(self, obj: Any, name: str) -> Any:
        """Return an attribute that may be a method whose C code needs a guard.

        The method tells whose it is: `super()`, a proxy and a generic alias have those of another object.
        """
        found = getattr(obj, name)
        kind = type(found)
        owner = obj
        if kind in (types.FunctionType, types.MethodType) and self.is_guest(found):
            return found
        if kind in (types.BuiltinFunctionType, types.MethodType):
            owner = found.__self__
        elif kind is types.MethodDescriptorType:
            owner = found.__objclass__
        guarded = METHODS[name](self.session, owner, name, found)
        return self.checked(found) if guarded is None else guarded

    def load_private(self, obj: Any, name: str) -> Any:
        """Return an attribute whose name begins with an underscore, or refuse it."""
        if not _is_dunder(name):
            if name in PUBLIC_UNDERSCORES or self.is_guest(obj):
                return getattr(obj, name)
            if type(obj) is super and self.is_guest(_receiver(obj)):
                return getattr(obj, name)
            raise InterpreterError(f"Forbidden access to private attribute: {name} of a '{type(obj).__name__}' object")
        if name in READABLE_DUNDERS:
            return getattr(obj, name)
        if type(obj) is super:
            return self.load_super(obj, name)
        if name in ("__cause__", "__context__") and isinstance(obj, BaseException):
            return self.session.clean_exception(getattr(obj, name))
        if name == "__class__" and self.is_guest_class(type(obj)):
            return type(obj)
        if name in ("__init__", "__new__", "__setattr__", "__delattr__"):
            return self.load_unbound(obj, name)
        if (name in GUEST_DUNDERS or name in DEFINABLE_DUNDERS) and self.is_guest(obj):
            return getattr(obj, name)
        raise InterpreterError(f"Forbidden access to dunder attribute: {name}")

    def load_super(self, obj: Any, name: str) -> Any:
        """Return a method of a base class, of those that a class may define itself."""
        if name in ("__setattr__", "__delattr__"):
            method = getattr(obj, name)

            def change(attribute: Any, *value: Any) -> None:
                self.check_store(_receiver(obj), attribute)
                method(attribute, *value)

            return change
        if name in DEFINABLE_DUNDERS:
            return getattr(obj, name)
        raise InterpreterError(f"Forbidden access to dunder attribute: {name}")

    def load_unbound(self, obj: Any, name: str) -> Any:
        """Return `Base.__init__` and the like, for calls with the guest's own object."""
        if not isinstance(obj, type):
            if self.is_guest(obj):
                return getattr(obj, name)
            raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
        method = getattr(obj, name)
        if name == "__new__":
            return self.restricted(method, lambda first: isinstance(first, type) and self.is_guest_class(first))
        if name == "__init__":
            return self.restricted(method, lambda first: self.is_guest_class(type(first)))

        def change(target: Any, attribute: str, *value: Any) -> None:
            self.check_store(target, attribute)
            method(target, attribute, *value)

        return change

    @staticmethod
    def restricted(method: Any, allowed: Callable[[Any], bool]) -> Callable[..., Any]:
        """Return a method that takes only the guest's own objects as its first argument."""

        def call(first: Any, /, *args: Any, **kwargs: Any) -> Any:
            if not allowed(first):
                raise InterpreterError("this method can only be called on an object of your own class")
            return method(first, *args, **kwargs)

        return call

    def checked(self, value: Any) -> Any:
        """Return a value that an attribute held, unless it is a module or a function that reaches outside."""
        value = self.checked_module(value)
        kind = type(value)
        if kind.__module__ in ("_thread", "threading"):
            raise InterpreterError("Forbidden access to a lock: nothing else runs here that could release it")
        if kind in (types.FunctionType, types.BuiltinFunctionType):
            module = getattr(value, "__module__", None)
            if value in DANGEROUS_FUNCTIONS or module in DANGEROUS_MODULES:
                raise InterpreterError(f"Forbidden access to function: {value.__name__}")
        return value

    def captured(self, value: Any) -> Any:
        """Return a value that a pattern read from an attribute, as `load` would give it."""
        kind = type(value)
        if kind in C_METHODS or kind is types.MethodType:
            name = getattr(value, "__name__", None)
            if type(name) is str and name in METHODS:
                return self.load(value.__objclass__ if kind is types.MethodDescriptorType else value.__self__, name)
        return self.checked(value)

    def checked_module(self, value: Any) -> Any:
        """Return a value, which must be no module that guest code may not import."""
        return self.modules.stand_in(value) if issubclass(type(value), types.ModuleType) else value

    def check_store(self, obj: Any, name: Any) -> None:
        """Refuse changing an attribute of the host's classes, functions and modules."""
        if type(name) is not str:
            raise TypeError("attribute name must be string")
        if _is_dunder(name):
            allowed = name in NameRules.storable_dunders or name in ("__doc__",)
            if not (allowed and self.is_guest(obj)):
                raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
            return
        kind = type(obj)
        if name[:1] == "_" and not self.is_guest(obj):
            raise InterpreterError(f"Forbidden access to private attribute: {name} of a '{kind.__name__}' object")
        if issubclass(kind, (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            if not self.is_guest(obj):
                raise InterpreterError(
                    f"Forbidden change of '{getattr(obj, '__name__', kind.__name__)}': it is not yours"
                )
        elif issubclass(kind, types.ModuleType):
            raise InterpreterError(f"Forbidden change of module '{obj.__name__}'")
        elif kind.__module__ == "dataclasses":
            raise InterpreterError("the fields of a dataclass can't be changed")

    def store(self, obj: Any, name: Any) -> Any:
        """Return the object if the guest may set that attribute on it."""
        if type(obj) not in self.guests:
            self.check_store(obj, name)
            if name == "prec" and type(obj).__module__ == "decimal":
                return _Precision(obj)
        elif type(name) is not str or _is_dunder(name):
            self.check_store(obj, name)
        return obj

    # --- the builtins of these names

    def guarded_getattr(self, obj: Any, name: Any, *default: Any) -> Any:
        """getattr(object, name[, default])"""
        if type(name) is not str:
            raise TypeError("attribute name must be string")
        if not default:
            return (
                self.load(obj, name) if name[:1] == "_" or self.needs_check(name) else self.checked(getattr(obj, name))
            )
        try:
            return self.load(obj, name)
        except AttributeError:
            return default[0]

    @staticmethod
    def needs_check(name: str) -> bool:
        """Tell whether a public attribute needs more than a look at its value."""
        return name in METHODS or name in DENIED_ATTRIBUTES or name in ("obj", "mro")

    def guarded_hasattr(self, obj: Any, name: Any) -> bool:
        """Tell whether an object has an attribute that the guest may read."""
        try:
            self.guarded_getattr(obj, name)
        except (AttributeError, InterpreterError):
            return False
        return True

    def guarded_setattr(self, obj: Any, name: Any, value: Any) -> None:
        """Set an attribute."""
        setattr(self.store(obj, name), name, value)

    def guarded_delattr(self, obj: Any, name: Any) -> None:
        """Delete an attribute."""
        self.check_store(obj, name)
        delattr(obj, name)

    def guarded_dir(self, *args: Any) -> list[str]:
        """List the names that the guest may read."""
        names = dir(args[0]) if args else [*self.session.namespace]
        return [name for name in names if type(name) is str and name[:1] not in ("_", "<")]

    def delete(self, obj: Any, name: str) -> Any:
        """Return the object if the guest may delete that attribute of it."""
        self.check_store(obj, name)
        return obj

    def augment_attribute(self, obj: Any, name: str, operation: Callable[[Any, Any], Any], value: Any) -> None:
        """Do `obj.name op= value`."""
        setattr(obj, name, operation(getattr(obj, name), value))

    @staticmethod
    def augment_item(obj: Any, index: Any, operation: Callable[[Any, Any], Any], value: Any) -> None:
        """Do `obj[index] op= value`."""
        obj[index] = operation(obj[index], value)
