"""Ordinary programs give in a session what CPython gives: value, prints and type of error."""

from __future__ import annotations

import ast
import contextlib
import io
import runpy
from pathlib import Path
from typing import Any

import pytest
from smolagents.local_python_executor import LocalPythonExecutor

IMPORTS = [
    "abc",
    "asyncio",
    "bisect",
    "contextlib",
    "copy",
    "dataclasses",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "heapq",
    "json",
    "operator",
    "string",
    "textwrap",
    "typing",
]
HERE = Path(__file__).parent
PROGRAMS: dict[str, tuple[str, Any]] = {}
for topic in ("language", "data"):
    PROGRAMS |= runpy.run_path(str(HERE / f"{topic}.py"))["PROGRAMS"]
# What plain CPython has not: await at top level, functions without import, the value of other statements.
OURS = {name for name, (code, _) in PROGRAMS.items() if "await " in code or "async " in code or "sqrt(16)," in code}


def run_plain(code: str) -> tuple[Any, str]:
    """Run a program by exec and return the value of its last expression and its prints."""
    printed = io.StringIO()
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<program>", "exec", dont_inherit=True), namespace)
        value = eval(compile(ast.Expression(last.value), "<program>", "eval"), namespace)
    return value, printed.getvalue()


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str) -> None:
    code, expected = PROGRAMS[name]
    output = LocalPythonExecutor(IMPORTS)(code)
    if expected is not None:
        assert output.output == expected
    if name not in OURS and isinstance(ast.parse(code).body[-1], ast.Expr):
        value, printed = run_plain(code)
        assert repr(output.output) == repr(value)
        assert output.logs == printed
