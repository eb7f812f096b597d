"""What came of a run, as its events tell."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from smolagents.errors import AgentGenerationError, AgentMaxStepsError
from smolagents.events import StreamEvent
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep, ToolCall
from smolagents.usage import TokenUsage

Status = Literal["success", "max_steps", "failed", "interrupted"]


@dataclass
class Outcome:
    """Hold what came of a run.

    Args:
        status: "success", "max_steps" (they were used up and the output is a best guess), "failed" or "interrupted".
        output: The answer; None if there is none.
        error: What ended the run instead of an answer.
        steps: How many steps were taken.
        seconds: How long it took.
        usage: What the model calls have used, as far as they told.
    """

    status: Status
    output: Any
    error: BaseException | None
    steps: int
    seconds: float
    usage: TokenUsage | None


class Progress:
    """Follow a run by its events."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._usages: list[TokenUsage | None] = []
        self._steps = 0
        self._answered = False
        self._used_up = False
        self._output: Any = None
        self.waiting_for = "the model"

    def note(self, event: StreamEvent) -> None:
        """Take in an event of the run."""
        if isinstance(event, ToolCall):
            self.waiting_for = "the code" if event.name == "python_interpreter" else f"the tool {event.name}"
        elif isinstance(event, (ActionStep, PlanningStep)):
            self.waiting_for = "the model"
            self._usages.append(event.token_usage)
            self._used_up = isinstance(event, ActionStep) and isinstance(event.error, AgentMaxStepsError)
            self._steps += isinstance(event, ActionStep) and not self._used_up
        elif isinstance(event, FinalAnswerStep):
            self._answered = True
            self._output = event.output

    def outcome(self, error: BaseException | None, interrupted: bool) -> Outcome:
        """Return what came of the run.

        Args:
            error: What left the run.
            interrupted: Whether the user has asked for its end.
        """
        status: Status = "failed"
        if self._answered:
            status = "max_steps" if self._used_up else "success"
        elif interrupted and not isinstance(error, AgentGenerationError):
            status = "interrupted"
        seconds = time.monotonic() - self._started
        return Outcome(status, self._output, error, self._steps, seconds, TokenUsage.sum(self._usages))
