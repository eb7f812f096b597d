"""Play a recording of model turns: a run without a model behind it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole, split_into_deltas
from smolagents.models.base import Model
from smolagents.models.cleaning import get_clean_message_list
from smolagents.usage import TokenUsage

if TYPE_CHECKING:
    from smolagents.models.base import Messages


class ReplayModel(Model):
    """Answer with recorded turns, each of them once.

    The turns are played in the order of the calls to this instance, whoever makes them: a second run goes on where the
    first has ended, and of runs at the same time each call gets whichever turn is next. Give each run an instance of
    its own, or use `check_prompt`, with which every call gets the turn of its own prompt, in any order.

    Args:
        model_id: Path of a recording: JSON lines, or a JSON list. A turn is a string, or an object with `content`,
            `tool_calls`, `token_usage` and, for `check_prompt`, `prompt` (see `prompt_digest`).
        turns: The turns themselves, instead of a file.
        check_prompt: Answer only prompts that are in the recording.
        **kwargs: As in `Model`.

    Raises:
        ValueError: There is no recording, or it can't be read.
    """

    def __init__(
        self,
        model_id: str | Path | None = None,
        turns: Sequence[str | dict[str, Any]] | None = None,
        check_prompt: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_id=None if model_id is None else str(model_id), **kwargs)
        if (self.model_id is None) == (turns is None):
            raise ValueError("ReplayModel needs a recording: either model_id=<path of a .jsonl file> or turns=[…].")
        self.turns = turns
        self.check_prompt = check_prompt
        self._recorded = [_turn(turn) for turn in (_read(Path(self.model_id)) if self.model_id else turns or ())]
        self._left = list(range(len(self._recorded)))
        self._lock = threading.Lock()

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Any] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return the next turn of the recording.

        Raises:
            RuntimeError: All turns have been played, or none was recorded for this prompt.
        """
        turn = self._take(messages)
        usage = turn.get("token_usage")
        return ChatMessage.from_dict(turn, raw=turn, token_usage=None if usage is None else _usage(usage))

    def generate_stream(self, messages: Messages, *args: Any, **kwargs: Any) -> Iterator[ChatMessageStreamDelta]:
        """Yield the next turn in pieces."""
        yield from split_into_deltas(self.generate(messages, *args, **kwargs))

    def _take(self, messages: Messages) -> dict[str, Any]:
        digest = prompt_digest(messages) if self.check_prompt else None
        with self._lock:
            for position in self._left:
                if digest is None or self._recorded[position].get("prompt") == digest:
                    self._left.remove(position)
                    return self._recorded[position]
        where = self.model_id or "turns"
        if digest is not None and self._left:
            raise RuntimeError(
                f"The recording {where} has no turn left for this prompt (digest {digest}): the task, the tools or "
                "what they returned differ from the recorded run. Record it again with RecordingModel, or replay it "
                "without check_prompt."
            )
        raise RuntimeError(
            f"The recording {where} is exhausted: all {len(self._recorded)} turns have been played and another was "
            "asked for. The run takes another course than the recorded one: record it again with RecordingModel."
        )


def prompt_digest(messages: Messages) -> str:
    """Return the SHA-256 (hex) of a conversation, in which recordings remember what a turn answered."""
    clean = get_clean_message_list(messages, convert_images_to_image_urls=True)
    return hashlib.sha256(json.dumps(clean, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(
            f"Can't read the recording {path}: {error.strerror}. Pass the path of a .jsonl file."
        ) from error
    if text.lstrip().startswith("["):
        return _parse(text, str(path))  # type: ignore[no-any-return]
    lines = enumerate(text.splitlines(), start=1)
    return [_parse(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"The recording {where} is no JSON: {error}.") from error


def _turn(turn: Any) -> dict[str, Any]:
    if isinstance(turn, str):
        turn = {"content": turn}
    if not isinstance(turn, dict) or not turn.keys() & {"content", "tool_calls"}:
        raise ValueError(f"A recorded turn is a string or an object with content or tool_calls, not {turn!r}.")
    return {"role": MessageRole.ASSISTANT.value, **turn}


def _usage(counts: dict[str, Any]) -> TokenUsage:
    return TokenUsage(**{name: count for name, count in counts.items() if name != "total_tokens"})
