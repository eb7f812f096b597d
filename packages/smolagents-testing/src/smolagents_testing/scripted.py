"""A model that says what a test tells it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from smolagents.concurrency import wait_for
from smolagents.messages import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
    split_into_deltas,
)
from smolagents.models import Model
from smolagents.usage import TokenUsage

Messages: TypeAlias = Sequence[ChatMessage | dict[str, Any]]
Reply: TypeAlias = (
    str
    | ChatMessage
    | ChatMessageToolCall
    | list[ChatMessageToolCall]
    | BaseException
    | Callable[[Messages], "Reply | Awaitable[Reply]"]
)


def code(source: str, thought: str = "I run code.") -> str:
    """Return a reply that holds a code action, the way a CodeAgent's model writes it."""
    return f"Thought: {thought}\n<code>\n{source}\n</code>"


def tool_call(name: str, /, call_id: str = "", **arguments: Any) -> ChatMessageToolCall:
    """Return a tool call; several in a list are one reply that makes them all."""
    function = ChatMessageToolCallFunction(name=name, arguments=json.dumps(arguments))
    return ChatMessageToolCall(function=function, id=call_id, type="function")


@dataclass
class ModelCall:
    """Record one call of a model."""

    messages: list[ChatMessage | dict[str, Any]]
    stop_sequences: list[str] | None = None
    response_format: dict[str, Any] | None = None
    tools_to_call_from: list[Any] | None = None
    streamed: bool = False
    kwargs: dict[str, Any] = field(default_factory=dict)


class ScriptedModel(Model):
    """Give one reply after the other, and record every call.

    Safe to share between threads and tasks. Streams what it says word by word, and answers async callers natively.

    Args:
        replies: What to say, call by call: a text, a message, a tool call or a list of them, an exception to raise,
            or a function that gets the messages and returns one of these (or a coroutine of one).
        per_run: Choose each reply by the number of model's turns in the messages instead of by the number of calls,
            so that one instance serves any number of runs, at the same time too.
        usage: Token usage of every reply that brings none of its own.
        model_id: Name of the model.
    """

    def __init__(
        self,
        replies: Sequence[Reply],
        *,
        per_run: bool = False,
        usage: TokenUsage | None = TokenUsage(10, 5),
        model_id: str = "scripted",
    ) -> None:
        super().__init__(model_id=model_id)
        self.replies = [replies] if isinstance(replies, str) else list(replies)
        self.per_run = per_run
        self.usage = usage
        self.calls: list[ModelCall] = []
        self._lock = threading.Lock()

    def generate(self, messages: Messages, *args: Any, **kwargs: Any) -> ChatMessage:
        """Return the next reply, or raise it if it is an exception."""
        position, reply = self._next(_call(messages, *args, **kwargs))
        while not isinstance(reply, _DATA):
            answer = reply(messages)
            reply = wait_for(answer) if isinstance(answer, Awaitable) else answer
        return self._message(position, reply)

    def generate_stream(self, messages: Messages, *args: Any, **kwargs: Any) -> Iterator[ChatMessageStreamDelta]:
        """Yield the next reply in pieces."""
        yield from split_into_deltas(self.generate(messages, *args, _streamed=True, **kwargs))

    async def agenerate(self, messages: Messages, *args: Any, **kwargs: Any) -> ChatMessage:
        """Return the next reply without leaving the event loop."""
        position, reply = self._next(_call(messages, *args, **kwargs))
        while not isinstance(reply, _DATA):
            answer = reply(messages)
            reply = await answer if isinstance(answer, Awaitable) else answer
        return self._message(position, reply)

    async def agenerate_stream(
        self, messages: Messages, *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        """Yield the next reply in pieces without leaving the event loop."""
        for delta in split_into_deltas(await self.agenerate(messages, *args, _streamed=True, **kwargs)):
            yield delta

    def _next(self, call: ModelCall) -> tuple[int, Reply]:
        with self._lock:
            position = turns_of_model(call.messages) if self.per_run else len(self.calls)
            self.calls.append(call)
        if position >= len(self.replies):
            last = str(call.messages[-1])[-2000:] if call.messages else "none"
            raise AssertionError(
                f"The script has {len(self.replies)} replies, and reply {position + 1} was asked for. "
                f"Last message: {last}"
            )
        return position, self.replies[position]

    def _message(self, position: int, reply: Any) -> ChatMessage:
        if isinstance(reply, BaseException):
            raise reply
        message = as_message(reply)
        # A copy: the agent may change what it gets, and another run may get the same reply.
        calls = [_numbered(deepcopy(call), position, index) for index, call in enumerate(message.tool_calls or ())]
        return replace(message, tool_calls=calls or None, token_usage=message.token_usage or self.usage)


_DATA = (str, ChatMessage, ChatMessageToolCall, list, BaseException)


def as_message(reply: str | ChatMessage | ChatMessageToolCall | list[ChatMessageToolCall]) -> ChatMessage:
    """Return a scripted reply as the message of a model."""
    if isinstance(reply, str):
        return ChatMessage(MessageRole.ASSISTANT, reply)
    if isinstance(reply, ChatMessageToolCall):
        reply = [reply]
    return ChatMessage(MessageRole.ASSISTANT, tool_calls=reply) if isinstance(reply, list) else reply


def turns_of_model(messages: Messages) -> int:
    """Return how often the model has spoken in a conversation."""
    spoken = {MessageRole.ASSISTANT, MessageRole.TOOL_CALL}
    turns, was_model = 0, False
    for message in messages:
        role = message["role"] if isinstance(message, dict) else message.role
        is_model = role in spoken
        turns += is_model and not was_model
        was_model = is_model
    return turns


def _call(
    messages: Messages,
    stop_sequences: list[str] | None = None,
    response_format: dict[str, Any] | None = None,
    tools_to_call_from: list[Any] | None = None,
    _streamed: bool = False,
    **kwargs: Any,
) -> ModelCall:
    return ModelCall(list(messages), stop_sequences, response_format, tools_to_call_from, _streamed, kwargs)


def _numbered(call: ChatMessageToolCall, position: int, index: int) -> ChatMessageToolCall:
    call.id = call.id or f"call_{position + 1}_{index + 1}"
    return call
