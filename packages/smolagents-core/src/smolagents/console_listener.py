"""The listener that shows a run while it goes on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import AgentText, AgentType, loaded_class
from smolagents.monitoring import YELLOW_HEX, AgentLogger, LogLevel, is_silent
from smolagents.terminal import escape_controls

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live

_LOGS = "Execution logs:\n"
_LAST_OUTPUT = "Last output from code snippet:\n"
_REFUSED_IMPORT = re.compile(r"Import of ([\w.]+) is not allowed")
_OPENING_TAG = re.compile(r"\n[ \t]*(?:<[^<>\n]*>|`{3,}\w*|~{3,}\w*)\s*\Z")

# Two live displays in one terminal overwrite each other, so there is one at a time.
_live_display = threading.Lock()


class ConsoleListener:
    """Show the events of one run through a logger.

    Args:
        logger: What prints; its public methods are called, so that a subclass can print in its own way.
    """

    def __init__(self, logger: AgentLogger) -> None:
        self._logger = logger
        self._stream: _Stream | None = None
        self._reply = ""  # the streamed reply, until what it led to is shown
        self._reply_is_visible = False
        self._calls = 0
        self._output: Any = None  # the ActionOutput of this step
        self._answered = False
        self._handlers: dict[str, Callable[[Any], None]] = {
            "RunStarted": self._run_started,
            "StepStarted": self._step_started,
            "ChatMessageStreamDelta": self._delta,
            "ModelReplied": self._model_replied,
            "ToolCall": self._tool_call,
            "ToolOutput": self._tool_output,
            "ActionOutput": self._action_output,
            "ActionStep": self._step_ended,
            "PlanningStep": self._planned,
            "FinalAnswerStep": self._finished,
        }

    def __call__(self, event: Any) -> None:
        """Show one event."""
        name = type(event).__name__
        if is_silent(self._logger, LogLevel.INFO):
            if name == "ActionStep" and event.error is not None:
                self._logger.log_error(event.error.message)
            return
        if self._stream is not None and name != "ChatMessageStreamDelta":
            self.close()
        handler = self._handlers.get(name)
        if handler is not None:
            handler(event)

    def close(self) -> None:
        """End the live display of a reply; for a run that is left before its reply is complete."""
        if self._stream is not None:
            self._reply, self._reply_is_visible = self._stream.end()
            self._stream = None

    def _run_started(self, event: Any) -> None:
        self._logger.log_task(event.task.strip(), event.subtitle, event.title, level=LogLevel.INFO)

    def _step_started(self, event: Any) -> None:
        self._calls = 0
        self._output = None
        self._logger.log_rule(f"Step {event.step_number}", level=LogLevel.INFO)

    def _delta(self, event: Any) -> None:
        if not event.content:
            return
        if self._stream is None:
            self._stream = _Stream(self._logger)
        self._stream.add(event.content)

    def _model_replied(self, event: Any) -> None:
        if self._reply or is_silent(self._logger, LogLevel.DEBUG):
            return
        from smolagents.messages import text_of

        if text := text_of(event.message).strip():
            self._logger.log_markdown(text, title="Model output:", level=LogLevel.DEBUG)

    def _tool_call(self, event: Any) -> None:
        if event.name == "python_interpreter" and isinstance(event.arguments, str):
            self._code(event.arguments)
            return
        self._show_reply()
        self._calls += 1
        text = f"Calling tool: '{event.name}' with arguments: {event.arguments}"
        if self._logger.is_plain:
            self._logger.log_text(text)
            return
        from rich.panel import Panel
        from rich.text import Text

        self._logger.log(Panel(Text(escape_controls(text)), border_style="dim"), level=LogLevel.INFO)

    def _code(self, code: str) -> None:
        thought, found, _ = self._reply.partition(code)
        if self._reply_is_visible and found:
            self._reply = ""
            return
        if found:
            self._reply = _OPENING_TAG.sub("", "\n" + thought).strip()
        self._show_reply()
        self._logger.log_code("Executing parsed code:", code, level=LogLevel.INFO)

    def _show_reply(self) -> None:
        """Print a reply that was streamed to a live display, which is gone by now."""
        if self._reply and not self._reply_is_visible:
            self._logger.log_markdown(self._reply, level=LogLevel.INFO)
        self._reply = ""

    def _tool_output(self, event: Any) -> None:
        if event.is_final_answer:
            return
        source = f" from '{event.tool_call.name}'" if self._calls > 1 else ""
        self._logger.log_text(f"Observations{source}: {event.observation}")

    def _action_output(self, event: Any) -> None:
        self._output = event

    def _step_ended(self, step: Any) -> None:
        self._show_reply()
        final = self._output is not None and self._output.is_final_answer and step.error is None
        if step.code_action is not None and step.observations:
            logs, _, last_output = step.observations.partition(_LAST_OUTPUT)
            if printed := logs.removeprefix(_LOGS).strip("\n"):
                self._logger.log_text(_LOGS.strip(), style="bold")
                self._logger.log_text(printed)
            if last_output not in ("", "None") and not final:
                self._logger.log_text(f"Out: {last_output}")
        if final:
            self._answer(self._output.output)
        if step.error is not None:
            self._logger.log_error(step.error.message)
            if refused := _REFUSED_IMPORT.search(step.error.message):
                package, dot, _ = refused[1].partition(".")
                name = f"{package}.*" if dot else package
                self._logger.log_text(
                    f'To allow it, pass `additional_authorized_imports=["{name}"]` to the CodeAgent, or '
                    f'`--imports "{name}"` to smolagent.',
                    style="bold",
                )

    def _planned(self, step: Any) -> None:
        if not self._reply or not self._reply_is_visible:
            self._logger.log_rule("Plan", level=LogLevel.INFO)
            self._logger.log_markdown(step.plan, level=LogLevel.INFO)
        self._reply = ""

    def _finished(self, step: Any) -> None:
        self._show_reply()
        if not self._answered:
            self._answer(step.output)

    def _answer(self, output: Any) -> None:
        self._answered = True
        self._logger.log_text(f"Final answer: {_readable(output)}", style=f"bold {YELLOW_HEX}")


def _readable(answer: Any) -> str:
    """Return an answer as text; an image, a sound or a video without file is named, since nobody asked for a file."""
    if isinstance(answer, AgentText) or getattr(answer, "_path", None) is not None:
        return str(answer)
    if isinstance(answer, loaded_class("PIL.Image", "Image")):
        return f"an image of {answer.width} x {answer.height} pixels"
    return f"of type {type(answer).__name__}" if isinstance(answer, AgentType) else str(answer)


class _Stream:
    """Show a reply while it comes: in a live display that goes away at the end, or as plain text that stays."""

    def __init__(self, logger: AgentLogger) -> None:
        self._logger = logger
        self._parts: list[str] = []
        self._plain = logger.is_plain
        self._live: Live | None = None
        if not self._plain and _live_display.acquire(blocking=False):
            from rich.live import Live

            self._live = Live(self, console=logger.console, refresh_per_second=8, transient=True)
            self._live.start()

    def add(self, content: str) -> None:
        """Show a piece of the reply."""
        self._parts.append(content)
        if self._plain:
            self._logger.log_text(content, end="")

    def end(self) -> tuple[str, bool]:
        """Return the reply, and whether it has stayed visible."""
        if self._live is not None:
            self._live.stop()
            _live_display.release()
        elif self._plain and not self._parts[-1].endswith("\n"):
            self._logger.log_text("")
        return "".join(self._parts), self._plain

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # A live display that is higher than the screen can't be erased, so only the end is shown.
        from rich.segment import Segment
        from rich.text import Text

        height = max(console.height - 2, 1)
        recent = "".join(self._parts)[-height * console.width :]
        for line in console.render_lines(Text(escape_controls(recent)), options, pad=False)[-height:]:
            yield from line
            yield Segment.line()
