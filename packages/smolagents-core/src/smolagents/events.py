"""What a run reports while it goes on. Agents yield these; the console, UIs and telemetry listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from smolagents.messages import ChatMessage, ChatMessageStreamDelta
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep, ToolCall


@dataclass(slots=True)
class RunStarted:
    """Report the task of a run that begins."""

    task: str
    subtitle: str
    title: str | None = None


@dataclass(slots=True)
class StepStarted:
    """Report that a step begins."""

    step_number: int


@dataclass(slots=True)
class ModelReplied:
    """Report a whole reply of the model."""

    message: ChatMessage


@dataclass
class ActionOutput:
    """Report what an action came to."""

    output: Any
    is_final_answer: bool


@dataclass
class ToolOutput:
    """Report what one tool call came to."""

    id: str
    output: Any
    is_final_answer: bool
    observation: str
    tool_call: ToolCall


# What `run(stream=True)` hands to its caller.
StreamEvent: TypeAlias = (
    ChatMessageStreamDelta | ToolCall | ToolOutput | ActionOutput | ActionStep | PlanningStep | FinalAnswerStep
)

# What only listeners get.
Notice: TypeAlias = RunStarted | StepStarted | ModelReplied
NOTICES = (RunStarted, StepStarted, ModelReplied)

Event: TypeAlias = StreamEvent | Notice
