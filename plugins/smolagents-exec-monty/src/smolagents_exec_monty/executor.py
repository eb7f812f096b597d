"""The executor whose code runs in Monty."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError
from smolagents.executors import CodeOutput, PythonExecutor

from smolagents_exec_monty.action import Action, nothing
from smolagents_exec_monty.failures import failure_text
from smolagents_exec_monty.program import ASSIGNED_ANSWER, NO_ANSWER, Program, prepare
from smolagents_exec_monty.worker import Worker, refuse_if_forked

if TYPE_CHECKING:
    from smolagents import AgentLogger

MAX_PRINTS = 50_000
GONE = (
    "The variables, functions and imports of earlier actions are gone; what was given with the task is there again. "
    "Define again what you need."
)


class MontyExecutor(PythonExecutor):
    """Run actions in Monty, an interpreter of a subset of Python in a process of its own.

    It starts in milliseconds, and its code can't reach files, the network or this process, but for the tools, which
    stay here and are called back. It has no class inheritance, generators, `del` or packages, and few modules.

    Args:
        additional_imports: Modules that the code needs besides; they must be among those that Monty has.
        logger: Not used; executors are made with it.
        timeout_seconds: Seconds that the code of one action may run, not counting its tools; None for no deadline.
        memory_bytes: Memory that the code's values may take.
        max_print_outputs_length: Length in characters to which an action's prints are cut.

    Raises:
        InterpreterError: Monty does not have one of the modules.
        SandboxError: This process was forked after its parent had used Monty.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        *,
        timeout_seconds: float | None = 30,
        memory_bytes: int = 512 * 2**20,
        max_print_outputs_length: int | None = None,
    ) -> None:
        self.additional_imports = list(additional_imports)
        self.logger = logger
        self.timeout_seconds = timeout_seconds
        self.memory_bytes = memory_bytes
        self.max_print_outputs_length = max_print_outputs_length or MAX_PRINTS
        self._lock = threading.RLock()
        self._tools: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}
        self._worker: Worker | None = None
        self._action: Action | None = None
        self._check_modules()

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools and managed agents callable by name.

        Raises:
            SandboxError: This process was forked after its parent had used Monty.
        """
        refuse_if_forked()  # a run begins with this: it should fail before it has asked a model
        with self._lock:
            self._tools = dict(tools)

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables for the following actions.

        Raises:
            SerializationError: Monty has no such value; says which.
            SandboxError: Monty's process has ended, or this one was forked after its parent had used Monty.
        """
        with self._lock:
            if not variables:
                return
            try:
                self._started().define(variables)
            except SandboxError:
                self._end()
                raise
            self._variables.update(variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action; its tools run in this thread."""
        with self._lock:
            if self._action is not None:
                raise InterpreterError("an action of this session is running already: use a new session")
            program = prepare(code_action, self._tools)
            worker = self._started()
            action = self._action = Action(self._tools, self.max_print_outputs_length)
            try:
                value = self._run(worker, program, action)
            except (InterpreterError, ExecutionTimeoutError) as error:
                error.logs = action.logs  # type: ignore[union-attr]
                raise
            finally:
                self._action = None
            if action.answer is not nothing:
                return CodeOutput(action.answer, action.logs, True)
            if program.answers and value == NO_ANSWER:
                return CodeOutput(None, action.logs, False)
            return CodeOutput(value, action.logs, program.answers)

    def _run(self, worker: Worker, program: Program, action: Action) -> Any:
        import pydantic_monty

        options: dict[str, Any] = {"inputs": {ASSIGNED_ANSWER: NO_ANSWER}} if program.answers else {}
        options |= {"external_lookup": action.functions, "print_callback": action.note}
        value = failure = None
        try:
            value = worker.session.feed_run(program.source, **options)
        except (pydantic_monty.MontyRuntimeError, pydantic_monty.MontySyntaxError) as error:
            failure = self._lost(error) or InterpreterError(failure_text(error, action.raised))
        except pydantic_monty.MontyCrashedError as error:
            failure = self._crashed(error, action)
        if action.ended is not None:
            raise action.ended
        if failure is not None and action.answer is nothing:
            raise failure from action.raised
        return value

    def _crashed(self, error: Any, action: Action) -> Exception:
        self._end()
        if action.interrupted:
            return InterpreterError(f"Code execution was stopped: The code was interrupted. {GONE}")
        if error.timed_out:
            return self._timeout()
        return InterpreterError(f"Monty's process has ended while the action ran: {error}. {GONE}")

    def _lost(self, error: Any) -> Exception | None:
        """Return the error of an action that has used up what it may use; its session is of no use any more."""
        cause = error.exception()
        if isinstance(cause, TimeoutError) and "time limit exceeded" in str(cause):
            self._end()
            return self._timeout()
        if isinstance(cause, MemoryError) and "memory limit exceeded" in str(cause):
            self._end()
            return InterpreterError(f"MemoryError: the code has used up its {self.memory_bytes:,} bytes. {GONE}")
        return None

    def _timeout(self) -> ExecutionTimeoutError:
        return ExecutionTimeoutError(
            f"Code execution exceeded the maximum execution time of {self.timeout_seconds} seconds. {GONE} "
            "Do less in one action."
        )

    def interrupt(self) -> None:
        """Stop the running action soon; called from another thread."""
        action, worker = self._action, self._worker
        if action is not None and worker is not None:
            action.interrupted = True
            worker.kill()

    def cleanup(self) -> None:
        """End Monty's process; the next action would start a fresh one."""
        with self._lock:
            self._end()

    def new_session(self) -> MontyExecutor:
        """Return an executor with the same configuration, without tools and variables."""
        return type(self)(
            self.additional_imports,
            self.logger,
            timeout_seconds=self.timeout_seconds,
            memory_bytes=self.memory_bytes,
            max_print_outputs_length=self.max_print_outputs_length,
        )

    def __enter__(self) -> MontyExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.cleanup()

    def _started(self) -> Worker:
        refuse_if_forked()
        if self._worker is None:
            self._worker = Worker(self.timeout_seconds, self.memory_bytes)
            self._worker.define(self._variables)
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _check_modules(self) -> None:
        modules = [name.removesuffix(".*") for name in self.additional_imports if name != "*"]
        if not modules:
            return
        probe = Worker(self.timeout_seconds, self.memory_bytes)  # not the session's: imports define names
        missing = [name for name in modules if not probe.has(name)]
        probe.close()
        if missing:
            raise InterpreterError(
                f"Monty has no modules {', '.join(missing)}. Take them off the list, or use an executor with all of "
                'Python: executor_type="process".'
            )
