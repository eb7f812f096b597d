"""Turn chat messages into the plain dicts that an API takes."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from smolagents.media import encode_audio, encode_image_base64, make_image_url
from smolagents.messages import ChatMessage, MessageRole


def get_clean_message_list(
    message_list: Iterable[ChatMessage | dict[str, Any]],
    role_conversions: Mapping[Any, Any] = {},
    convert_images_to_image_urls: bool = False,
    flatten_messages_as_text: bool = False,
) -> list[dict[str, Any]]:
    """Return the messages as new dicts of role and content, neighbours of one role merged.

    Args:
        message_list: Messages, or dicts with the same keys; they stay as they are.
        role_conversions: Roles to replace before merging, e.g. `tool_role_conversions`.
        convert_images_to_image_urls: Write images and sounds the way the OpenAI API takes them.
        flatten_messages_as_text: Make every content a string; there must be no images and sounds then.

    Raises:
        ValueError: A role is unknown.
        AssertionError: There is an image or a sound, and contents are to be text.
    """
    roles = {role: role.value for role in MessageRole}
    roles |= {old: str(getattr(new, "value", new)) for old, new in role_conversions.items()}
    clean: list[dict[str, Any]] = []
    last_role = None
    for message in message_list:
        if isinstance(message, dict):
            message = ChatMessage.from_dict(message)
        role = roles.get(message.role)
        if role is None:
            raise ValueError(f"Unknown role {message.role!r} of a message: use one of {MessageRole.roles()}.")
        content = message.content
        if flatten_messages_as_text:
            content = _as_text(message)
        elif content is None:
            content = _calls_as_text(message)
        elif not isinstance(content, str):
            content = [
                _text_part(part) if part["type"] == "text" else _media_part(part, convert_images_to_image_urls)
                for part in content
            ]
        if isinstance(content, str):
            content = _encodable(content)
        if role == last_role:
            _merge(clean[-1], content)
        else:
            clean.append({"role": role, "content": content})
            last_role = role
    return clean


def _merge(message: dict[str, Any], content: str | list[dict[str, Any]]) -> None:
    before = message["content"]
    if isinstance(before, str) and isinstance(content, str):
        message["content"] = f"{before}\n{content}"
        return
    if isinstance(before, str):
        before = message["content"] = [{"type": "text", "text": before}]
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        # A text with more to it, such as a marker for prompt caching (`cache_control`), stays a part of its own.
        if before and before[-1].keys() == part.keys() == {"type", "text"}:
            before[-1]["text"] += "\n" + part["text"]
        else:
            before.append(part)


def _as_text(message: ChatMessage) -> str:
    content = message.content
    if content is None:
        return _calls_as_text(message)
    if isinstance(content, str):
        return content
    for part in content:
        if part["type"] != "text":
            raise AssertionError(
                f"This model takes text alone (flatten_messages_as_text=True), but a message holds a part of type "
                f"{part['type']!r}: use a model that takes it, or leave it out of the task."
            )
    return "\n".join(part["text"] for part in content)


def _text_part(part: dict[str, Any]) -> dict[str, Any]:
    text = part.get("text")
    return {**part, "text": _encodable(text)} if isinstance(text, str) else part.copy()


def _encodable(text: str) -> str:
    """Return a text that can be sent: half a surrogate pair (from the name of a file, say) becomes a question mark."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _calls_as_text(message: ChatMessage) -> str:
    if not message.tool_calls:
        return ""
    return "Calling tools:\n" + str([call.dict() for call in message.tool_calls])


def _media_part(part: dict[str, Any], as_urls: bool) -> dict[str, Any]:
    if part["type"] == "image":
        image = part["image"]
        if isinstance(image, str) and image.startswith(("http://", "https://", "data:")):
            return {"type": "image_url", "image_url": {"url": image}}
        encoded = _encoded_once(image)
        if as_urls:
            return {"type": "image_url", "image_url": {"url": make_image_url(encoded)}}
        return {**part, "image": encoded}
    if part["type"] == "audio" and as_urls:
        return {"type": "input_audio", "input_audio": encode_audio(part["audio"])}
    return part.copy()


# A run sends its images again at every step, and encoding one costs a thousand times what the rest of a message does.
_encoded: dict[int, tuple[weakref.ref[Any], str]] = {}


def _encoded_once(image: Any) -> str:
    key = id(image)
    known = _encoded.get(key)
    if known is not None and known[0]() is image:
        return known[1]
    encoded = encode_image_base64(image)
    if hasattr(image, "__weakref__"):
        _encoded[key] = (weakref.ref(image, lambda _: _encoded.pop(key, None)), encoded)
    return encoded
