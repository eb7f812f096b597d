"""Run actions with plain CPython, where the sandbox around the worker is the boundary.

Errors read as those of the guarded interpreter. This file travels into sandboxes as source: CPython 3.8 and its
standard library alone.
"""

import ast
import importlib
import inspect
import linecache
import signal
import site
import subprocess
import sys
import traceback
from typing import Any

from smolagents.sandbox.worker import FinalAnswer

FINAL_ANSWER = "final_answer"
RESULT = "<result>"
READY = "<ready>"
MAX_FRAMES = 6

assert sys.platform != "win32"  # for type checkers: sandboxes are Unix-like


class Interrupted(BaseException):
    """End the action: the host asked for it."""


class PlainEngine:
    """Keep one namespace and run actions in it."""

    def __init__(self, worker: Any, configuration: Any) -> None:
        self._worker = worker
        self._limit = int(configuration.get("max_print_outputs_length") or sys.maxsize)
        self._tools: Any = {}
        self._sources: Any = {}
        self._actions = 0
        self._busy = False
        self._answered = False
        self.namespace: Any = {"__name__": "__main__", READY: _ready}
        signal.signal(signal.SIGINT, self._on_interrupt)
        signal.signal(signal.SIGALRM, self._on_interrupt)

    def set_tools(self, names: Any) -> None:
        """Define functions that call the host's tools."""
        for name in self._tools:
            self.namespace.pop(name, None)
        self._tools = {name: self._stub(name) for name in names}
        self.namespace.update(self._tools)

    def set_variables(self, variables: Any) -> None:
        """Define variables."""
        self.namespace.update(variables)

    def text(self, value: Any) -> str:
        """Return a value as text."""
        return str(value)

    def interrupt(self) -> None:
        """Stop the running action; called from the thread that listens."""
        signal.pthread_kill(self._worker.thread, signal.SIGINT)

    def install(self, packages: Any) -> None:
        """Install packages for this Python with pip."""
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--", *packages]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            output = done.stdout.decode("utf-8", "replace")[-2000:]
            raise ActionError("pip could not install {}:\n{}".format(" ".join(packages), output))
        # Where pip may not write elsewhere it makes a directory of the user's, which was not there at the start.
        if site.ENABLE_USER_SITE:
            site.addsitedir(site.getusersitepackages())
        importlib.invalidate_caches()

    def run(self, source: str) -> "tuple[Any, bool]":
        """Run an action and return its value and whether that is the final answer."""
        program, is_async = self._compile(source)
        self._answered = False
        out, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), _Prints(self._worker, self._limit), None
        sys.stderr = sys.stdout
        self._busy = True
        try:
            coroutine = eval(program, self.namespace)
            if is_async:
                self._complete(coroutine)
        except FinalAnswer:
            pass
        except BaseException as error:
            self._busy = False
            if not self._answered:
                raise ActionError(self._failure(source, error)) from None
        finally:
            self._busy = False
            sys.stdout.finish()
            sys.stdout, sys.stderr = out
        value = self.namespace.pop(RESULT, None)
        if self._answered:
            return None, True
        if FINAL_ANSWER in self._tools and self.namespace.get(FINAL_ANSWER) is not self._tools[FINAL_ANSWER]:
            value = self.namespace.get(FINAL_ANSWER)
            self.namespace[FINAL_ANSWER] = self._tools[FINAL_ANSWER]
            return value, True
        return value, False

    def _stub(self, name: str) -> Any:
        def tool(*args: Any, **kwargs: Any) -> Any:
            try:
                return self._worker.call(name, args, kwargs)
            except FinalAnswer:
                self._answered = True
                raise

        tool.__name__ = tool.__qualname__ = name
        return tool

    def _on_interrupt(self, signum: int, frame: Any) -> None:
        if self._busy and self._worker.sending:  # half a frame would be worse: try again soon
            signal.setitimer(signal.ITIMER_REAL, 0.005)
        elif self._busy:
            raise Interrupted

    def _compile(self, source: str) -> Any:
        self._actions += 1
        name = f"<action {self._actions}>"
        try:
            tree = ast.parse(source, name)
            keep_result(tree.body)
            tree = ast.fix_missing_locations(_Awaits().visit(tree))
            program = compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        except SyntaxError as error:
            raise ActionError(_syntax_message(source, error)) from None
        except (ValueError, RecursionError, MemoryError) as error:
            message = "Code parsing failed on line 1 due to: {}: {}"
            raise ActionError(message.format(type(error).__name__, error)) from None
        self._sources[name] = source
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        return program, bool(program.co_flags & inspect.CO_COROUTINE)

    @staticmethod
    def _complete(coroutine: Any) -> None:
        import asyncio

        asyncio.run(coroutine)

    def _failure(self, source: str, error: BaseException) -> str:
        """Return what went wrong, and the lines of the model's own code that led there."""
        if isinstance(error, Interrupted):
            return "Code execution was stopped: The code was interrupted."
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in self._sources]
        line = frames[0].lineno if frames else 1
        lines = source.splitlines()
        failing = lines[line - 1].strip() if line and line <= len(lines) else ""
        message = f"Code execution failed at line '{failing}' due to: {type(error).__name__}: {error}"
        for index, frame in enumerate(frames):
            if len(frames) > MAX_FRAMES and 2 <= index < len(frames) - MAX_FRAMES + 2:
                continue
            place = "" if frame.name == "<module>" else ", in " + frame.name
            message += "\n  line {}{}: {}".format(frame.lineno, place, (frame.line or "").strip())
        return message


class ActionError(Exception):
    """Tell the host why an action failed."""


class _Prints:
    """Stand for standard output and standard error while an action runs."""

    encoding = "utf-8"

    def __init__(self, worker: Any, limit: int) -> None:
        self._worker = worker
        self._limit = limit
        self._room = limit
        self._partial = ""
        self._dropped = False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._partial += text
        if "\n" in text or len(self._partial) > 4096:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self._partial = self._partial, ""
        if len(text) > self._room:
            self._dropped = True
        self._worker.print(text[: self._room])
        self._room = max(0, self._room - len(text))

    def finish(self) -> None:
        self.flush()
        if self._dropped:
            notice = "\n..._This content has been truncated to stay below {} characters_...\n"
            self._worker.print(notice.format(self._limit))

    def isatty(self) -> bool:
        return False


class _Awaits(ast.NodeTransformer):
    """Let the code await tools, which give their value at once."""

    def visit_Await(self, node: Any) -> Any:
        self.generic_visit(node)
        node.value = ast.copy_location(ast.Call(ast.Name(READY, ast.Load()), [node.value], []), node.value)
        return node


class _Ready:
    """Be awaitable and give a value at once."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        return self._value
        yield


def _ready(value: Any) -> Any:
    return value if inspect.isawaitable(value) else _Ready(value)


def keep_result(body: Any) -> None:
    """Make the last statement of a block keep its value as the action's result."""
    last = body[-1] if body else None
    target = ast.Name(RESULT, ast.Store())
    if isinstance(last, ast.Expr):
        body[-1] = ast.copy_location(ast.Assign([target], last.value), last)
    elif isinstance(last, ast.Assign):
        last.targets.insert(0, target)
    elif isinstance(last, (ast.AnnAssign, ast.AugAssign)) and isinstance(last.target, ast.Name) and last.value:
        body.append(ast.copy_location(ast.Assign([target], ast.Name(last.target.id, ast.Load())), last))
    elif isinstance(last, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)):
        keep_result(last.body)
    elif isinstance(last, ast.If):
        keep_result(last.body)
        keep_result(last.orelse)
    elif isinstance(last, ast.Try):
        keep_result(last.orelse or last.body)
        for handler in last.handlers:
            keep_result(handler.body)
    elif type(last).__name__ == "Match":
        for case in last.cases:  # type: ignore[union-attr]
            keep_result(case.body)


def _syntax_message(source: str, error: SyntaxError) -> str:
    line = error.lineno or 1
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    pointer = " " * max((error.offset or 1) - 1, 0) + "^"
    name = type(error).__name__
    return f"Code parsing failed on line {line} due to: {name}: {error.msg}\n{text}\n{pointer}"
