"""From an action's source to code that runs under guards."""

from __future__ import annotations

import ast
import gc
import itertools
import types
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.expressions import GUARDED_CALLS
from smolagents.interpreter.names import NameRules, Refusal
from smolagents.interpreter.nodes import at
from smolagents.interpreter.statements import StatementRewriter
from smolagents.interpreter.watchdog import GUEST_FILE

RESULT = "<result>"
CACHED_PROGRAMS = 256

_numbers = itertools.count(1)
_ignored: list[Any] = []


@dataclass(slots=True)
class Program:
    """Hold one compiled action.

    Args:
        code: What to run: a module's code, or a function's where `is_function`.
        is_function: Whether the action was wrapped in a function, whose names are faster than a module's.
        is_async: Whether it awaits at top level.
        answers: Whether it assigns `final_answer`.
    """

    source: str
    filename: str
    tree: ast.Module | None
    code: types.CodeType
    is_function: bool
    is_async: bool
    answers: bool


@lru_cache(CACHED_PROGRAMS)
def compile_action(
    source: str, protected: frozenset[str], guarded: frozenset[str], shadowed: frozenset[str]
) -> Program:
    """Parse, check, rewrite and compile an action.

    Args:
        source: The action.
        protected: Names of the tools, which can't be assigned.
        guarded: Further attribute names that need a guard.
        shadowed: Names of guarded builtins that the session binds otherwise.

    Raises:
        InterpreterError: The action is no Python, or it does what is never allowed.
    """
    _ignore_warnings()
    collecting = gc.isenabled()
    gc.disable()  # many small nodes that all live until the end
    try:
        return _compile(source, protected, guarded, shadowed)
    except Refusal as error:
        segment = statement_source(source, error.node.lineno)
        raise InterpreterError(
            f"Code execution failed at line '{segment}' due to: InterpreterError: {error} (line {error.node.lineno})"
        ) from None
    except SyntaxError as error:
        raise InterpreterError(_syntax_message(source, error)) from None
    except (ValueError, UnicodeError) as error:
        raise InterpreterError(f"Code parsing failed on line 1 due to: {type(error).__name__}: {error}") from None
    except (RecursionError, MemoryError):
        raise InterpreterError(
            "Code parsing failed on line 1 due to: RecursionError: the code is nested too deeply. Split it up."
        ) from None
    finally:
        if collecting:
            gc.enable()


def _ignore_warnings() -> None:
    """Keep the compiler's warnings about the model's code from the host."""
    if not _ignored or _ignored[0] not in warnings.filters:
        # No catch_warnings: that would change the filters of all threads, there and back.
        warnings.filterwarnings("ignore", module=GUEST_FILE)
        _ignored[:] = warnings.filters[:1]


def _compile(source: str, protected: frozenset[str], guarded: frozenset[str], shadowed: frozenset[str]) -> Program:
    filename = f"{GUEST_FILE}{next(_numbers)}>"
    tree = ast.parse(source, filename)
    rules = NameRules(guarded)
    rewriter = StatementRewriter(rules, protected, shadowed.__contains__)
    capture_result(tree.body)
    tree.body = rewriter.block(tree.body)
    rewriter.finish()
    wrap = (rewriter.loops_at_top or rewriter.awaits_at_top) and not rewriter.star_import
    if wrap:
        wrap_in_function(tree, rewriter)
    code = compile(tree, filename, "exec", dont_inherit=True)
    if wrap:
        code = next(item for item in code.co_consts if isinstance(item, types.CodeType))
    return Program(source, filename, None, code, wrap, rewriter.awaits_at_top, rewriter.answers)


def capture_result(body: list[Any]) -> None:
    """Make the last statement of a block keep its value as the action's result."""
    if not body:
        return
    last = body[-1]
    kind = type(last)
    if kind is ast.Expr:
        body[-1] = at(ast.Assign([_result(last)], last.value), last)
    elif kind is ast.Assign:
        last.targets.insert(0, _result(last))
    elif kind in (ast.AnnAssign, ast.AugAssign) and type(last.target) is ast.Name and last.value is not None:
        body.append(at(ast.Assign([_result(last)], at(ast.Name(last.target.id, ast.Load()), last)), last))
    elif kind is ast.If:
        capture_result(last.body)
        capture_result(last.orelse)
    elif kind in (ast.With, ast.For, ast.While, ast.AsyncFor, ast.AsyncWith):
        capture_result(last.body)
    elif kind is ast.Try:
        capture_result(last.orelse or last.body)
        for handler in last.handlers:
            capture_result(handler.body)
    elif kind is ast.Match:
        for case in last.cases:
            capture_result(case.body)


def wrap_in_function(tree: ast.Module, rewriter: StatementRewriter) -> None:
    """Put the action into a function with global names: those are faster than a module's."""
    place = ast.Pass(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    names = sorted(rewriter.module_names - {RESULT})
    start: list[Any] = [at(ast.Global(names), place)] if names else []
    start.append(at(ast.Assign([_result(place)], at(ast.Constant(None), place)), place))
    end = at(ast.Return(at(ast.Name(RESULT, ast.Load()), place)), place)
    kind: Any = ast.AsyncFunctionDef if rewriter.awaits_at_top else ast.FunctionDef
    nothing = ast.arguments(
        posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
    )
    function = kind("<module>", nothing, [*start, *tree.body, end], [], None, None)
    function.type_params = []
    tree.body = [at(function, place)]


def _result(place: Any) -> Any:
    return at(ast.Name(RESULT, ast.Store()), place)


def statement_source(source: str, line: int) -> str:
    """Return the source of the simple statement on a line, or just the line."""
    lines = source.splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    on_line = [
        node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    starting = [node for node in on_line if node.lineno == line]
    simple = [node for node in on_line if not hasattr(node, "body") and not hasattr(node, "cases")]
    if len(simple) == 1 and all(node is simple[0] for node in starting):
        return ast.get_source_segment(source, simple[0]) or text
    return text


def shadowed_guards(namespace: dict[str, Any]) -> frozenset[str]:
    """Return the guarded builtins whose names a session has bound itself."""
    return frozenset(namespace.keys() & GUARDED_CALLS.keys())


def _syntax_message(source: str, error: SyntaxError) -> str:
    line = error.lineno or 1
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    pointer = " " * max((error.offset or 1) - 1, 0) + "^"
    return f"Code parsing failed on line {line} due to: {type(error).__name__}: {error.msg}\n{text}\n{pointer}"
