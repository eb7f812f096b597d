"""The steps of a run: what each of them holds, and the messages that it becomes for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from smolagents.errors import AgentError
from smolagents.messages import ChatMessage, MessageRole
from smolagents.usage import Timing, TokenUsage
from smolagents.utils import make_json_serializable

if TYPE_CHECKING:
    import PIL.Image

RETRY_ADVICE = (
    "\nNow let's retry: take care not to repeat previous errors! If you have retried several times, "
    "try a completely different approach.\n"
)


# A step as plain data; named, since `dict` means the method inside the classes.
Record: TypeAlias = dict[str, Any]


@dataclass
class ToolCall:
    """Name a tool, its arguments and the id that its result answers to."""

    name: str
    arguments: Any
    id: str

    @property
    def tool_name(self) -> str:
        """Return the tool's name."""
        return self.name

    def dict(self) -> Record:
        """Return the call in the form of an API's function call."""
        function = {"name": self.name, "arguments": make_json_serializable(self.arguments)}
        return {"id": self.id, "type": "function", "function": function}


# How often any step was edited after its messages had been read: while it stands still, no memory has to look again.
_edits = 0


def edit_count() -> int:
    """Return how many edits there have been, in all runs together, of steps whose messages had been read."""
    return _edits


@dataclass
class MemoryStep:
    """Hold one step of a run; subclasses say what messages it becomes."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if "_messages" in self.__dict__:
            self.unseal()

    def __getitem__(self, key: str) -> Any:
        if hasattr(self, key):
            return getattr(self, key)
        raise KeyError(key)

    def dict(self) -> Record:
        """Return the step's fields as plain data."""
        return asdict(self)

    def succinct_dict(self) -> Record:
        """Return `dict()` without the messages that the model was sent."""
        return self.dict()

    def record(self) -> Record:
        """Return the step for a memory store: JSON-able, with the name of its class, without its images."""
        plain = {**self.succinct_dict(), "type": type(self).__name__}
        kept: Record = make_json_serializable({key: value for key, value in plain.items() if "images" not in key})
        return kept

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the messages that tell a model about this step; fewer of them in summary mode."""
        raise NotImplementedError(f"{type(self).__name__} must define to_messages(summary_mode)")

    def sealed_messages(self) -> list[ChatMessage]:
        """Return `to_messages()`, made once and again only after an edit."""
        messages: list[ChatMessage] | None = self.__dict__.get("_messages")
        if messages is None:
            messages = self.__dict__["_messages"] = self.to_messages()
        return messages

    def unseal(self) -> None:
        """Note an edit: the messages are made anew when they are read next."""
        global _edits
        if self.__dict__.pop("_messages", None) is not None:
            _edits += 1


@dataclass
class ActionStep(MemoryStep):
    """Hold what the model wrote, what was done about it and what came of it."""

    step_number: int
    timing: Timing
    model_input_messages: Sequence[ChatMessage] | None = None
    tool_calls: list[ToolCall] | None = None
    error: AgentError | None = None
    model_output_message: ChatMessage | None = None
    model_output: str | list[Record] | None = None
    code_action: str | None = None
    observations: str | None = None
    observations_images: list[PIL.Image.Image] | None = None
    action_output: Any = None
    token_usage: TokenUsage | None = None
    is_final_answer: bool = False

    @property
    def success(self) -> bool:
        """Tell whether the step went without error."""
        return self.error is None

    @property
    def number(self) -> int:
        """Return the step's number."""
        return self.step_number

    @property
    def tool(self) -> str | None:
        """Return the name of the step's first tool call."""
        return self.tool_calls[0].name if self.tool_calls else None

    def dict(self) -> Record:
        """Return the step as plain data; images as raw bytes."""
        return self.succinct_dict() | {"model_input_messages": plain_messages(self.model_input_messages, {})}

    def succinct_dict(self) -> Record:
        """Return `dict()` without the messages that the model was sent."""
        return {
            "step_number": self.step_number,
            "timing": self.timing.dict(),
            "tool_calls": [call.dict() for call in self.tool_calls] if self.tool_calls else [],
            "error": self.error.dict() if self.error else None,
            "model_output_message": _plain_message(self.model_output_message),
            "model_output": self.model_output,
            "code_action": self.code_action,
            "observations": self.observations,
            "observations_images": [image.tobytes() for image in self.observations_images]
            if self.observations_images
            else None,
            "action_output": make_json_serializable(self.action_output),
            "token_usage": self.token_usage.dict() if self.token_usage else None,
            "is_final_answer": self.is_final_answer,
        }

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the model's output, its calls, what was observed and what went wrong."""
        messages = []
        output = self.model_output
        if output and not summary_mode:
            content = [_text(output.strip())] if isinstance(output, str) else output
            messages.append(ChatMessage(MessageRole.ASSISTANT, content))
        if self.tool_calls:
            calls = str([call.dict() for call in self.tool_calls])
            messages.append(ChatMessage(MessageRole.TOOL_CALL, [_text("Calling tools:\n" + calls)]))
        if self.observations_images:
            messages.append(ChatMessage(MessageRole.USER, _image_parts(self.observations_images)))
        if self.observations is not None:
            messages.append(ChatMessage(MessageRole.TOOL_RESPONSE, [_text(f"Observation:\n{self.observations}")]))
        if self.error is not None:
            call_id = f"Call id: {self.tool_calls[0].id}\n" if self.tool_calls else ""
            text = f"{call_id}Error:\n{self.error}{RETRY_ADVICE}"
            messages.append(ChatMessage(MessageRole.TOOL_RESPONSE, [_text(text)]))
        return messages


@dataclass
class PlanningStep(MemoryStep):
    """Hold a plan and what it took to make it."""

    model_input_messages: Sequence[ChatMessage]
    model_output_message: ChatMessage
    plan: str
    timing: Timing
    token_usage: TokenUsage | None = None

    def dict(self) -> Record:
        """Return the step as plain data."""
        return self.succinct_dict() | {"model_input_messages": plain_messages(self.model_input_messages, {})}

    def succinct_dict(self) -> Record:
        """Return `dict()` without the messages that the model was sent."""
        return {
            "model_output_message": _plain_message(self.model_output_message),
            "plan": self.plan,
            "timing": self.timing.dict(),
            "token_usage": self.token_usage.dict() if self.token_usage else None,
        }

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the plan and the word to carry it out; nothing in summary mode, so that a new plan starts afresh."""
        if summary_mode:
            return []
        return [
            ChatMessage(MessageRole.ASSISTANT, [_text(self.plan.strip())]),
            ChatMessage(MessageRole.USER, [_text("Now proceed and carry out this plan.")]),
        ]


@dataclass
class TaskStep(MemoryStep):
    """Hold the task of a run, with the images and sounds that belong to it."""

    task: str
    task_images: list[PIL.Image.Image] | None = None
    task_audio: list[Any] | None = field(default=None, repr=False)

    def dict(self) -> Record:
        """Return the step as plain data."""
        return {"task": self.task, "task_images": self.task_images}

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the task and its media as one user message."""
        content = [_text(f"New task:\n{self.task}"), *_image_parts(self.task_images or [])]
        content += [{"type": "audio", "audio": audio} for audio in self.task_audio or []]
        return [ChatMessage(MessageRole.USER, content)]


@dataclass
class SystemPromptStep(MemoryStep):
    """Hold the system prompt."""

    system_prompt: str

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the system message; nothing in summary mode."""
        return [] if summary_mode else [ChatMessage(MessageRole.SYSTEM, [_text(self.system_prompt)])]


@dataclass
class FinalAnswerStep(MemoryStep):
    """Hold the answer of a run: the last event of a stream, not kept in memory."""

    output: Any

    @property
    def final_answer(self) -> Any:
        """Return the answer."""
        return self.output

    def dict(self) -> Record:
        """Return the step as plain data."""
        return {"output": self.output}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _image_parts(images: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"type": "image", "image": image} for image in images]


def _plain_message(message: ChatMessage | None) -> dict[str, Any] | None:
    if message is None:
        return None
    plain: dict[str, Any] = make_json_serializable({**message.dict(), "raw": None})
    return plain


def plain_messages(
    messages: Sequence[ChatMessage] | None, seen: dict[int, dict[str, Any]]
) -> list[dict[str, Any]] | None:
    """Return plain messages, taking those that were made before from `seen` (by the message's id)."""
    if messages is None:
        return None
    plain = []
    for message in messages:
        record = seen.get(id(message))
        if record is None:
            record = seen[id(message)] = _plain_message(message) or {}
        plain.append(record)
    return plain
