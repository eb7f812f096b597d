"""Python values, as content of MCP results."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import AgentAudio, AgentText

if TYPE_CHECKING:
    from mcp import types


def blocks_of(value: Any) -> dict[str, Any]:
    """Return the fields of a tool result that stand for a value; a dictionary is structured content, too."""
    from mcp import types

    if isinstance(value, AgentAudio):
        data = Path(value.to_string()).read_bytes()
        return {"content": [types.AudioContent(type="audio", data=_base64(data), mime_type="audio/wav")]}
    if hasattr(value, "save") and hasattr(value, "getbands"):  # an image of PIL, which need not be installed
        file = BytesIO()
        value.save(file, "PNG")
        return {"content": [types.ImageContent(type="image", data=_base64(file.getvalue()), mime_type="image/png")]}
    if isinstance(value, AgentText):
        value = value.to_raw()
    if isinstance(value, str):
        return {"content": [text_block(value)]}
    try:
        block = text_block(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        return {"content": [text_block(str(value))]}
    structured = {"structured_content": json.loads(block.text)} if isinstance(value, dict) else {}
    return {"content": [block], **structured}


def text_block(text: str) -> types.TextContent:
    """Return a text as content; half a surrogate pair, which no message can carry, becomes a question mark."""
    from mcp import types

    return types.TextContent(type="text", text=text.encode("utf-8", "replace").decode())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
