"""Python values, as content of MCP results."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from smolagents.agent_types import AgentAudio, AgentText


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
        return {"content": [types.TextContent(type="text", text=value)]}
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return {"content": [types.TextContent(type="text", text=str(value))]}
    found: dict[str, Any] = {"content": [types.TextContent(type="text", text=text)]}
    if isinstance(value, dict):
        found["structured_content"] = json.loads(text)
    return found


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
