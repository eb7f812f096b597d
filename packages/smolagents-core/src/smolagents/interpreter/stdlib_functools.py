"""Decorators that wrap functions, and generic functions: of the guest's own."""

from __future__ import annotations

import functools
import operator
import types
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.standins import original as stood_for
from smolagents.interpreter.stdlib_classes import check_owned
from smolagents.interpreter.stdlib_copy import rebuilt

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


def functools_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `functools`."""
    attributes = session.attributes
    assignments, updates = original.WRAPPER_ASSIGNMENTS, original.WRAPPER_UPDATES

    def update_wrapper(wrapper: Any, wrapped: Any, assigned: Any = assignments, updated: Any = updates) -> Any:
        """Make a wrapper look like what it wraps."""
        check_owned(session, wrapper)
        for name in tuple(assigned):
            try:
                if type(name) is str and name in assignments:
                    value = getattr(wrapped, name)
                    setattr(wrapper, name, dict(value) if type(value) is dict else value)
                else:
                    attributes.guarded_setattr(wrapper, name, attributes.guarded_getattr(wrapped, name))
            except AttributeError:
                pass
        for name in tuple(updated):
            if name == "__dict__":
                # What a host object holds there is not for guests: a wrapper of it goes without.
                if attributes.is_guest(wrapped):
                    wrapper.__dict__.update(dict(wrapped.__dict__))
            else:
                update = attributes.guarded_getattr(attributes.guarded_getattr(wrapper, name), "update")
                update(attributes.guarded_getattr(wrapped, name, {}))
        wrapper.__wrapped__ = wrapped
        return wrapper

    def wraps(wrapped: Any, assigned: Any = assignments, updated: Any = updates) -> Any:
        """Make the decorated function look like the one that it wraps."""
        return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)

    def total_ordering(cls: Any) -> Any:
        """Fill in the missing comparisons."""
        check_owned(session, cls)
        return original.total_ordering(cls)

    return {
        "update_wrapper": update_wrapper,
        "wraps": wraps,
        "total_ordering": total_ordering,
        "reduce": session.consumers.calling(original.reduce),
        **dispatching(session, original),
    }


def dispatching(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's generic functions: the originals would evaluate text in annotations."""

    def classes_of(function: Any) -> Any:
        """Return what a function's annotation says that its first argument is."""
        annotations = {name: kind for name, kind in function.__annotations__.items() if name != "return"}
        if not annotations:
            raise TypeError("register() takes a class, or a function whose first parameter has an annotation")
        found = next(iter(annotations.values()))
        if type(found) is str:
            names = [name.strip() for name in found.split("|")]
            kinds = [stood_for(session.namespace.get(name, session.builtins.get(name))) for name in names]
            found = functools.reduce(operator.or_, kinds)
        return found

    def singledispatch(func: Any) -> Any:
        """Make a function choose among others by the class of its first argument."""
        check_owned(session, func)
        made = original.singledispatch(func)
        add = made.register

        def register(cls: Any, func: Any = None) -> Any:
            """Register a function for a class, or for those that its annotation names."""
            if func is None and not isinstance(cls, (type, types.UnionType)):
                return register(classes_of(cls), cls)
            if func is None:
                return lambda function: register(cls, function)
            for kind in cls.__args__ if isinstance(cls, types.UnionType) else (cls,):
                kind = stood_for(kind)
                if not isinstance(kind, type):
                    raise TypeError(f"Invalid first argument to register(): {cls!r} is not a class")
                add(kind, func)
            return func

        made.register = register
        return made

    namespace = {**original.__dict__, "singledispatch": singledispatch}
    method = original.singledispatchmethod
    body = {
        name: rebuilt(value, namespace) if type(value) is types.FunctionType else value
        for name, value in method.__dict__.items()
        if name not in ("__dict__", "__weakref__")
    }
    return {"singledispatch": singledispatch, "singledispatchmethod": type(method.__name__, (), body)}
