"""Read answers in the layout of OpenAI's chat completions, which most SDKs and servers share.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from smolagents.messages import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
)
from smolagents.models.stopping import StreamCutter, remove_content_after_stop_sequences
from smolagents.usage import TokenUsage

_LONGEST_REASON = 300


def read_completion(response: Any, stop_sequences: Sequence[str] | None = None) -> ChatMessage:
    """Return the message of a chat completion, cut at the first stop sequence.

    Raises:
        RuntimeError: The response holds no choice.
    """
    if not getattr(response, "choices", None):  # the SDK gives what is no JSON at all as text
        reason = getattr(response, "error", None) or " ".join(str(response).split())[:_LONGEST_REASON]
        raise RuntimeError(f"The model's server answered without a completion: {reason}")
    data = response.choices[0].message.model_dump(include={"role", "content", "tool_calls", "refusal"})
    content = data.get("content") or data.get("refusal")
    if isinstance(content, list):  # Mistral's reasoning models answer in parts
        content = "".join(part.get("text", "") for part in content if part.get("type") == "text")
    data["content"] = remove_content_after_stop_sequences(content, stop_sequences)
    data["role"] = data.get("role") or "assistant"
    return ChatMessage.from_dict(data, raw=response, token_usage=read_usage(getattr(response, "usage", None)))


def read_usage(usage: Any) -> TokenUsage | None:
    """Return the token counts of a completion; cached and reasoning tokens, and the cost, where the server tells."""
    if usage is None:
        return None
    cost = getattr(usage, "cost", None)
    return TokenUsage(
        input_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        cached_input_tokens=_count(getattr(usage, "prompt_tokens_details", None), "cached_tokens"),
        reasoning_tokens=_count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens"),
        cost=float(cost) if isinstance(cost, (int, float)) else None,
    )


def _count(counts: Any, name: str) -> int:
    count = counts.get(name) if isinstance(counts, dict) else getattr(counts, name, None)
    return count if isinstance(count, int) else 0


class StreamReader:
    """Turn the events of a streamed chat completion into deltas, the text cut at the first stop sequence.

    Args:
        stop_sequences: Texts that end the answer.
    """

    def __init__(self, stop_sequences: Sequence[str] | None = None) -> None:
        self._cutter = StreamCutter(stop_sequences)
        self._usage: TokenUsage | None = None
        self._calls: dict[int | None, tuple[str | None, int]] = {}  # the latest of each of the server's numbers
        self._count = 0

    def feed(self, event: Any) -> Iterator[ChatMessageStreamDelta]:
        """Yield what an event adds to the message."""
        # Some servers repeat the running total in every event, so only the last one counts.
        self._usage = read_usage(getattr(event, "usage", None)) or self._usage
        for choice in event.choices[:1]:
            delta = choice.delta
            if delta is None:
                continue
            text = delta.content or getattr(delta, "refusal", None)
            text = self._cutter.feed(text) if isinstance(text, str) else None
            calls = [self._call(call) for call in delta.tool_calls or ()]
            if text or calls:
                yield ChatMessageStreamDelta(content=text or None, tool_calls=calls or None)

    def finish(self) -> Iterator[ChatMessageStreamDelta]:
        """Yield what is left when the stream has ended: text that was held back, and the usage."""
        rest = self._cutter.rest()
        if rest or self._usage is not None:
            yield ChatMessageStreamDelta(content=rest, token_usage=self._usage)

    def _call(self, call: Any) -> ChatMessageToolCallStreamDelta:
        function = call.function
        return ChatMessageToolCallStreamDelta(
            index=self._place(call),
            id=call.id,
            type=call.type,
            function=None
            if function is None
            else ChatMessageToolCallFunction(arguments=function.arguments or "", name=function.name or ""),
        )

    def _place(self, call: Any) -> int:
        """Return which call a piece belongs to; some servers send calls whole and number none, or all the same."""
        call_id, place = self._calls.get(call.index, (None, None))
        if place is None or call.index is None or (call_id and call.id and call.id != call_id):
            place = self._count
            self._count += 1
            self._calls[call.index] = call.id, place
        return place
