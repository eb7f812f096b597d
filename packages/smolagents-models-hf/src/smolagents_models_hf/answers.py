"""Read the answers of huggingface_hub, whose objects are those of OpenAI's API in classes of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smolagents.messages import ChatMessage
from smolagents.models import remove_content_after_stop_sequences
from smolagents.models.completions import read_usage


def read_answer(response: Any, stop_sequences: Sequence[str] | None = None) -> ChatMessage:
    """Return the message of a chat completion, cut at the first stop sequence.

    Raises:
        RuntimeError: The response holds no choice.
    """
    if not response.choices:
        reason = getattr(response, "error", None) or "no reason given"
        raise RuntimeError(f"The model's server answered without a completion: {reason}.")
    message = response.choices[0].message
    content = message.content
    if isinstance(content, str):
        content = remove_content_after_stop_sequences(content, stop_sequences)
    data = {"role": message.role or "assistant", "content": content, "tool_calls": message.tool_calls}
    return ChatMessage.from_dict(data, raw=response, token_usage=read_usage(response.usage))
