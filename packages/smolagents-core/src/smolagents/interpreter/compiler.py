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
from smolagents.interpreter.scopes import Rebound
from smolagents.interpreter.sharing import DIRECT
from smolagents.interpreter.statements import StatementRewriter
from smolagents.interpreter.watchdog import GUEST_FILE

RESULT = "<result>"
CACHED_PROGRAMS = 256
# Longer lines are cut in messages.
MAX_LINE = 500
SHADOWABLE = GUARDED_CALLS.keys() | DIRECT

_numbers = itertools.count(1)
_ignored: list[Any] = []


@dataclass(slots=True)
class Program:
    """Hold one compiled action.

    Args:
        code: What to run: a module's code, or a function's where `is_function`.
        result: The variable that holds the action's value.
        is_function: Whether the action was wrapped in a function, whose names are faster than a module's.
        is_async: Whether it awaits at top level.
        answers: Whether it assigns `final_answer`.
    """

    source: str
    filename: str
    code: types.CodeType
    result: str
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
    except RecursionError:
        raise InterpreterError(
            "Code parsing failed on line 1 due to: RecursionError: the code is nested too deeply. Split it up."
        ) from None
    except MemoryError:  # the parser's word for both
        raise InterpreterError(
            "Code parsing failed on line 1 due to: MemoryError: the code is nested too deeply, or it needs more memory "
            f"than there is ({len(source):,} characters). Split it up."
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
    tree, rewriter, result = _rewrite(source, filename, NameRules(guarded), protected, shadowed)
    wrap = (rewriter.loops_at_top or rewriter.awaits_at_top) and not rewriter.star_import
    if wrap:
        wrap_in_function(tree, rewriter, result)
    code = compile(tree, filename, "exec", rewriter.futures, dont_inherit=True)
    if wrap:
        code = next(item for item in code.co_consts if isinstance(item, types.CodeType))
    return Program(source, filename, code, result, wrap, rewriter.awaits_at_top, rewriter.answers)


def _rewrite(
    source: str, filename: str, rules: NameRules, protected: frozenset[str], shadowed: frozenset[str]
) -> tuple[ast.Module, StatementRewriter, str]:
    """Return the tree of guarded code, the rewriter that knows about it, and the variable that holds the result."""
    unstable: frozenset[tuple[int, int]] = frozenset()
    careful = False
    while True:
        tree = ast.parse(source, filename)
        rewriter = StatementRewriter(rules, protected, shadowed.__contains__, unstable)
        rewriter.careful = careful
        result = _assigned_last(tree.body)
        if result is None:
            result = RESULT
            capture_result(tree.body)
        try:
            tree.body = rewriter.block(tree.body)
            rewriter.finish()
        except Rebound as found:
            unstable |= {found.function}
            continue
        if rewriter.nests and not careful:
            careful = True
            continue
        return tree, rewriter, result


def _assigned_last(body: list[Any]) -> str | None:
    """Return the variable that the last statement assigns and nothing else: its value is the result already."""
    if not body:
        return None
    last = body[-1]
    kind = type(last)
    if kind is ast.Assign:
        target = last.targets[0] if len(last.targets) == 1 else None
    elif kind is ast.AugAssign or (kind is ast.AnnAssign and last.value is not None):
        target = last.target
    else:
        return None
    return target.id if type(target) is ast.Name else None


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


_NO_ARGUMENTS = ast.parse("lambda: 0", mode="eval").body.args  # type: ignore[attr-defined]
_END = ast.Return(ast.Name(RESULT, ast.Load(), lineno=1, col_offset=0), lineno=1, col_offset=0)
_START = at(ast.Assign([at(ast.Name(RESULT, ast.Store()), _END)], at(ast.Constant(None), _END)), _END)


def wrap_in_function(tree: ast.Module, rewriter: StatementRewriter, result: str) -> None:
    """Put the action into a function with global names: those are faster than a module's."""
    names = sorted(rewriter.module_names - {RESULT})
    start: list[Any] = [at(ast.Global(names), _END)] if names else []
    kind: Any = ast.AsyncFunctionDef if rewriter.awaits_at_top else ast.FunctionDef
    if result == RESULT:
        body = [*start, _START, *tree.body, _END]
    else:
        body = [*start, *tree.body, at(ast.Return(at(ast.Name(result, ast.Load()), _END)), _END)]
    function = kind("<module>", _NO_ARGUMENTS, body, [], None, None)
    function.type_params = []
    tree.body = [at(function, _END)]


def _result(place: Any) -> Any:
    return at(ast.Name(RESULT, ast.Store()), place)


def statement_source(source: str, line: int) -> str:
    """Return the source of the simple statement on a line, or just the line."""
    lines = source.splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if len(text) > MAX_LINE:
        return f"{text[:MAX_LINE]}..."
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
    return frozenset(namespace.keys() & SHADOWABLE)


def _syntax_message(source: str, error: SyntaxError) -> str:
    line = error.lineno or 1
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    pointer = " " * max((error.offset or 1) - 1, 0) + "^"
    return f"Code parsing failed on line {line} due to: {type(error).__name__}: {error.msg}\n{text}\n{pointer}"
