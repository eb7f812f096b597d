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
    "abc", "asyncio", "base64", "bisect", "calendar", "collections.abc", "contextlib", "copy", "csv", "dataclasses",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html", "html.parser", "io", "json",
    "numbers", "operator", "string", "struct", "textwrap", "typing", "uuid", "warnings", "xml.etree.ElementTree",
    "zlib"
]  # fmt: skip
# Third-party modules that some programs use.
PACKAGES = {
    "numpy": ["numpy", "numpy.linalg", "numpy.random"],
    "pandas": ["pandas", "numpy"],
    "PIL": ["PIL", "PIL.Image", "PIL.ImageDraw"],
}
HERE = Path(__file__).parent
PROGRAMS: dict[str, tuple[str, Any]] = {}
TOPICS = (
    "language",
    "data",
    "objects",
    "models",
    "classes",
    "snippets",
    "algorithms",
    "texts",
    "wrangling",
    "packages",
)
for topic in TOPICS:
    PROGRAMS |= runpy.run_path(str(HERE / f"{topic}.py"))["PROGRAMS"]
PACKAGED = {
    name: PROGRAMS.pop(name)
    for name, (code, _) in list(PROGRAMS.items())
    if any(f"import {package}" in code or f"from {package}" in code for package in PACKAGES)
}


def is_ours(code: str) -> bool:
    """Tell whether plain CPython can't run a program: it awaits at top level, or calls functions without an import."""
    try:
        compile(code, "<program>", "exec", dont_inherit=True)
    except SyntaxError:
        return True
    return "sqrt(16)," in code


def packages_of(code: str) -> list[str]:
    """Return the third-party modules that a program imports, or skip it if one is not installed."""
    names = []
    for package, modules in PACKAGES.items():
        if f"import {package}" in code or f"from {package}" in code:
            pytest.importorskip(package)
            names += modules
    return names


def run_plain(code: str) -> tuple[Any, str]:
    """Run a program by exec and return the value of its last expression and its prints."""
    printed = io.StringIO()
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<program>", "exec", dont_inherit=True), namespace)
        value = eval(compile(ast.Expression(last.value), "<program>", "eval", dont_inherit=True), namespace)
    return value, printed.getvalue()


@pytest.mark.parametrize("name", [*PROGRAMS, *PACKAGED])
def test_program(name: str) -> None:
    code, expected = {**PROGRAMS, **PACKAGED}[name]
    output = LocalPythonExecutor([*IMPORTS, *packages_of(code)])(code)
    if expected is not None:
        assert output.output == expected
    if not is_ours(code) and isinstance(ast.parse(code).body[-1], ast.Expr):
        value, printed = run_plain(code)
        assert repr(output.output) == repr(value)
        assert output.logs == printed
