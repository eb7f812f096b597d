"""An action as Monty takes it: the same lines, changed where an agent's code means more than Monty's Python does."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from smolagents.errors import InterpreterError

ANSWER = "final_answer"
# Monty can't delete names, so an answer that is assigned goes by another one: the tool's stays free.
ASSIGNED_ANSWER = "_final_answer"
NO_ANSWER = "<no answer was assigned>"

# A line, the byte in it where something is replaced, how many bytes, and by what.
Edit: TypeAlias = tuple[int, int, int, str]


@dataclass
class Program:
    """Hold an action.

    Args:
        source: What Monty runs; the lines have the numbers that they have in the model's code.
        answers: Whether its value is the final answer, unless that is NO_ANSWER.
    """

    source: str
    answers: bool


def prepare(code: str, tools: Collection[str]) -> Program:
    """Return an action as Monty takes it.

    Its value is that of the last statement, an assignment included; a value that is assigned to `final_answer` is the
    final answer; a tool gives its result whether it is awaited or not.

    Raises:
        InterpreterError: It is no Python; says which line.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    tree = _parse(code)
    answers = any(name.id == ANSWER and isinstance(name.ctx, ast.Store) for name in _global_names(tree))
    edits = [*_awaits(tree, tools)]
    if answers:
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = (name for name in _global_names(tree) if name.id == ANSWER and id(name) not in called)
        edits += [(name.lineno, name.col_offset, len(ANSWER), ASSIGNED_ANSWER) for name in names]
    value = ASSIGNED_ANSWER if answers else _last_value(code, tree)
    return Program(_edited(code, edits) + (f"\n{value}" if value else ""), answers)


def _parse(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError as error:
        line = error.lineno or 1
        pointer = " " * max((error.offset or 1) - 1, 0) + "^"
        name = type(error).__name__
        raise InterpreterError(
            f"Code parsing failed on line {line} due to: {name}: {error.msg}\n{error.text or ''}\n{pointer}"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise InterpreterError(f"Code parsing failed on line 1 due to: {type(error).__name__}: {error}") from None


def _global_names(tree: ast.Module) -> Iterator[ast.Name]:
    """Give the names that the action uses outside functions and classes."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name):
            yield node
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            nodes += ast.iter_child_nodes(node)


def _awaits(tree: ast.Module, tools: Collection[str]) -> Iterator[Edit]:
    """Give the edits that take out the `await`s of tools."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Name) and called.id in tools:
                same_line = called.lineno == node.lineno
                yield node.lineno, node.col_offset, called.col_offset - node.col_offset if same_line else 5, ""


def _last_value(code: str, tree: ast.Module) -> str | None:
    """Return an expression for what the last statement has assigned, if it is an assignment."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Assign):
        target = last.targets[0]
    elif isinstance(last, ast.AugAssign) or (isinstance(last, ast.AnnAssign) and last.value is not None):
        target = last.target
    else:
        return None
    if any(isinstance(node, (ast.Call, ast.Await, ast.NamedExpr)) for node in ast.walk(target)):
        return None  # once is enough
    text = ast.get_source_segment(code, target) or ""
    return None if "\n" in text else text


def _edited(code: str, edits: list[Edit]) -> str:
    """Return the code with some of its text replaced."""
    lines = [line.encode() for line in code.split("\n")]
    for number, column, length, text in sorted(edits, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:column] + text.encode() + line[column + length :]
    return b"\n".join(lines).decode()
