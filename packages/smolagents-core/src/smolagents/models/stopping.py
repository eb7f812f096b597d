"""End an answer at a stop sequence, also where the API doesn't."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NO_STOP_PARAMETER = re.compile(r"o3(?!-mini)(?![^-.:@])|o4(?![^-.:@])|gpt-5|(?:\w+\.)?grok-")


def supports_stop_parameter(model_id: str) -> bool:
    """Tell whether the API of this model takes stop sequences: OpenAI's o3, o4, gpt-5 and grok don't."""
    return _NO_STOP_PARAMETER.match(model_id.rsplit("/", 1)[-1]) is None


def remove_content_after_stop_sequences(content: str | None, stop_sequences: Sequence[str] | None) -> str | None:
    """Return the content up to the first stop sequence."""
    if not content or not stop_sequences:
        return content
    ends = [content.find(stop) for stop in stop_sequences if stop]
    return content[: min((end for end in ends if end >= 0), default=len(content))]


class StreamCutter:
    """Cut streamed text at the first stop sequence, which may lie across several pieces.

    Args:
        stop_sequences: Texts that end the answer.

    Attributes:
        ended: Whether one of them has come, so that all further text is dropped.
    """

    def __init__(self, stop_sequences: Sequence[str] | None) -> None:
        self._stops = [stop for stop in stop_sequences or () if stop]
        self._held = ""
        self.ended = False

    def feed(self, text: str) -> str:
        """Return what is sure to belong to the answer; the rest waits for the next piece."""
        if self.ended or not self._stops:
            return "" if self.ended else text
        self._held += text
        kept = remove_content_after_stop_sequences(self._held, self._stops) or ""
        if len(kept) < len(self._held):
            self.ended = True
            self._held = ""
            return kept
        safe = len(kept) - max(_overlap(kept, stop) for stop in self._stops)
        self._held = kept[safe:]
        return kept[:safe]

    def rest(self) -> str:
        """Return what still waited when the stream ended."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Return the length of the longest end of the text that begins the stop sequence."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
