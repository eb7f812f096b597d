"""Stacks of context managers, whose callbacks see no host objects."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.exceptions import clean_argument

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


def contextlib_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `contextlib`."""
    is_guest = session.attributes.is_guest

    def pushing(method: Any) -> Any:
        def push(self: Any, callback: Any, is_sync: bool = True) -> None:
            own = isinstance(callback, (types.FunctionType, types.MethodType)) and not is_guest(callback)
            method(self, callback if own else cleaning(callback), is_sync)

        return push

    def cleaning(callback: Any) -> Any:
        return lambda *args: callback(*(clean_argument(session, arg) for arg in args))

    def stack(kind: Any) -> Any:
        # No subclass: `super()` would reach the original methods.
        body = {**kind.__mro__[1].__dict__, **kind.__dict__}
        for name in ("push", "push_async_exit", "enter_context", "enter_async_context"):
            if name in body:
                body[name] = _managing(body[name], session.classes.managed)
        body["_push_exit_callback"] = pushing(body["_push_exit_callback"])
        for name in ("__dict__", "__weakref__", "__abstractmethods__", "_abc_impl"):
            body.pop(name, None)
        return type(kind.__mro__[2])(kind.__name__, (kind.__mro__[2],), body)

    class RedirectStdout:
        """Send what is printed to another object with `write`."""

        def __init__(self, new_target: Any) -> None:
            self._target = new_target

        def __enter__(self) -> Any:
            session.prints.redirected.append(self._target)
            return self._target

        def __exit__(self, *args: Any) -> None:
            session.prints.redirected.pop()

    RedirectStdout.__name__ = RedirectStdout.__qualname__ = "redirect_stdout"
    return {
        "redirect_stdout": RedirectStdout,
        "ExitStack": stack(original.ExitStack),
        "AsyncExitStack": stack(original.AsyncExitStack),
    }


def _managing(method: Any, managed: Callable[[Any], Any]) -> Any:
    def enter(self: Any, cm: Any) -> Any:
        return method(self, managed(cm))

    enter.__name__, enter.__doc__ = method.__name__, method.__doc__
    return enter
