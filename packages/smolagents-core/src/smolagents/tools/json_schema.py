"""Inputs of tools from JSON schemas, as MCP servers and other libraries declare them."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Any

from smolagents.tools.naming import AUTHORIZED_TYPES
from smolagents.tools.schema import json_type

Schema = dict[str, Any]


def inputs_of(schema: Schema) -> dict[str, Schema]:
    """Return the inputs that a tool's JSON schema declares, with a type and a description each."""
    required = set(schema.get("required", ()))
    properties = without_references(schema).get("properties", {})
    return {name: _input(name, property, name in required) for name, property in properties.items()}


def without_references(schema: Schema) -> Schema:
    """Return a schema with what its `$ref`s name in their place; a schema inside itself becomes any value."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    resolved = _resolved(schema, definitions, ())
    return {word: value for word, value in resolved.items() if word not in ("$defs", "definitions")}


def identifier(name: str) -> str:
    """Return a name that Python accepts, as close to the given one as can be."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII) or "_"
    if found[0].isdigit():
        found = f"_{found}"
    return f"{found}_" if iskeyword(found) else found


def _resolved(schema: Any, definitions: Schema, inside: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_resolved(part, definitions, inside) for part in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        if name in inside or name not in definitions:
            return {word: value for word, value in schema.items() if word != "$ref"}
        beside = {word: value for word, value in schema.items() if word != "$ref"}
        return {**_resolved(definitions[name], definitions, (*inside, name)), **beside}
    return {word: _resolved(part, definitions, inside) for word, part in schema.items()}


def _input(name: str, schema: Any, required: bool) -> Schema:
    schema = schema if isinstance(schema, dict) else {}  # `true` is a schema too: anything
    kinds = [kind for kind in dict.fromkeys(_kinds(schema)) if kind in AUTHORIZED_TYPES and kind != "null"] or ["any"]
    described = {word: value for word, value in schema.items() if word not in ("type", "title", "$schema")}
    described["type"] = kinds[0] if len(kinds) == 1 else kinds
    described["description"] = schema.get("description") or schema.get("title") or name
    if not required or allows_null(schema):
        described["nullable"] = True
    return described


def _kinds(schema: Schema) -> list[str]:
    """Return the types that a schema allows."""
    if "type" in schema:
        return schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "enum" in schema or "const" in schema:
        return [json_type(value) for value in schema.get("enum", [schema.get("const")])]
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    return [kind for choice in choices for kind in (_kinds(choice) or ["any"])]


def allows_null(schema: Any) -> bool:
    """Tell whether None is a value that a schema allows."""
    if not isinstance(schema, dict):
        return True
    kind = schema.get("type")
    if kind is not None:
        return "null" in (kind if isinstance(kind, list) else [kind])
    if "enum" in schema:
        return None in schema["enum"]
    choices = schema.get("anyOf") or schema.get("oneOf")
    return any(allows_null(choice) for choice in choices) if choices else "const" not in schema
