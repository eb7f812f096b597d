"""Chat messages: what agents, memory and models hand to each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from smolagents.usage import TokenUsage


class MessageRole(str, Enum):  # noqa: UP042 - not StrEnum: programs know the text "MessageRole.USER" too
    """Name who speaks in a message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL_CALL = "tool-call"
    TOOL_RESPONSE = "tool-response"

    @classmethod
    def roles(cls) -> list[str]:
        """Return the values of all roles."""
        return [role.value for role in cls]


# What an API without roles of our own for tool calls and their results gets instead.
tool_role_conversions: dict[MessageRole, MessageRole] = {
    MessageRole.TOOL_CALL: MessageRole.ASSISTANT,
    MessageRole.TOOL_RESPONSE: MessageRole.USER,
}


@dataclass
class ChatMessageToolCallFunction:
    """Hold the function that a model calls, and its arguments."""

    arguments: Any
    name: str
    description: str | None = None


@dataclass
class ChatMessageToolCall:
    """Hold one tool call of a model's message."""

    function: ChatMessageToolCallFunction
    id: str
    type: str

    def __str__(self) -> str:
        return f"Call: {self.id}: Calling {self.function.name} with arguments: {self.function.arguments}"

    def dict(self) -> dict[str, Any]:
        """Return the call as plain data, in the layout of the OpenAI API."""
        function = {
            "arguments": self.function.arguments,
            "name": self.function.name,
            "description": self.function.description,
        }
        return {"function": function, "id": self.id, "type": self.type}

    @classmethod
    def coerce(cls, call: Any) -> ChatMessageToolCall:
        """Return a tool call made from a dict or from the object of an SDK; one of ours as it is."""
        if isinstance(call, cls):
            return call
        function = _get(call, "function")
        if not isinstance(function, ChatMessageToolCallFunction):
            arguments, name = _get(function, "arguments"), _get(function, "name")
            function = ChatMessageToolCallFunction(arguments, name, _get(function, "description"))
        return cls(function=function, id=_get(call, "id"), type=_get(call, "type") or "function")


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, Mapping) else getattr(data, key, None)


@dataclass
class ChatMessage:
    """Hold one message of a conversation.

    Args:
        role: Who speaks.
        content: The text, or a list of parts: `{"type": "text", "text": …}`, `{"type": "image", "image": …}` with an
            image of PIL, `{"type": "image_url", "image_url": {"url": …}}`, `{"type": "audio", "audio": …}`.
        tool_calls: The tools that the model calls; dicts and an SDK's objects are converted.
        raw: The provider's answer as its SDK returned it.
        token_usage: What the call that made this message used.
    """

    role: MessageRole
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[ChatMessageToolCall] | None = None
    raw: Any | None = None
    token_usage: TokenUsage | None = None

    def __post_init__(self) -> None:
        if self.tool_calls is not None:
            self.tool_calls = [ChatMessageToolCall.coerce(call) for call in self.tool_calls]

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], raw: Any | None = None, token_usage: TokenUsage | None = None
    ) -> ChatMessage:
        """Return the message that a dict of the OpenAI layout describes."""
        role = data.get("role")
        if role in _ROLES:
            role = MessageRole(role)
        return cls(role, data.get("content"), data.get("tool_calls") or None, raw, token_usage)  # type: ignore[arg-type]

    def dict(self) -> dict[str, Any]:
        """Return the message as plain data; `raw` and images are the objects themselves."""
        return {
            "role": self.role,
            "content": self.content,
            "tool_calls": None if self.tool_calls is None else [call.dict() for call in self.tool_calls],
            "raw": self.raw,
            "token_usage": None if self.token_usage is None else self.token_usage.dict(),
        }

    def model_dump_json(self) -> str:
        """Return the message as JSON, without `raw`; images as base64."""
        data = self.dict()
        del data["raw"]
        return json.dumps(data, default=_jsonable)

    def render_as_markdown(self) -> str:
        """Return the content, then every tool call as JSON."""
        rendered = str(self.content) or ""
        if self.tool_calls:
            calls = [{"tool": call.function.name, "arguments": call.function.arguments} for call in self.tool_calls]
            rendered += "\n".join(json.dumps(call, default=str) for call in calls)
        return rendered


_ROLES = frozenset(MessageRole.roles())


def _jsonable(value: Any) -> Any:
    from smolagents.media import encode_image_base64

    return encode_image_base64(value)


@dataclass
class ChatMessageToolCallStreamDelta:
    """Hold a piece of a tool call; the pieces of one call share its index."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: ChatMessageToolCallFunction | None = None


@dataclass
class ChatMessageStreamDelta:
    """Hold a piece of a message that is being generated."""

    content: str | None = None
    tool_calls: list[ChatMessageToolCallStreamDelta] | None = None
    token_usage: TokenUsage | None = None


def agglomerate_stream_deltas(
    stream_deltas: Iterable[ChatMessageStreamDelta], role: MessageRole = MessageRole.ASSISTANT
) -> ChatMessage:
    """Join the pieces of a stream into the message that they are.

    Raises:
        ValueError: A piece of a tool call has no index, so that nothing says which call it belongs to.
    """
    texts: list[str] = []
    usages: list[TokenUsage] = []
    calls: dict[int, ChatMessageToolCallStreamDelta] = {}
    for delta in stream_deltas:
        if delta.content:
            texts.append(delta.content)
        if delta.token_usage:
            usages.append(delta.token_usage)
        for piece in delta.tool_calls or ():
            _add_piece(calls, piece)
    return ChatMessage(
        role=role,
        content="".join(texts),
        tool_calls=[_finished_call(calls[index]) for index in sorted(calls)],
        token_usage=TokenUsage.sum(usages) or TokenUsage(0, 0),
    )


def _add_piece(calls: dict[int, ChatMessageToolCallStreamDelta], piece: ChatMessageToolCallStreamDelta) -> None:
    if piece.index is None:
        raise ValueError(f"A streamed piece of a tool call has no index: {piece}. The model must number its calls.")
    call = calls.setdefault(piece.index, ChatMessageToolCallStreamDelta(index=piece.index))
    call.id = piece.id or call.id
    call.type = piece.type or call.type
    if piece.function is None:
        return
    if call.function is None:
        call.function = ChatMessageToolCallFunction(arguments="", name="")
    call.function.name = piece.function.name or call.function.name
    if piece.function.arguments:
        call.function.arguments += piece.function.arguments


def _finished_call(call: ChatMessageToolCallStreamDelta) -> ChatMessageToolCall:
    function = call.function or ChatMessageToolCallFunction(arguments="", name="")
    return ChatMessageToolCall(function=function, id=call.id or "", type=call.type or "function")


def split_into_deltas(message: ChatMessage) -> Iterator[ChatMessageStreamDelta]:
    """Yield a whole message as a stream would: its words, the parts of its tool calls, then its usage."""
    import re

    for word in re.findall(r"\s*\S+|\s+$", message.content if isinstance(message.content, str) else ""):
        yield ChatMessageStreamDelta(content=word)
    for index, call in enumerate(message.tool_calls or ()):
        arguments = call.function.arguments
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        head = ChatMessageToolCallFunction(name=call.function.name, arguments="")
        yield ChatMessageStreamDelta(tool_calls=[ChatMessageToolCallStreamDelta(index, call.id, call.type, head)])
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            tail = ChatMessageToolCallFunction(name="", arguments=part)
            yield ChatMessageStreamDelta(tool_calls=[ChatMessageToolCallStreamDelta(index, function=tail)])
    if message.token_usage is not None:
        yield ChatMessageStreamDelta(content="", token_usage=message.token_usage)


def parse_json_if_needed(arguments: Any) -> Any:
    """Return what a JSON string says; anything else, and a string that is no JSON, as it is."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def text_of(message: ChatMessage) -> str:
    """Return the text of a message: its content, or the text parts of it joined by newlines."""
    content = message.content
    if isinstance(content, str) or content is None:
        return content or ""
    return "\n".join(part["text"] for part in content if part.get("type") == "text")
