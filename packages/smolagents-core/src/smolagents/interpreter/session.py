"""One session of guest code: its namespace, its guards, and how an action runs in it."""

from __future__ import annotations

import contextvars
import inspect
import sys
import threading
import types
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

from smolagents.errors import ExecutionTimeoutError, FinalAnswerException, InterpreterError
from smolagents.executors import CodeOutput
from smolagents.interpreter import console, consuming_methods, methods
from smolagents.interpreter.attributes import AttributeGuards
from smolagents.interpreter.awaiting import Ready, run_coroutine
from smolagents.interpreter.budget import Budget
from smolagents.interpreter.builtins import guest_builtins
from smolagents.interpreter.classes import ClassGuards
from smolagents.interpreter.compiler import RESULT, Program, compile_action, shadowed_guards
from smolagents.interpreter.consumers import ConsumerGuards
from smolagents.interpreter.exceptions import cleaned
from smolagents.interpreter.fast import fast_guards
from smolagents.interpreter.iterables import IterableGuards
from smolagents.interpreter.large import LargeGuards
from smolagents.interpreter.modules import Modules
from smolagents.interpreter.ownership import Ownership
from smolagents.interpreter.policy import Limits
from smolagents.interpreter.printing import PrintOutputs
from smolagents.interpreter.reach import module_attributes
from smolagents.interpreter.regex import RegexGuards
from smolagents.interpreter.reports import failure_message
from smolagents.interpreter.signals import is_from_signal_handler
from smolagents.interpreter.sizes import SizeGuards
from smolagents.interpreter.text import TextGuards
from smolagents.interpreter.tools import guest_callable, without_builtins
from smolagents.interpreter.watchdog import Stop

PRINTS = "_print_outputs"
OPERATIONS = "_operations_count"
# The code of a longer action takes megabytes, which are not kept for the next time.
MAX_CACHED = 20_000
_missing: Any = object()


class Session:
    """Run actions, one after the other, in one namespace.

    Args:
        authorized: Modules that actions may import.
        limits: What one action may use.
        timeout_seconds: Wall time of one action; None for no deadline.
        namespace: The variables; a new dict by default.
        prints: Where prints go; collected by default.
    """

    def __init__(
        self,
        authorized: Iterable[str],
        limits: Limits,
        timeout_seconds: float | None,
        namespace: dict[str, Any] | None = None,
        prints: PrintOutputs | None = None,
    ) -> None:
        self.limits = limits
        self.namespace: dict[str, Any] = {} if namespace is None else namespace
        self.namespace.setdefault("__name__", "__main__")
        self.ownership = Ownership(self)
        self.programs: dict[str, Program] = {}
        self.prints = PrintOutputs(limits.logs) if prints is None else prints
        self.budget = Budget(limits, timeout_seconds, self.watch_values)
        self.sizes = SizeGuards(limits, self.budget.take)
        self.large = LargeGuards(self)
        self.modules = Modules(self, authorized)
        self.attributes = AttributeGuards(self)
        self.text = TextGuards(self)
        self.classes = ClassGuards(self)
        self.iterables = IterableGuards(self)
        self.consumers = ConsumerGuards(self)
        self.regex = RegexGuards(self)
        self.join = partial(methods.join, self)
        self.replace = partial(methods.replace, self)
        self.extend = partial(methods.extend, self)
        self.remove = partial(methods.remove, self)
        self.strip = partial(consuming_methods.strip, self)
        self.builtins: dict[str, Any] = guest_builtins(self)
        self.builtins.update(fast_guards(self, self.builtins))
        self.classes.set_builtins(self.builtins)
        self._base = dict(self.builtins)
        self.protected: frozenset[str] = frozenset()
        self.guarded_attributes: frozenset[str] = frozenset()
        self.final_value: Any = _missing
        # Functions that undo, after each action, what library code has noted about the guest's objects.
        self.endings: list[Callable[[], object]] = []
        self._has_decimal = self.modules.is_authorized("decimal")
        self._lock = threading.RLock()
        self.namespace[PRINTS] = self.prints
        self.prints.session = self

    def watch_values(self) -> None:
        """Have large values looked at from now on."""
        for names in (self._base, self.builtins):
            names.update(self.large.watchful_names())

    def set_tools(self, tools: Mapping[str, Any], overridable: Mapping[str, Any] | None = None) -> None:
        """Make tools callable; names of overridable functions may be assigned by actions."""
        self.builtins.clear()
        self.builtins.update(self._base)
        for name, function in without_builtins(overridable or {}, self._base).items():
            self.builtins[name] = guest_callable(self, name, function)
        own = without_builtins(tools, self._base)
        for name, tool in own.items():
            self.builtins[name] = guest_callable(self, name, tool)
        self.protected = frozenset(own)

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables. Attributes under which they hold modules will need a guard."""
        self.namespace.update(variables)
        found = module_attributes(variables.values())
        if not found <= self.guarded_attributes:
            self.guarded_attributes |= found

    def run(self, source: str) -> CodeOutput:
        """Run an action and return its result and prints.

        Raises:
            InterpreterError: It was refused or it failed.
            ExecutionTimeoutError: It ran past its deadline.
        """
        with self._lock:
            outer = self.budget.running
            if outer:
                raise InterpreterError("an action of this session is running already: use a new session")
            self.prints.clear()
            self.final_value = _missing
            try:
                try:
                    return self._run(source)
                except Stop:  # the watchdog's interruption came late, while the action was being put away
                    self.budget.finish()
                    self._raise_stopped()
            except (InterpreterError, ExecutionTimeoutError) as error:
                error.logs = self.prints.value  # type: ignore[union-attr]
                raise

    def _run(self, source: str) -> CodeOutput:
        namespace = self.namespace
        if len(source) > self.limits.source:
            raise InterpreterError(
                f"the code is too long: {len(source):,} characters, of at most {self.limits.source:,}. Split it up."
            )
        compiled = compile_action if len(source) < MAX_CACHED else compile_action.__wrapped__
        program = compiled(source, self.protected, self.guarded_attributes, shadowed_guards(namespace))
        self.programs[program.filename] = program
        namespace["__builtins__"] = self.builtins
        result = None
        failure: BaseException | None = None
        outer = console.begin(self)
        self.budget.start()
        try:
            result = self._execute(program)
            if program.answers:
                self._take_assigned_answer()
            result = self.attributes.checked_result(result)
            self.text.check(result)
        except FinalAnswerException:
            pass
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if isinstance(error, SystemExit) and is_from_signal_handler(error):
                raise  # the program ends, not the action
            failure = error
        finally:
            try:
                self.budget.finish()
            finally:
                console.end(outer)
            namespace[OPERATIONS] = {"counter": self.budget.operations}
            for end in self.endings:
                end()
            namespace.pop("__builtins__", None)
            namespace.pop(RESULT, None)
            if program.answers:
                namespace.pop("final_answer", None)
        if self.budget.reason is not None:
            self._raise_stopped()
        if self.final_value is not _missing:
            return CodeOutput(self.final_value, self.prints.value, True)
        if failure is not None:
            raise InterpreterError(failure_message(self, program, failure)) from self._cause(failure)
        return CodeOutput(result, self.prints.value, False)

    def _execute(self, program: Program) -> Any:
        if self._has_decimal:
            # A decimal context is the thread's: what the action changes in it stays the action's.
            return contextvars.copy_context().run(self._execute_apart, program)
        return self._execute_here(program)

    def _execute_apart(self, program: Program) -> Any:
        decimal = sys.modules.get("decimal")
        if decimal is not None:
            # A copy of the variables shares the context object itself.
            decimal.setcontext(decimal.getcontext().copy())
        return self._execute_here(program)

    def _execute_here(self, program: Program) -> Any:
        if not program.is_function:
            exec(program.code, self.namespace)
            return self.namespace.get(program.result)
        value = types.FunctionType(program.code, self.namespace)()
        if program.is_async:
            return run_coroutine(value, self.budget, needs_loop=self.modules.is_authorized("asyncio"))
        return value

    def _take_assigned_answer(self) -> None:
        value = self.namespace.pop("final_answer", _missing)
        if value is not _missing:
            self.answer(value)

    @staticmethod
    def _cause(failure: BaseException) -> BaseException | None:
        return failure if isinstance(failure, Exception) else None

    def _raise_stopped(self) -> NoReturn:
        reason = self.budget.reason
        limits = self.limits
        if reason == "timeout":
            raise ExecutionTimeoutError(
                f"Code execution exceeded the maximum execution time of {self.budget.timeout_seconds} seconds. "
                "Do less in one action."
            )
        messages = {
            "operations": f"Reached the max number of operations of {limits.operations}. "
            "There may be an infinite loop in the code, or it computes too much.",
            "memory": f"The code used more than {limits.memory:,} bytes of memory. Work on smaller parts.",
            "nesting": "It nests too many objects (iterators, for instance) inside each other. Make lists in between.",
            "interrupt": "The code was interrupted.",
        }
        raise InterpreterError(f"Code execution was stopped: {messages[reason or 'interrupt']}")

    def answer(self, value: Any) -> None:
        """Note the final answer."""
        self.final_value = self.attributes.checked_result(value)

    def interrupt(self) -> None:
        """Stop the running action soon."""
        self.budget.cut("interrupt")

    # --- guards that need the whole session

    def clean_exception(self, error: Any) -> Any:
        """Return what guest code sees of an exception."""
        return cleaned(self, error)

    def check_raised(self, error: Any) -> Any:
        """Return what a guest may raise: outside of an action nothing that is not an Exception."""
        if not self.budget.running:
            kind = error if isinstance(error, type) else type(error)
            if not issubclass(kind, Exception):
                return InterpreterError(f"{kind.__name__} was raised after the action had ended")
        return error

    @staticmethod
    def awaitable(value: Any) -> Any:
        """Return something to await: tools give their value at once, so `await tool(...)` gets one that is ready."""
        return value if inspect.isawaitable(value) else Ready(value)
