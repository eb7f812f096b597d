"""Run actions in a worker with the guarded interpreter, the same as `local` has."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from smolagents.interpreter.policy import BASE_BUILTIN_MODULES, Limits
from smolagents.interpreter.printing import PrintOutputs
from smolagents.interpreter.session import Session
from smolagents.sandbox.worker import FinalAnswer, Worker

MAX_RESULT_TEXT = 100_000
FLUSH_SIZE = 4096


class GuardedEngine:
    """Keep one session of the guarded interpreter, whose tools are calls to the host."""

    def __init__(self, worker: Worker, configuration: Mapping[str, Any]) -> None:
        self._worker = worker
        self._timeout: float | None = configuration["timeout_seconds"]
        limit = int(configuration["max_print_outputs_length"])
        self._prints = StreamedPrints(limit, worker)
        authorized = sorted({*BASE_BUILTIN_MODULES, *configuration["imports"]})
        bounded = sys.platform in ("linux", "win32")  # by the operating system
        limits = Limits(memory=sys.maxsize if bounded else configuration["memory_bytes"], logs=limit)
        self._session = Session(authorized, limits, self._timeout, prints=self._prints)
        self._session.run("None")  # loads what the first action would have to wait for

    def set_tools(self, names: Iterable[str]) -> None:
        """Make the host's tools callable."""
        self._session.set_tools({name: self._stub(name) for name in names})

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables."""
        self._session.set_variables(variables)

    def run(self, source: str) -> tuple[Any, bool]:
        """Run an action and return its value and whether that is the final answer."""
        if self._timeout is not None:
            _limit_cpu_time(self._timeout)
        try:
            output = self._session.run(source)
        finally:
            self._prints.finish()
        return output.output, output.is_final_answer

    def text(self, value: Any) -> str:
        """Return a value as text."""
        try:
            text = str(value)
        except BaseException as error:
            text = f"<{type(value).__name__}, whose text can't be made: {type(error).__name__}>"
        return str.__getitem__(text, slice(0, MAX_RESULT_TEXT))

    def interrupt(self) -> None:
        """Stop the running action; called from the thread that listens."""
        self._session.interrupt()

    def _stub(self, name: str) -> Any:
        def tool(*args: Any, **kwargs: Any) -> Any:
            self._prints.flush()
            try:
                return self._worker.call(name, args, kwargs)
            except FinalAnswer:
                return None  # the host keeps the answer; the session ends the action

        tool.__name__ = tool.__qualname__ = name
        return tool


class StreamedPrints(PrintOutputs):
    """Collect what an action prints, and send it to the host line by line."""

    __slots__ = ("_sent", "_waiting", "_worker")

    def __init__(self, limit: int, worker: Worker) -> None:
        self._worker = worker
        super().__init__(limit)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._sent = 0
        self._waiting: list[str] = []

    def append(self, text: str) -> None:
        """Add text as long as there is room, and send finished lines."""
        before = self.size
        super().append(text)
        if self.size > before:
            self._waiting.append(text[: self.size - before])
            if text[-1:] == "\n" or len(text) > FLUSH_SIZE:
                self.flush()

    def flush(self) -> None:
        """Send what was not sent yet."""
        if self._waiting:
            text = "".join(self._waiting)
            self._waiting.clear()
            self._sent += len(text)
            self._worker.print(text)

    def finish(self) -> None:
        """Send the rest, with the note that something is missing if so."""
        self.flush()
        if self.dropped:
            self._worker.print(self.value[self._sent :])


def _limit_cpu_time(seconds: float) -> None:
    """Let the kernel end this process, should the host that keeps the time be stopped."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(time.process_time() + 2 * seconds + 10)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
