"""Copying objects: `copy`, and the functions of `dataclasses` that copy.

An object tells how it is copied by methods such as `__reduce_ex__`. The originals look these up on the object itself,
where guest code can put functions of its own: they could name any object of the host to be changed.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.memo import memo_of

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_HOOKS = frozenset(
    {"__reduce_ex__", "__reduce__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__", "__class__"}
)


def rebuilt(
    function: types.FunctionType, namespace: dict[str, Any], closure: tuple[types.CellType, ...] | None = None
) -> types.FunctionType:
    """Return a function that finds its globals in another namespace, and in another closure if one is given."""
    made = types.FunctionType(
        function.__code__, namespace, function.__name__, function.__defaults__, closure or function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__, made.__doc__ = function.__qualname__, function.__doc__
    return made


def _check_hooks(obj: Any) -> None:
    try:
        own = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return
    if type(own) is dict and not _HOOKS.isdisjoint(own):
        raise InterpreterError("only a class can define how its objects are copied")


def guarded_copy(session: Session) -> Any:
    """Return a `copy` module of the session's own, whose lookups are guarded."""
    spec: Any = find_spec("copy")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    namespace = module.__dict__
    reconstruct: Callable[..., Any] = namespace["_reconstruct"]

    def look_up(obj: Any, name: str, *default: Any) -> Any:
        if name in _HOOKS:
            _check_hooks(obj)
        return getattr(obj, name, *default)

    def make(obj: Any, memo: Any, function: Any, args: Any, *rest: Any, **options: Any) -> Any:
        def new(*values: Any) -> Any:
            made = function(*values)
            if type(made) is not type(obj) and session.attributes.is_guest(obj):
                raise InterpreterError(f"copying a '{type(obj).__name__}' object gave a '{type(made).__name__}'")
            return made

        return reconstruct(obj, memo, new, args, *rest, **options)

    import copy

    original: Callable[..., Any] = namespace["deepcopy"]

    def deepcopy(x: Any, memo: Any = None) -> Any:
        """Return a copy of an object and of all that is in it."""
        return original(x, memo_of(memo))

    # The names that the module's functions find.
    namespace.update(getattr=look_up, _reconstruct=make, Error=copy.Error, error=copy.Error, guarded_deepcopy=deepcopy)
    return module


def copying(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's functions of `copy`."""
    module = guarded_copy(session)
    names = {name: getattr(module, name) for name in original.__all__ if hasattr(module, name)}
    return {**names, "deepcopy": module.__dict__["guarded_deepcopy"]}


def dataclass_copies(session: Session, original: Any) -> dict[str, Any]:
    """Return the functions of `dataclasses` that copy what fields hold."""

    def fields(class_or_instance: Any) -> Any:
        """Return the fields of a dataclass."""
        found = original.fields(class_or_instance)
        cls = class_or_instance if isinstance(class_or_instance, type) else type(class_or_instance)
        if any(field.name[:1] == "_" for field in found) and not session.attributes.is_guest_class(cls):
            raise InterpreterError(f"Forbidden access to the fields of '{cls.__name__}': some of them are private")
        return found

    namespace = {**original.__dict__, "copy": guarded_copy(session), "fields": fields}
    names = ("asdict", "astuple", "_asdict_inner", "_astuple_inner")
    namespace.update({name: rebuilt(namespace[name], namespace) for name in names})
    return {name: namespace[name] for name in ("asdict", "astuple", "fields")}
