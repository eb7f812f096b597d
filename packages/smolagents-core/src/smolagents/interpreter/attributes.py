"""Attribute access at run time, for the names that the rewriter could not decide about."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.library_objects import CONTEXT_BOUNDS, BoundedContext
from smolagents.interpreter.methods import METHODS
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.policy import (
    CONDITIONAL_ATTRIBUTES,
    DEFINABLE_DUNDERS,
    DENIED_ATTRIBUTES,
    GUEST_DUNDERS,
    PUBLIC_UNDERSCORES,
    READABLE_DUNDERS,
    words,
)

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_super_self = super.__dict__["__self__"].__get__
C_METHODS = (types.BuiltinFunctionType, types.MethodDescriptorType)
# Methods of builtin data that code calls by their names; those of the second kind walk all that is in a value.
DATA_METHODS = words(
    "__getitem__ __setitem__ __delitem__ __contains__ __len__ __iter__ __reversed__ __eq__ __ne__ __lt__ __le__ __gt__ "
    "__ge__ __bool__ __neg__ __abs__ __sub__ __truediv__ __floordiv__ __int__ __float__ __index__ __round__ __trunc__ "
    "__floor__ __ceil__ __next__ __length_hint__ __missing__"
)
PROPERTY_FUNCTIONS = words("fget fset fdel")
DATA_MODULES = ("builtins", "collections", "itertools")
TEXT_METHODS = words("__repr__ __str__ __hash__")
_is_dunder = NameRules.is_dunder

# Functions that run code or commands, whatever object they are found on.
DANGEROUS_MODULES = ("os", "posix", "nt", "subprocess", "shutil", "importlib", "_posixsubprocess", "pty", "runpy")
DANGEROUS_FUNCTIONS = frozenset(
    {builtins.eval, builtins.exec, builtins.compile, builtins.open, builtins.__import__, builtins.input,
     builtins.breakpoint, builtins.globals, builtins.locals, builtins.vars, sys._getframe, sys.exit}
)  # fmt: skip


def _receiver(proxy: Any) -> Any:
    """Return the object that a `super()` stands for."""
    return _super_self(proxy)


class AttributeGuards:
    """Judge attribute access for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.modules = session.modules
        self.pure = session.ownership.pure
        self.is_guest_class = session.ownership.is_guest_class
        self.is_guest = session.ownership.is_guest
        self.owns = session.ownership.owns

    def load(self, obj: Any, name: str) -> Any:
        """Return an attribute, or refuse it."""
        kind = type(obj)
        if name[:1] == "_":
            return self.load_private(obj, name)
        if kind is types.GenericAlias:  # it has the public attributes of what it stands for
            return self.load(obj.__origin__, name)
        if issubclass(kind, types.ModuleType):
            obj = self.modules.stand_in(obj)
        if name in METHODS:
            return self.load_method(obj, name)
        if name in DENIED_ATTRIBUTES:
            raise InterpreterError(f"Forbidden access to attribute: {name}")
        if name == "obj" and isinstance(obj, BaseException):
            raise InterpreterError("Forbidden access to attribute: obj")
        if name in PROPERTY_FUNCTIONS and type(obj) is property and not self.is_guest(getattr(obj, name)):
            raise InterpreterError(f"Forbidden access to attribute: {name}")
        if name == "mro" and issubclass(kind, type):
            if not self.is_guest_class(obj):
                raise InterpreterError("Forbidden access to attribute: mro")
            return lambda: list(self.session.ownership.shown_bases(obj.__mro__))
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
            if name in PUBLIC_UNDERSCORES or self.owns(_receiver(obj) if type(obj) is super else obj, name):
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
        if name in ("__notes__", "__suppress_context__") and isinstance(obj, BaseException):
            return getattr(obj, name)
        if name in ("__init__", "__new__", "__setattr__", "__delattr__"):
            return self.load_unbound(obj, name)
        if (name in GUEST_DUNDERS or name in DEFINABLE_DUNDERS) and self.is_guest(obj):
            found = getattr(obj, name)
            return self.session.ownership.shown_bases(found) if name in ("__mro__", "__bases__") else found
        if (obj if issubclass(type(obj), type) else type(obj)).__module__ in DATA_MODULES:
            if name in DATA_METHODS:
                return getattr(obj, name)
            if name in TEXT_METHODS:
                return self.session.text.method(obj, getattr(obj, name))
        if name == "__wrapped__" and type(obj).__name__ == "_lru_cache_wrapper" and self.is_guest(obj.__wrapped__):
            return obj.__wrapped__
        raise InterpreterError(f"Forbidden access to dunder attribute: {name}")

    def load_super(self, obj: Any, name: str) -> Any:
        """Return a method of a base class, of those that a class may define itself."""
        if name in ("__setattr__", "__delattr__"):
            return self.change_of(_receiver(obj), getattr(obj, name))
        if name in ("__init__", "__new__") and not self.is_guest(_receiver(obj)):
            raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
        if name in DEFINABLE_DUNDERS:
            return getattr(obj, name)
        raise InterpreterError(f"Forbidden access to dunder attribute: {name}")

    def change_of(self, obj: Any, method: Any) -> Callable[..., None]:
        """Return an object's `__setattr__` or `__delattr__`, which changes only what the guest may change."""

        def change(attribute: Any, *value: Any) -> None:
            self.check_store(obj, attribute)
            method(attribute, *value)

        return change

    def load_unbound(self, obj: Any, name: str) -> Any:
        """Return `Base.__init__` and the like, for calls with the guest's own object."""
        if not issubclass(type(obj), type):
            if self.is_guest(obj):
                method = getattr(obj, name)
                return method if name in ("__init__", "__new__") else self.change_of(obj, method)
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
        value = self.checked_result(value)
        kind = type(value)
        if kind.__module__ in ("_thread", "threading"):
            raise InterpreterError("Forbidden access to a lock: nothing else runs here that could release it")
        if kind in (types.FunctionType, types.BuiltinFunctionType):
            module = getattr(value, "__module__", None)
            owner = "os" if module in ("posix", "nt") else module
            if value in DANGEROUS_FUNCTIONS or (owner in DANGEROUS_MODULES and not self.modules.is_authorized(owner)):
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

    def checked_result(self, value: Any) -> Any:
        """Return a result, which must be no module that guest code may not import, and hold none."""
        for item in value.values() if type(value) is dict else value if type(value) in (list, tuple, set) else ():
            self.checked_module(item)
        return self.checked_module(value)

    def checked_module(self, value: Any) -> Any:
        """Return a value, which must be no module that guest code may not import."""
        return self.modules.stand_in(value) if issubclass(type(value), types.ModuleType) else value

    def check_store(self, obj: Any, name: Any) -> None:
        """Refuse changing an attribute of the host's classes, functions and modules."""
        if type(name) is not str:
            raise TypeError("attribute name must be string")
        if _is_dunder(name):
            allowed = name in NameRules.storable_dunders
            if not (allowed and self.is_guest(obj)):
                raise InterpreterError(f"Forbidden access to dunder attribute: {name}")
            return
        kind = type(obj)
        if name[:1] == "_" and not self.owns(obj, name):
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
        if type(obj) not in self.pure:
            self.check_store(obj, name)
            if name in CONTEXT_BOUNDS and type(obj).__module__ == "decimal":
                return BoundedContext(obj)
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
        return name in METHODS or name in DENIED_ATTRIBUTES or name in CONDITIONAL_ATTRIBUTES

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

    def augmentable(self, obj: Any, name: str) -> Any:
        """Return the object if the guest may do `obj.name op= value`, whose operator gets what is there."""
        self.store(obj, name)
        kind = type(self.load(obj, name)) if name in CONDITIONAL_ATTRIBUTES else type(getattr(obj, name, None))
        if kind in C_METHODS or issubclass(kind, types.ModuleType):
            raise InterpreterError(f"Forbidden change of attribute '{name}' in place")
        return obj

    def augment_attribute(self, obj: Any, name: str, operation: Callable[[Any, Any], Any], value: Any) -> None:
        """Do `obj.name op= value`."""
        self.augmentable(obj, name)
        setattr(obj, name, operation(getattr(obj, name), value))

    @staticmethod
    def augment_item(obj: Any, index: Any, operation: Callable[[Any, Any], Any], value: Any) -> None:
        """Do `obj[index] op= value`."""
        obj[index] = operation(obj[index], value)
