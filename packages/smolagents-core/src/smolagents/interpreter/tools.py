"""Tools as guest code sees them: callables without attributes."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import wait_for
from smolagents.errors import FinalAnswerException

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

CO_COROUTINE = 0x80 | 0x100


def guest_callable(session: Session, name: str, tool: Any) -> Any:
    """Return what guest code calls for a tool.

    A plain function shows nothing that source could read, so it is passed as it is, which makes a call cost what it
    costs in CPython. The text of a bound method would show the object that it belongs to.
    """
    if name == "final_answer":
        return _final_answer(session, tool)
    _note_code(session, tool)
    _note_code(session, getattr(tool, "forward", None))
    method = getattr(tool, "__call__", None)  # noqa: B004 (the method itself is wanted)
    if _is_async(tool) or _is_async(method):
        return _awaited(session, name, tool)
    is_function = type(tool) is types.BuiltinFunctionType and isinstance(tool.__self__, types.ModuleType)
    if is_function or isinstance(tool, (types.FunctionType, type)):
        return tool
    return _called(session, name, tool)


def _called(session: Session, name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that shows nothing of the callable object that it stands for."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return target(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = getattr(target, "__doc__", None)
    session.budget.tool_codes.add(call.__code__)
    return call


def _note_code(session: Session, function: Any) -> None:
    """Remember a tool's code: while it runs, nothing interrupts the thread."""
    function = getattr(function, "__func__", function)
    while hasattr(function, "__wrapped__"):
        session.budget.tool_codes.add(getattr(function, "__code__", None))
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is not None:
        session.budget.tool_codes.add(code)


def _is_async(tool: Any) -> bool:
    if getattr(tool, "is_async", False) is True:
        return True
    function = getattr(tool, "__func__", tool)
    code = getattr(function, "__code__", None)
    return bool(code is not None and code.co_flags & CO_COROUTINE)


def _awaited(session: Session, name: str, tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives an async tool's result."""

    def call(*args: Any, **kwargs: Any) -> Any:
        result = tool(*args, **kwargs)
        return wait_for(result) if hasattr(result, "__await__") else result

    call.__name__ = call.__qualname__ = name
    session.budget.tool_codes.add(call.__code__)
    return call


def _final_answer(session: Session, tool: Callable[..., Any]) -> Callable[..., Any]:
    def final_answer(*args: Any, **kwargs: Any) -> Any:
        """End the run with an answer."""
        value = tool(*args, **kwargs)
        session.answer(wait_for(value) if hasattr(value, "__await__") else value)
        raise FinalAnswerException(session.final_value)

    session.budget.tool_codes.add(final_answer.__code__)
    _note_code(session, getattr(tool, "forward", tool))
    return final_answer


def without_builtins(tools: Mapping[str, Any], guarded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tools that are not just a builtin under its own name, for which the session has a guarded one."""
    from smolagents.interpreter.builtins import BASE_PYTHON_TOOLS

    def is_builtin(name: str, tool: Any) -> bool:
        return name in guarded and (getattr(builtins, name, None) is tool or BASE_PYTHON_TOOLS.get(name) is tool)

    return {name: tool for name, tool in tools.items() if not is_builtin(name, tool)}
