"""What both drivers share: reporting events, reading replies, telling the observers."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isawaitable
from typing import Any

from smolagents import plugins
from smolagents.concurrency import wait_for
from smolagents.events import NOTICES, Event, StreamEvent
from smolagents.messages import ChatMessage, MessageRole
from smolagents.requests import CallModel
from smolagents.run import Run
from smolagents.usage import Timing, TokenUsage

_COUNTS = ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens", "cost")


def report(run: Run, event: Event) -> Sequence[StreamEvent]:
    """Tell the listeners of an event and return what of it the caller of a stream sees."""
    for listener in run.listeners:
        listener(event)
    return () if isinstance(event, NOTICES) else (event,)


def as_message(reply: Any) -> ChatMessage:
    """Return a model's reply as a message: a string is its text, and an SDK's own message only looks like one of ours.

    Raises:
        TypeError: It is nothing of the kind, or counts its tokens in another form than ours.
    """
    if isinstance(reply, ChatMessage):
        _check_usage(reply.token_usage)
        return reply
    if isinstance(reply, str):
        return ChatMessage(MessageRole.ASSISTANT, reply)
    if not hasattr(reply, "content"):
        raise TypeError(f"The model returned {type(reply).__name__}: its `generate` must return a ChatMessage.")
    calls, usage = getattr(reply, "tool_calls", None), getattr(reply, "token_usage", None)
    _check_usage(usage)
    return ChatMessage(MessageRole.ASSISTANT, reply.content, calls or None, raw=reply, token_usage=usage)


def _check_usage(usage: Any) -> None:
    if usage is None or isinstance(usage, TokenUsage) or all(hasattr(usage, name) for name in _COUNTS):
        return
    raise TypeError(f"The model's token_usage is {type(usage).__name__}: it must be a TokenUsage, or None.")


def resolved(value: Any) -> Any:
    """Return a value, or what it comes to if it has to be awaited."""
    return wait_for(value) if isawaitable(value) else value


class ModelCall:
    """Tell the observers of a model call when the `with` block around it ends."""

    __slots__ = ("_asked", "_run", "_timing", "reply")

    def __init__(self, run: Run, asked: CallModel) -> None:
        self._run = run
        self._asked = asked
        self.reply: ChatMessage | None = None

    def __enter__(self) -> ModelCall:
        self._timing = Timing.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if plugins.observes("model_called"):
            self._timing.stop()
            plugins.notify(
                "model_called",
                agent=self._run.agent,
                run_id=self._run.id,
                messages=self._asked.messages,
                reply=self.reply,
                error=error,
                timing=self._timing,
            )
