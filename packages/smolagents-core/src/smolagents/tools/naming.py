"""What may name a tool or an agent, and the types that a tool's inputs and output may have."""

from __future__ import annotations

import keyword
from typing import Any

AUTHORIZED_TYPES = [
    "string",
    "boolean",
    "integer",
    "number",
    "image",
    "audio",
    "array",
    "object",
    "any",
    "null",
]


def is_valid_name(name: Any) -> bool:
    """Tell whether something can name a tool or an agent: an identifier that is no keyword."""
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
