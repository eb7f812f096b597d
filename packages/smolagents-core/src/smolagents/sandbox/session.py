"""The host's end of the worker protocol: actions out, results, prints and tool calls in."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from smolagents.concurrency import wait_for
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError, SerializationError
from smolagents.executors import CodeOutput
from smolagents.sandbox.protocol import PROTOCOL_VERSION, MessageTooLarge, ProtocolError
from smolagents.sandbox.transport import Connection, Transport, WorkerGone
from smolagents.sandbox.values import arriving, crossing

START_SECONDS = 120.0
START_ATTEMPTS = 3
# A worker that knows its deadline ends the action itself; one that doesn't is asked to, and ended if it does not.
LATE_SECONDS = 0.25
GRACE_SECONDS = 1.0
MAX_NOTICE = 200
FINAL_ANSWER = "final_answer"
GONE = (
    "The variables, functions and imports of earlier actions are gone; what was given with the task is there again. "
    "Define again what you need."
)
TOO_SLOW = (
    f"no answer within {START_SECONDS:.0f} seconds. What runs it may be overloaded: try again, or run the code "
    "elsewhere (executor_type=…)."
)
_nothing: Any = object()


class NotSent(WorkerGone):
    """Report that the worker had ended before a request was sent."""


class WorkerSession:
    """Keep one worker at work, and start a fresh one where it was lost.

    Attributes:
        timeout_seconds: Seconds that one action may take; None for no deadline.
        max_print_outputs_length: Length in characters to which an action's prints are cut.
        allow_pickle: Whether values that have no plain form may cross as pickles.
    """

    timeout_seconds: float | None = None
    max_print_outputs_length: int = 50_000
    allow_pickle: bool = False

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._connection: Connection | None = None
        self._greeting: dict[str, Any] | None = None
        self._tools: dict[str, Any] = {}
        self._tools_sent = False
        self._variables: dict[str, Any] = {}
        self._has_state = False
        self._owner = 0
        self._running = 0
        self._logs: list[str] = []
        self._logs_size = 0
        self._final: Any = _nothing

    def connect(self) -> Transport:
        """Start a worker and return the way to it."""
        raise NotImplementedError(
            f"{type(self).__name__} must define connect() -> Transport, or run_code_raise_errors(code) -> CodeOutput."
        )

    def configuration(self) -> dict[str, Any]:
        """Return what a worker is told when it starts."""
        return {"max_print_outputs_length": self.max_print_outputs_length, "allow_pickle": self.allow_pickle}

    # ---- the worker

    def start_worker(self) -> None:
        """Start a worker, if there is none, without waiting until it is ready."""
        if self._connection is None:
            connection = Connection(self.connect())
            self._connection, self._greeting, self._owner = connection, None, os.getpid()
            self._tools_sent = self._has_state = False
            with contextlib.suppress(WorkerGone):  # noticed when its greeting is read
                connection.send({"type": "configure", "protocol": PROTOCOL_VERSION, **self.configuration()})

    def greeting(self) -> dict[str, Any]:
        """Return what the worker said of itself when it was ready, starting it if need be.

        Raises:
            SandboxError: No worker comes up; says why.
        """
        with self._lock:
            if self._greeting is None:
                self._greeting = self._greet()
                if self._variables:
                    self._exchange(self._connection, self._variables_request(self._variables), START_SECONDS)
            return self._greeting

    def _greet(self, attempts: int = START_ATTEMPTS) -> dict[str, Any]:
        self.start_worker()
        assert self._connection is not None
        try:
            hello = self._connection.receive(time.monotonic() + START_SECONDS)
        except (WorkerGone, ProtocolError, TimeoutError) as error:
            self.end_worker()
            if attempts > 1 and isinstance(error, WorkerGone):  # the system may have been short of memory
                return self._greet(attempts - 1)
            why = TOO_SLOW if isinstance(error, TimeoutError) else f"it {error}."
            raise SandboxError(f"The sandbox's worker does not start: {why}") from error
        except BaseException:
            self.end_worker()
            raise
        if hello["type"] != "hello" or hello.get("protocol") != PROTOCOL_VERSION:
            self.end_worker()
            raise SandboxError(str(hello.get("refused") or f"The sandbox's worker speaks another protocol: {hello}"))
        return hello

    def end_worker(self) -> None:
        """End the worker, if there is one."""
        connection, self._connection, self._greeting = self._connection, None, None
        if connection is not None:
            connection.transport.close()

    def _leave_to_parent(self) -> bool:
        """Drop a worker that a forked process has from its parent, where it is at work; tell whether there was one."""
        if self._connection is None or self._owner == os.getpid():
            return False
        self._connection = self._greeting = None
        return True

    def _replace_worker(self) -> None:
        """Start a fresh worker; where none starts, the next action says why."""
        self.end_worker()
        with contextlib.suppress(SandboxError):
            self.start_worker()

    # ---- requests

    def run_action(self, code: str) -> CodeOutput:
        """Run an action in the worker.

        Raises:
            InterpreterError: It failed, or the worker ended meanwhile.
            ExecutionTimeoutError: It ran past its deadline.
        """
        with self._lock:
            if self._running:
                raise InterpreterError("an action of this session is running already: use a new session")
            self._logs, self._logs_size, self._final = [], 0, _nothing
            try:
                return self._run(code)
            except (InterpreterError, ExecutionTimeoutError) as error:
                error.logs = "".join(self._logs)  # type: ignore[union-attr]
                raise

    def _run(self, code: str) -> CodeOutput:
        request = {"type": "run", "code": code}
        try:
            reply = self._request(request)
        except TimeoutError:
            raise ExecutionTimeoutError(
                f"Code execution exceeded the maximum execution time of {self.timeout_seconds} seconds, and it did not "
                f"stop by itself, so its process was ended. {GONE} Do less in one action."
            ) from None
        except SerializationError as error:
            raise InterpreterError(str(error)) from error
        except WorkerGone as error:
            when = "before the action could run" if isinstance(error, NotSent) else "while the action ran"
            raise InterpreterError(f"The sandbox's worker {error} {when}. {GONE}") from None
        except ProtocolError as error:
            raise InterpreterError(f"The sandbox's worker broke its protocol and was ended: {error}. {GONE}") from None
        self._has_state = True
        if "error" in reply:
            if reply["error"].get("kind") == "MemoryError":  # another action would fail as well
                self._replace_worker()
                raise InterpreterError(f"MemoryError: the code has used up the memory of its sandbox. {GONE}")
            raise _failure(reply["error"])
        if reply.get("final") is True and self._final is not _nothing:
            return CodeOutput(self._final, "".join(self._logs), True)
        output = str(reply["text"]) if "text" in reply else self._value(reply.get("value"))
        return CodeOutput(output, "".join(self._logs), reply.get("final") is True)

    def _value(self, data: Any) -> Any:
        try:
            return arriving(data, self.allow_pickle)
        except SerializationError as error:
            raise InterpreterError(f"The action's result can't be read: {error}") from None

    def set_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools callable; the worker learns of it with the next request."""
        with self._lock:
            self._leave_to_parent()
            self._tools = dict(tools)
            self._tools_sent = False

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables.

        Raises:
            SerializationError: One of them can't cross; says which and why.
        """
        if not variables:
            return
        with self._lock:
            self._leave_to_parent()
            request = self._variables_request(variables)
            reply = self._request(request)
            if "error" in reply:
                raise SerializationError(f"The sandbox can't take the variables: {_text_of(reply['error'])}")
            self._variables.update(variables)
            self._has_state = True

    def _variables_request(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        encoded = {}
        for name, value in variables.items():
            try:
                encoded[name] = crossing(value, self.allow_pickle)
            except SerializationError as error:
                raise SerializationError(f"The variable {name!r} can't be sent to the sandbox: {error}") from error
        return {"type": "variables", "variables": encoded}

    def ping(self) -> None:
        """Wait until the worker answers."""
        with self._lock:
            self._request({"type": "ping"})

    def _request(self, request: dict[str, Any], timeout: Any = _nothing) -> dict[str, Any]:
        """Have the worker do something; one that ended before this, with nothing to lose, is replaced."""
        timeout = self.timeout_seconds if timeout is _nothing else timeout
        try:
            return self._send_all(request, timeout)
        except WorkerGone as error:
            if self._has_state or not isinstance(error, NotSent):
                self._replace_worker()
                raise
            self.end_worker()
            return self._send_all(request, timeout)
        except MessageTooLarge as error:
            raise SerializationError(f"This can't be sent to the sandbox: {error}") from error
        except (TimeoutError, ProtocolError):
            self._replace_worker()
            raise

    def _send_all(self, request: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        if self._leave_to_parent():  # in the midst of a run, where an action may need what earlier ones have defined
            raise NotSent("was left to the parent of this process, which was forked from it,")
        self.greeting()
        connection = self._connection
        if not self._tools_sent:
            self._exchange(connection, {"type": "tools", "tools": sorted(self._tools)}, START_SECONDS)
            self._tools_sent = True
        return self._exchange(connection, request, timeout)

    def _exchange(self, connection: Any, request: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        """Send a request, do what the worker asks for meanwhile, and return its reply.

        At its deadline the worker is asked to stop, which keeps its variables.

        Raises:
            TimeoutError: It did not stop.
        """
        number = next(self._numbers)
        deadline = None if timeout is None else time.monotonic() + timeout + LATE_SECONDS
        self._running = number
        try:
            try:
                connection.send({**request, "id": number}, deadline)
            except WorkerGone as error:
                raise NotSent(str(error)) from None
            try:
                return self._serve(connection, number, deadline)
            except TimeoutError:
                connection.send({"type": "interrupt", "id": number}, time.monotonic() + GRACE_SECONDS)
                reply = self._serve(connection, number, time.monotonic() + GRACE_SECONDS)
            if "error" in reply and reply["error"].get("kind") != "ExecutionTimeoutError":
                message = f"Code execution exceeded the maximum execution time of {timeout} seconds. "
                reply["error"] = {"kind": "ExecutionTimeoutError", "message": message + "Do less in one action."}
            return reply
        except (WorkerGone, TimeoutError, ProtocolError):
            raise
        except BaseException:  # Ctrl-C, or a tool that ended the program: what the worker does now is unknown
            self.end_worker()
            raise
        finally:
            self._running = 0

    def _serve(self, connection: Any, number: int, deadline: float | None) -> dict[str, Any]:
        """Do what the worker asks for until it replies."""
        last = deadline
        while True:
            message = connection.receive(last)
            kind = message["type"]
            if kind == "done" and message.get("id") == number:
                if type(message.get("error", {})) is not dict:
                    raise ProtocolError("an error that is none")
                return message  # type: ignore[no-any-return]
            if kind == "print":
                self._note(message.get("text"))
                if last is not None and time.monotonic() > last:  # a flood would never let `receive` time out
                    raise TimeoutError
            elif kind != "call":
                raise ProtocolError(f"a {kind!r} message came out of turn")
            elif deadline is not None and time.monotonic() > deadline:
                raise TimeoutError
            else:
                reply = self._answer(message)
                if deadline is not None:  # the tool may have taken long: time for the worker to notice
                    last = max(deadline, time.monotonic() + GRACE_SECONDS)
                self._reply(connection, reply, last)

    def _note(self, text: Any) -> None:
        """Keep what the action prints, up to the length that an honest worker keeps to."""
        if type(text) is not str:
            raise ProtocolError("a print without text")
        text = text[: max(0, self.max_print_outputs_length + MAX_NOTICE - self._logs_size)]
        if text:
            self._logs.append(text)
            self._logs_size += len(text)

    # ---- tool calls

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do what a call message asks for and return the reply."""
        number, name = message.get("id"), message.get("tool")
        args, kwargs = message.get("args"), message.get("kwargs")
        if type(number) is not int or type(name) is not str or type(args) is not list or type(kwargs) is not dict:
            raise ProtocolError("a call that is none")
        return {**self._call(name, args, kwargs), "id": number}

    @staticmethod
    def _reply(connection: Connection, reply: dict[str, Any], deadline: float | None) -> None:
        try:
            connection.send(reply, deadline)
        except MessageTooLarge as error:
            connection.send({**_raised(SerializationError(f"The tool returned {error}")), "id": reply["id"]}, deadline)

    def _call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        if name not in self._tools:
            return _raised(NameError(f"name {name!r} is not a tool"))
        pickles = self.allow_pickle
        try:
            values = [arriving(value, pickles) for value in args]
            named = {key: arriving(value, pickles) for key, value in kwargs.items()}
            value = self._tools[name](*values, **named)
            if hasattr(value, "__await__"):
                value = wait_for(value)
            if name == FINAL_ANSWER:
                self._final = value
                return {"type": "return", "final": True}
            return {"type": "return", "value": crossing(value, pickles)}
        except Exception as error:
            return _raised(error)

    # ---- stopping

    def interrupt(self) -> None:
        """Stop the running action soon; called from another thread."""
        number, connection = self._running, self._connection
        if not number or connection is None:
            return
        with contextlib.suppress(WorkerGone, TimeoutError):
            connection.send({"type": "interrupt", "id": number}, time.monotonic() + GRACE_SECONDS)

        def end_if_it_goes_on() -> None:
            if self._running == number:
                connection.transport.kill()

        timer = threading.Timer(2 * GRACE_SECONDS, end_if_it_goes_on)
        timer.daemon = True
        timer.start()


def _raised(error: Exception) -> dict[str, Any]:
    """Return the message about an exception of a tool: its name, its text, and the nearest builtin class."""
    kind = type(error)
    base = next((base.__name__ for base in kind.__mro__ if base.__module__ == "builtins"), "Exception")
    only = error.args[0] if len(error.args) == 1 else None
    text = only if type(only) is str else str(error)
    return {"type": "raise", "name": kind.__name__, "base": base, "text": text}


def _failure(error: dict[str, Any]) -> Exception:
    text = _text_of(error)
    return ExecutionTimeoutError(text) if error.get("kind") == "ExecutionTimeoutError" else InterpreterError(text)


def _text_of(error: dict[str, Any]) -> str:
    kind, message = str(error.get("kind")), str(error.get("message"))
    return message if kind in ("ActionError", "InterpreterError", "ExecutionTimeoutError") else f"{kind}: {message}"
