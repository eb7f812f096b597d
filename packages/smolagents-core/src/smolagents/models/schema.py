"""Describe a tool the way function-calling APIs take it."""

from __future__ import annotations

from typing import Any

# Types that JSON schema doesn't know. Models write paths, URLs and names of variables for images and audio.
_NOT_JSON = {"any", "audio", "image"}


def get_tool_json_schema(tool: Any) -> dict[str, Any]:
    """Return the JSON schema of a tool or managed agent, in the layout of the OpenAI API."""
    properties = {name: _property(schema) for name, schema in tool.inputs.items()}
    required = [name for name, schema in properties.items() if not schema.get("nullable", False)]
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": {"type": "object", "properties": properties, "required": required},
        },
    }


def _property(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one input in terms that all providers understand: no `any`, no `anyOf`."""
    schema = dict(schema)
    choices = schema.pop("anyOf", None)
    if choices is not None:
        choices = [choice if isinstance(choice, dict) else {} for choice in choices]  # `true` is a schema: anything
        types = [kind for choice in choices for kind in _types(choice)]
        schema["type"] = list(dict.fromkeys(types))
        if "null" in types:
            schema["nullable"] = True
        restricted = [choice for choice in choices if choice.get("type") != "null"]
        if restricted and all("enum" in choice for choice in restricted):
            schema["enum"] = [value for choice in restricted for value in choice["enum"]]
    if "type" in schema:
        plain = list(dict.fromkeys("string" if kind in _NOT_JSON else kind for kind in _types(schema))) or ["string"]
        schema["type"] = plain if isinstance(schema["type"], list) and len(plain) > 1 else plain[0]
    return schema


def _types(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", "string")
    return kind if isinstance(kind, list) else [kind]
