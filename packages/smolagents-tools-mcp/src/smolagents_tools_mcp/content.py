"""Results of MCP tools, resources and prompts, as Python values."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import types

# Pillow knows more; some of those start programs (EPS) or are hardly tested, and a server chooses what it sends.
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")


def value_of(result: types.CallToolResult, structured: bool) -> Any:
    """Return what a tool's call gave.

    Args:
        result: The answer of the server.
        structured: Take the structured content, if there is any.

    Raises:
        ValueError: A part of it can't be read.
    """
    if structured and result.structured_content is not None:
        return result.structured_content
    if not result.content and result.structured_content is not None:
        return result.structured_content
    return joined([value_of_block(block) for block in result.content])


def text_of(result: types.CallToolResult) -> str:
    """Return the text of an answer, for an error's message."""
    return "\n".join(block.text if block.type == "text" else f"({block.type})" for block in result.content)


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
        return _image(_bytes(block.data))
    if block.type == "audio":
        from smolagents.agent_types import AgentAudio

        return AgentAudio(_bytes(block.data))
    if block.type == "resource":
        return value_of_resource(block.resource)
    return str(block.uri)


def value_of_resource(resource: types.TextResourceContents | types.BlobResourceContents) -> str | bytes | Any:
    """Return a resource's text, image or bytes."""
    text = getattr(resource, "text", None)
    if text is not None:
        return text
    data = _bytes(getattr(resource, "blob", ""))
    return _image(data) if (resource.mime_type or "").startswith("image/") else data


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise ValueError(f"The server sent data that is no base64: {error}") from error


def _image(data: bytes) -> Any:
    """Return an image, read completely: what is wrong with it shows here, and not in the middle of an agent's code."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise ImportError("The server returned an image. To read it: pip install pillow") from None
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
        image.load()
    except UnidentifiedImageError:  # of another format, a drawing (SVG), say
        return data
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"The server sent an image that can't be read: {error}") from error
    return image
