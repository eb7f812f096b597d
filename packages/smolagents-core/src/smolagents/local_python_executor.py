"""The executor that runs actions in this process, and the names that programs import from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smolagents.errors import ExecutionTimeoutError, FinalAnswerException, InterpreterError
from smolagents.executors import CodeOutput, PythonExecutor
from smolagents.interpreter.builtins import BASE_PYTHON_TOOLS
from smolagents.interpreter.modules import missing_modules
from smolagents.interpreter.policy import BASE_BUILTIN_MODULES, Limits
from smolagents.interpreter.printing import PrintOutputs
from smolagents.interpreter.session import PRINTS, Session
from smolagents.parsing import fix_final_answer_code

__all__ = [
    "BASE_BUILTIN_MODULES",
    "BASE_PYTHON_TOOLS",
    "DEFAULT_MAX_LEN_OUTPUT",
    "MAX_EXECUTION_TIME_SECONDS",
    "CodeOutput",
    "ExecutionTimeoutError",
    "FinalAnswerException",
    "InterpreterError",
    "Limits",
    "LocalPythonExecutor",
    "PythonExecutor",
    "evaluate_python_code",
    "fix_final_answer_code",
]

DEFAULT_MAX_LEN_OUTPUT = 50_000
MAX_EXECUTION_TIME_SECONDS = 30


class LocalPythonExecutor(PythonExecutor):
    """Run actions in this process, under guards.

    All of Python works, at about CPython's speed. It is a language guard: it keeps code that a model wrote from
    reaching what it was not given, and stops what runs too long or grows too large. It can't make modules safe that
    reach outside by themselves (authorize them with care), and it can't stop a single long call of C code; for code
    that you don't trust at all, use an isolated executor.

    Args:
        additional_authorized_imports: Modules that actions may import besides BASE_BUILTIN_MODULES: `pkg`, `pkg.sub`,
            `pkg.*` (with all submodules) or `*` (everything).
        max_print_outputs_length: Length in characters to which an action's prints are cut.
        additional_functions: Functions that actions may call, by name.
        timeout_seconds: Seconds that one action may run; None for no deadline.
        limits: What one action may use apart from time.

    Raises:
        InterpreterError: An authorized module is not installed.
    """

    def __init__(
        self,
        additional_authorized_imports: Sequence[str],
        max_print_outputs_length: int | None = None,
        additional_functions: Mapping[str, Callable[..., Any]] | None = None,
        timeout_seconds: float | None = MAX_EXECUTION_TIME_SECONDS,
        *,
        limits: Limits | None = None,
    ) -> None:
        self.additional_authorized_imports = list(additional_authorized_imports)
        self.authorized_imports = sorted({*BASE_BUILTIN_MODULES, *self.additional_authorized_imports})
        missing = missing_modules(self.additional_authorized_imports)
        if missing:
            raise InterpreterError(
                f"Non-installed authorized modules: {', '.join(missing)}. Install them, or take them off the list."
            )
        self.max_print_outputs_length = (
            DEFAULT_MAX_LEN_OUTPUT if max_print_outputs_length is None else max_print_outputs_length
        )
        self.additional_functions = dict(additional_functions or {})
        self.timeout_seconds = timeout_seconds
        self.limits = _with_logs(limits or Limits(), self.max_print_outputs_length)
        self.static_tools: dict[str, Any] | None = None
        self._session = Session(self.authorized_imports, self.limits, timeout_seconds)
        self._session.set_tools({}, self.additional_functions)

    @property
    def state(self) -> dict[str, Any]:
        """Return the variables of the session."""
        return self._session.namespace

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return what stands between the code and this machine."""
        return {"isolation": "none: a guard of the language in this process, for code that you trust with its tools"}

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools and managed agents callable by name."""
        self.static_tools = {**tools, **BASE_PYTHON_TOOLS, **self.additional_functions}
        self._session.set_tools({**tools, **self.additional_functions})

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables for the following actions."""
        self._session.set_variables(variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action."""
        return self._session.run(code_action)

    def interrupt(self) -> None:
        """Stop the running action soon; called from another thread."""
        self._session.interrupt()

    def new_session(self) -> LocalPythonExecutor:
        """Return an executor with the same configuration, without tools and variables."""
        return type(self)(
            self.additional_authorized_imports,
            self.max_print_outputs_length,
            self.additional_functions,
            self.timeout_seconds,
            limits=self.limits,
        )


def evaluate_python_code(
    code: str,
    static_tools: Mapping[str, Callable[..., Any]] | None = None,
    custom_tools: Mapping[str, Callable[..., Any]] | None = None,
    state: dict[str, Any] | None = None,
    authorized_imports: Sequence[str] = BASE_BUILTIN_MODULES,
    max_print_outputs_length: int = DEFAULT_MAX_LEN_OUTPUT,
    timeout_seconds: float | None = MAX_EXECUTION_TIME_SECONDS,
) -> tuple[Any, bool]:
    """Run code under guards and return its result and whether that is a final answer.

    Args:
        code: The code.
        static_tools: Functions that the code may call; it can't assign their names.
        custom_tools: Functions that the code may call and replace.
        state: The variables, changed in place; a call with the same dict goes on in the same session. Its
            `_print_outputs` holds what was printed.
        authorized_imports: Modules that the code may import.
        max_print_outputs_length: Length in characters to which prints are cut.
        timeout_seconds: Seconds that the code may run; None for no deadline.

    Raises:
        InterpreterError: The code was refused or it failed.
        ExecutionTimeoutError: It ran past its deadline.
    """
    state = {} if state is None else state
    session = _session_of(state, authorized_imports, max_print_outputs_length, timeout_seconds)
    session.set_tools(static_tools or {}, custom_tools)
    session.set_variables(state)
    output = session.run(code)
    return output.output, output.is_final_answer


def _session_of(
    state: dict[str, Any], authorized: Sequence[str], max_print_outputs_length: int, timeout_seconds: float | None
) -> Session:
    """Return the session that a state belongs to, or a new one where its configuration differs."""
    prints = state.get(PRINTS)
    session = prints.session if type(prints) is PrintOutputs else None
    if (
        isinstance(session, Session)
        and session.namespace is state
        and session.modules.authorized == sorted(set(authorized))
        and session.limits.logs == max_print_outputs_length
    ):
        session.budget.timeout_seconds = timeout_seconds
        return session
    return Session(authorized, _with_logs(Limits(), max_print_outputs_length), timeout_seconds, state)


def _with_logs(limits: Limits, logs: int) -> Limits:
    from dataclasses import replace

    return replace(limits, logs=logs)
