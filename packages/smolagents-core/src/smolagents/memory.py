"""What a run remembers: its steps, and the messages that they are for the model.

Messages are appended as steps finish and never rebuilt, so a step costs the same however long the run is. A step that
is edited afterwards (a callback that drops old screenshots, say) starts a new message list; earlier steps keep the one
they were sent with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from smolagents.messages import ChatMessage
from smolagents.monitoring import LogLevel
from smolagents.steps import (
    ActionStep,
    FinalAnswerStep,
    MemoryStep,
    PlanningStep,
    SystemPromptStep,
    TaskStep,
    ToolCall,
    edit_count,
    plain_messages,
)
from smolagents.usage import Timing, TokenUsage

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

__all__ = [
    "ActionStep",
    "AgentMemory",
    "CallbackRegistry",
    "FinalAnswerStep",
    "MemoryStep",
    "PlanningStep",
    "SystemPromptStep",
    "TaskStep",
    "Timing",
    "TokenUsage",
    "ToolCall",
]


class StepList(list[MemoryStep]):
    """Count every change other than appending, so that memory knows when its messages are stale."""

    rewrites = 0


def _counted(name: str) -> Callable[..., Any]:
    change = getattr(list, name)

    def method(self: StepList, *args: Any, **kwargs: Any) -> Any:
        self.rewrites += 1
        return change(self, *args, **kwargs)

    return method


for _name in ("__setitem__", "__delitem__", "__imul__", "insert", "pop", "remove", "clear", "reverse", "sort"):
    setattr(StepList, _name, _counted(_name))


class MessageView(Sequence[ChatMessage]):
    """Show the first messages of a list that grows: what one step saw, without a copy."""

    __slots__ = ("_end", "_messages")

    def __init__(self, messages: list[ChatMessage]) -> None:
        self._messages = messages
        self._end = len(messages)

    def __len__(self) -> int:
        return self._end

    @overload
    def __getitem__(self, index: int) -> ChatMessage: ...
    @overload
    def __getitem__(self, index: slice) -> list[ChatMessage]: ...
    def __getitem__(self, index: int | slice) -> ChatMessage | list[ChatMessage]:
        if isinstance(index, slice):
            return [self._messages[position] for position in range(*index.indices(self._end))]
        return self._messages[range(self._end)[index]]

    def __iter__(self) -> Iterator[ChatMessage]:
        return iter(self._messages[: self._end])

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (list, MessageView)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Sequence[ChatMessage]) -> list[ChatMessage]:
        return [*self, *other]

    def __radd__(self, other: Sequence[ChatMessage]) -> list[ChatMessage]:
        return [*other, *self]

    def __repr__(self) -> str:
        return repr(list(self))


class MessageLog:
    """Hold the messages of a memory's steps so far, and tell when an edit has made them stale."""

    def __init__(self, memory: AgentMemory, first: int) -> None:
        self.messages: list[ChatMessage] = []
        self.first = first
        self._taken = first
        self._edits = edit_count()
        self._rewrites = memory.steps.rewrites
        self._sources: list[MemoryStep] = []
        self._pictured: list[tuple[MemoryStep, list[Any], int]] = []
        self._take(memory.system_prompt)

    def catch_up(self, memory: AgentMemory) -> None:
        """Append the messages of the steps that have come since."""
        for step in memory.steps[self._taken :]:
            self._take(step)
        self._taken = len(memory.steps)

    def is_stale(self, memory: AgentMemory) -> bool:
        """Tell whether a step that was read already has been edited, replaced or removed."""
        if self._rewrites != memory.steps.rewrites or self._sources[0] is not memory.system_prompt:
            return True
        for step, images, count in self._pictured:
            if len(images) != count:
                step.unseal()
        if self._edits == edit_count():
            return False
        self._edits = edit_count()
        return any("_messages" not in step.__dict__ for step in self._sources)

    def _take(self, step: MemoryStep) -> None:
        self._sources.append(step)
        self.messages.extend(step.sealed_messages())
        images = getattr(step, "observations_images", None) or getattr(step, "task_images", None)
        if images:
            self._pictured.append((step, images, len(images)))


class AgentMemory:
    """Keep the system prompt and the steps of a run.

    Args:
        system_prompt: Text of the system prompt.
    """

    def __init__(self, system_prompt: str) -> None:
        self.system_prompt: SystemPromptStep = SystemPromptStep(system_prompt=system_prompt)
        self._steps = StepList()
        self._log: MessageLog | None = None

    @property
    def steps(self) -> StepList:
        """Return the steps; edits of the list and of its steps reach the model's next call."""
        return self._steps

    @steps.setter
    def steps(self, steps: Sequence[MemoryStep]) -> None:
        if steps is not self._steps:
            self._steps = StepList(steps)
            self._log = None

    def reset(self) -> None:
        """Forget all steps, keep the system prompt."""
        self.steps = []

    def to_messages(self, summary_mode: bool = False, first: int = 0) -> Sequence[ChatMessage]:
        """Return the messages of the system prompt and of the steps from `first` on."""
        if summary_mode:
            steps = [self.system_prompt, *self.steps[first:]]
            return [message for step in steps for message in step.to_messages(summary_mode=True)]
        if self._log is None or self._log.first != first or self._log.is_stale(self):
            self._log = MessageLog(self, first)
        self._log.catch_up(self)
        return MessageView(self._log.messages)

    def get_succinct_steps(self) -> list[dict[str, Any]]:
        """Return the steps as plain data, without the messages that the model was sent."""
        return [step.succinct_dict() for step in self.steps]

    def get_full_steps(self) -> list[dict[str, Any]]:
        """Return the steps as plain data; a message that several steps were sent is one object in all of them."""
        return full_records(self.steps)

    def replay(self, logger: AgentLogger, detailed: bool = False) -> None:
        """Print the steps again; with `detailed`, also the messages that each of them was sent."""
        logger.log_rule("Replay")
        if detailed:
            logger.log_markdown(self.system_prompt.system_prompt, title="System prompt", level=LogLevel.ERROR)
        for step in self.steps:
            if isinstance(step, TaskStep):
                logger.log_task(step.task, "", level=LogLevel.ERROR)
                continue
            plan = isinstance(step, PlanningStep)
            logger.log_rule("Planning step" if plan else f"Step {getattr(step, 'step_number', '')}", LogLevel.ERROR)
            if detailed:
                logger.log_messages(getattr(step, "model_input_messages", None) or [], level=LogLevel.ERROR)
            _replay_step(step, logger)

    def return_full_code(self) -> str:
        """Return the code of all actions, joined by blank lines."""
        actions = (step.code_action for step in self.steps if isinstance(step, ActionStep))
        return "\n\n".join(code for code in actions if code is not None)


def full_records(steps: Sequence[MemoryStep]) -> list[dict[str, Any]]:
    """Return steps as plain data; a message that several of them were sent is one object in all of them."""
    seen: dict[int, dict[str, Any]] = {}
    records = []
    for step in steps:
        record = step.succinct_dict()
        if isinstance(step, (ActionStep, PlanningStep)):
            record["model_input_messages"] = plain_messages(step.model_input_messages, seen)
        records.append(record)
    return records


class CallbackRegistry:
    """Map classes of steps to the callbacks that run when such a step has finished."""

    def __init__(self) -> None:
        self._callbacks: dict[type[MemoryStep], list[Callable[..., Any]]] = {}

    def register(self, step_cls: type[MemoryStep], callback: Callable[..., Any]) -> None:
        """Run the callback after each step of this class or of a subclass."""
        self._callbacks.setdefault(step_cls, []).append(callback)

    def callbacks_for(self, step: MemoryStep) -> Iterator[Callable[..., Any]]:
        """Return the callbacks of a step, those of its own class first."""
        for cls in type(step).__mro__:
            yield from self._callbacks.get(cls, ())

    def callback(self, memory_step: MemoryStep, **kwargs: Any) -> None:
        """Run the callbacks of a step; one with a single parameter gets the step, others also the keyword arguments."""
        for callback in self.callbacks_for(memory_step):
            callback(memory_step, **(kwargs if takes_keywords(callback) else {}))


def takes_keywords(callback: Callable[..., Any]) -> bool:
    """Tell whether a step callback wants more than the step."""
    import inspect

    return len(inspect.signature(callback).parameters) != 1


def _replay_step(step: MemoryStep, logger: AgentLogger) -> None:
    for title, name in (("Plan", "plan"), ("Agent output", "model_output"), ("Observations", "observations")):
        text = getattr(step, name, None)
        if text:
            logger.log_markdown(str(text), title=f"{title}:", level=LogLevel.ERROR)
    if getattr(step, "error", None) is not None:
        logger.log_error(str(step["error"]))
