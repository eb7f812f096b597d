"""What a run prints: its steps and the answer, the answer alone, or events as JSON (`json_events.py`)."""

from __future__ import annotations

import sys
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from typing import Any

from smolagents.cli.building import Built
from smolagents.cli.media_files import MediaFiles
from smolagents.cli.outcome import Outcome
from smolagents.cli.problems import one_line, say
from smolagents.cli.streams import silence
from smolagents.events import StreamEvent
from smolagents.monitoring import LogLevel, format_cost
from smolagents.steps import ActionStep, PlanningStep
from smolagents.terminal import escape_controls


class Report:
    """Show each step through the agent's logger, then what the run came to.

    Args:
        level: The verbosity level.
        secrets: What error messages must not show.
    """

    def __init__(self, level: int, secrets: Collection[str | None] = ()) -> None:
        self._level = level
        self._secrets = secrets
        self._out = sys.stdout
        self._read: set[int] = set()
        self._files = MediaFiles()

    def alone_on_stdout(self) -> AbstractContextManager[Any]:
        """Return what keeps everybody else's output off standard output, if that has to be, for a `with` block."""
        return nullcontext()

    def begin(self, built: Built, task: str) -> None:
        """Say what does the work."""
        self._logger = built.agent.logger
        for note in built.notes if self._level >= LogLevel.INFO else ():
            say("note", note)
        parts = [f"Model: {built.choice}"]
        if built.executor is not None:
            parts.append(f"Code runs in: {built.executor}")
        names = [name for name in built.agent.tools if name != "final_answer"]
        parts.append(f"Tools: {', '.join(names) or 'none'}")
        self._logger.log_text(" | ".join(parts), LogLevel.INFO, style="dim")

    def event(self, event: StreamEvent) -> None:
        """Show what the agent's logger does not: for debugging, the messages that the model has read."""
        if self._level < LogLevel.DEBUG or not isinstance(event, (ActionStep, PlanningStep)):
            return
        messages = [message for message in event.model_input_messages or () if id(message) not in self._read]
        self._read.update(map(id, messages))
        self._logger.log_text("Read by the model, besides what it had read before:", LogLevel.DEBUG, style="bold")
        self._logger.log_messages(messages, level=LogLevel.DEBUG)

    def end(self, outcome: Outcome) -> None:
        """Print the answer where the agent's logger has not, and what the run took."""
        answer = self._with_paths(outcome.output, "answer")
        if self._level < LogLevel.INFO:
            if outcome.status in ("success", "max_steps"):
                self._print(str(answer))
            return
        for path in self._files.saved:
            self._print(f"Saved: {path}")
        self._print(_summary(outcome))

    def _with_paths(self, value: Any, name: str) -> Any:
        """Return a value with the paths of files in place of its images, sounds and videos."""
        try:
            return self._files.with_paths(value, name)
        except RecursionError:  # it holds itself
            return value
        except Exception as error:  # what a tool returns may be broken in any way
            say("error", f"{name} can't be saved: {one_line(error, self._secrets)}")
            return repr(value)

    def _print(self, text: str) -> None:
        if self._out.isatty():
            text = escape_controls(text)
        encoding = self._out.encoding or "utf-8"
        try:
            print(text.encode(encoding, "replace").decode(encoding), file=self._out, flush=True)
        except BrokenPipeError:  # the reader has gone, as `head` does: the run ends here
            silence(self._out)
            raise SystemExit(1) from None


class QuietReport(Report):
    """Print the answer and nothing else."""

    def alone_on_stdout(self) -> AbstractContextManager[Any]:
        """Return what sends the output of tools to standard error, for a `with` block."""
        return redirect_stdout(sys.stderr)

    def begin(self, built: Built, task: str) -> None:
        """Say nothing."""

    def event(self, event: StreamEvent) -> None:
        """Say nothing."""


def counted(steps: int) -> str:
    """Return a number of steps in words."""
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def _summary(outcome: Outcome) -> str:
    verb = {"success": "Done", "max_steps": "Steps used up", "failed": "Failed", "interrupted": "Interrupted"}
    parts = [counted(outcome.steps), f"{outcome.seconds:.1f} s"]
    usage = outcome.usage
    if usage is not None and usage.total_tokens:
        cached = f", {usage.cached_input_tokens:,} cached" if usage.cached_input_tokens else ""
        parts.append(f"{usage.total_tokens:,} tokens ({usage.input_tokens:,} in{cached}, {usage.output_tokens:,} out)")
        if usage.cost is not None:
            parts.append(format_cost(usage.cost))
    return f"{verb[outcome.status]}: {', '.join(parts)}"
