"""Results of MCP tools, resources and prompts, as Python values."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import types


def value_of(result: types.CallToolResult, structured: bool) -> Any:
    """Return what a tool's call gave.

    Args:
        result: The answer of the server.
        structured: Take the structured content, if there is any.
    """
    if structured and result.structured_content is not None:
        return result.structured_content
    if not result.content and result.structured_content is not None:
        return result.structured_content
    return joined([value_of_block(block) for block in result.content])


def text_of(result: types.CallToolResult) -> str:
    """Return the text of an answer, for an error's message."""
    return "\n".join(str(value_of_block(block)) for block in result.content)


def joined(parts: list[Any]) -> Any:
    """Return texts as one text, a single value as it is, and else a list of values."""
    if all(type(part) is str for part in parts):  # AgentAudio is a str too
        return "\n".join(parts)
    return parts[0] if len(parts) == 1 else parts


def value_of_block(block: types.ContentBlock) -> Any:
    """Return text as text, an image as PIL's, audio as `AgentAudio`, a linked resource as its address."""
    if block.type == "text":
        return block.text
    if block.type == "image":
        return _image(base64.b64decode(block.data))
    if block.type == "audio":
        from smolagents.agent_types import AgentAudio

        return AgentAudio(base64.b64decode(block.data))
    if block.type == "resource":
        return value_of_resource(block.resource)
    return str(block.uri)


def value_of_resource(resource: types.TextResourceContents | types.BlobResourceContents) -> str | bytes | Any:
    """Return a resource's text, image or bytes."""
    text = getattr(resource, "text", None)
    if text is not None:
        return text
    data = base64.b64decode(getattr(resource, "blob", ""))
    return _image(data) if (resource.mime_type or "").startswith("image/") else data


def _image(data: bytes) -> Any:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise ImportError("The server returned an image. To read it: pip install pillow") from None
    try:
        return Image.open(BytesIO(data))
    except UnidentifiedImageError:  # a drawing (SVG), say
        return data
