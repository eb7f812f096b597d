"""What a terminal would obey: characters that move its cursor, clear it, rename its window or fill the clipboard."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def escape_controls(text: str) -> str:
    r"""Return a text with its control characters spelled out, as in `\x1b`, except those that end lines and tabs."""
    return _CONTROL.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    return f"\\x{ord(match[0]):02x}"
