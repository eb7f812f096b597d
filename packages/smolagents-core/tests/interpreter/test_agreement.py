"""Generated programs behave in a session as in plain CPython: prints, variables and types of errors."""

from __future__ import annotations

import contextlib
import io
import runpy
import warnings
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from smolagents.errors import InterpreterError
from smolagents.interpreter.policy import RESERVED_NAMES
from smolagents.local_python_executor import LocalPythonExecutor

generated = runpy.run_path(str(Path(__file__).parent / "generated.py"))
# Texts of refusals: a guard that stops a giant is no disagreement.
GUARDED = ("too large", "too long", "too many", "max number of operations", "maximum execution time")


def run_plain(code: str) -> tuple[str, dict[str, Any], str | None]:
    printed = io.StringIO()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    error = None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "<plain>", "exec", dont_inherit=True), namespace)
        except Exception as raised:
            error = type(raised).__name__
    namespace.pop("__builtins__", None)
    return printed.getvalue(), namespace, error


def comparable(namespace: dict[str, Any]) -> dict[str, str]:
    plain = (int, float, str, list, tuple, dict, set, bytes, bool, complex, type(None))
    values = {name: value for name, value in namespace.items() if type(value) in plain and name not in RESERVED_NAMES}
    return {name: text for name, value in values.items() if " at 0x" not in (text := repr(value))}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated["PROGRAMS"])
def test_guarded_and_plain_agree(code: str) -> None:
    session = LocalPythonExecutor([], timeout_seconds=20)
    error = None
    try:
        logs = session(code).logs
    except InterpreterError as raised:
        assume(not any(text in str(raised) for text in GUARDED))
        logs = raised.logs  # type: ignore[attr-defined]
        error = str(raised)
    printed, namespace, expected = run_plain(code)
    assume(" at 0x" not in printed)
    if expected is None:
        assert error is None, error
    else:
        assert error is not None
        assert expected in error.split("due to:")[-1] or expected in error
    assert logs == printed
    assert comparable(session.state) == comparable(namespace)
