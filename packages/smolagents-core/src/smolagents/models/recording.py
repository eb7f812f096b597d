"""Record what a model says, for `ReplayModel` to play."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage, ChatMessageStreamDelta, agglomerate_stream_deltas
from smolagents.models.replay import prompt_digest

if TYPE_CHECKING:
    from smolagents.models.base import Messages


class RecordingModel:
    """Pass every call on to a model and write each of its turns to a file, as one line of JSON.

    It has the same methods and attributes as the model. A call that fails, and a stream that is not read to its end,
    leave no turn.

    Args:
        model: The model to record.
        path: File to write; an older recording there is replaced.
    """

    def __init__(self, model: Any, path: str | Path) -> None:
        self.model = model
        self.path = Path(path)
        self.path.write_text("", encoding="utf-8")
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        # Only what the model has: callers ask with `hasattr` whether it can stream.
        if name == "model":
            raise AttributeError(name)
        value = getattr(self.model, name)
        return getattr(self, f"_{name}") if name in ("generate_stream", "agenerate", "agenerate_stream") else value

    def __repr__(self) -> str:
        return f"RecordingModel({self.model!r}, {str(self.path)!r})"

    def __call__(self, *args: Any, **kwargs: Any) -> ChatMessage:
        """Return what `generate` returns."""
        return self.generate(*args, **kwargs)

    def generate(self, messages: Messages, *args: Any, **kwargs: Any) -> ChatMessage:
        """Return the model's answer."""
        return self._write(messages, self.model.generate(messages, *args, **kwargs))

    def _generate_stream(self, messages: Messages, *args: Any, **kwargs: Any) -> Iterator[ChatMessageStreamDelta]:
        deltas = []
        for delta in self.model.generate_stream(messages, *args, **kwargs):
            deltas.append(delta)
            yield delta
        self._write(messages, agglomerate_stream_deltas(deltas))

    async def _agenerate(self, messages: Messages, *args: Any, **kwargs: Any) -> ChatMessage:
        return self._write(messages, await self.model.agenerate(messages, *args, **kwargs))

    async def _agenerate_stream(
        self, messages: Messages, *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        deltas = []
        async for delta in self.model.agenerate_stream(messages, *args, **kwargs):
            deltas.append(delta)
            yield delta
        self._write(messages, agglomerate_stream_deltas(deltas))

    def _write(self, messages: Messages, message: ChatMessage) -> ChatMessage:
        turn: dict[str, Any] = {"content": message.content}
        if message.tool_calls:
            turn["tool_calls"] = [call.dict() for call in message.tool_calls]
        if message.token_usage:
            turn["token_usage"] = message.token_usage.dict()
        turn["prompt"] = prompt_digest(messages)
        line = json.dumps(turn, ensure_ascii=False)
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return message
