"""Inputs of tools from JSON schemas, as MCP servers and other libraries declare them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from keyword import iskeyword
from typing import Any

from smolagents.tools.naming import AUTHORIZED_TYPES
from smolagents.tools.schema import json_type

Schema = dict[str, Any]

# Definitions that name each other twice double with each level: a page of them would fill the memory.
MAX_PARTS = 100_000
# Of a tool or an argument; the APIs of some models take no longer ones.
MAX_NAME = 64
# What names that are told apart by a number have in common.
_STEM = 48
# Parameters of `Tool.__call__` itself.
_TAKEN_BY_CALLS = frozenset({"self", "sanitize_inputs_outputs"})


def inputs_of(schema: Schema) -> dict[str, Schema]:
    """Return the inputs that a tool's JSON schema declares, with a type and a description each."""
    schema = without_references(schema)
    required = schema.get("required", ())
    return {name: _input(name, property, name in required) for name, property in schema.get("properties", {}).items()}


def without_references(schema: Schema) -> Schema:
    """Return a schema with what its `$ref`s name in their place.

    What is inside itself, or makes the schema huge, becomes any value.
    """
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    resolved = _resolved(schema, definitions, (), count())
    return {word: value for word, value in resolved.items() if word not in ("$defs", "definitions")}


def identifier(name: str) -> str:
    """Return a name that Python accepts, as close to the given one as can be."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII) or "_"
    if found[0].isdigit():
        found = f"_{found}"
    return f"{found}_" if iskeyword(found) else found


def argument_names(given: Iterable[str]) -> dict[str, str]:
    """Return distinct names that a call in Python can have for arguments, each with the one that was given."""
    given = list(given)
    return dict(zip(distinct(map(identifier, given), _TAKEN_BY_CALLS), given, strict=True))


def distinct(names: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return names of at most 64 characters, with a number behind those that are taken already."""
    used = set(taken)
    chosen = []
    numbers: dict[str, int] = {}  # where to go on: whoever offers thousands of equal names gets theirs in linear time
    for name in names:
        fitting, stem = name[:MAX_NAME], name[:_STEM]
        while fitting in used:
            numbers[stem] = number = numbers.get(stem, 1) + 1
            fitting = f"{name[: MAX_NAME - len(str(number)) - 1]}_{number}"
        used.add(fitting)
        chosen.append(fitting)
    return chosen


def _resolved(schema: Any, definitions: Schema, inside: tuple[str, ...], parts: Iterator[int]) -> Any:
    number = next(parts)
    if isinstance(schema, list):
        return [_resolved(part, definitions, inside, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        if name in inside or name not in definitions or number > MAX_PARTS:
            return {word: value for word, value in schema.items() if word != "$ref"}
        beside = {word: value for word, value in schema.items() if word != "$ref"}
        return {**_resolved(definitions[name], definitions, (*inside, name), parts), **beside}
    return {word: _resolved(part, definitions, inside, parts) for word, part in schema.items()}


def _input(name: str, schema: Any, required: bool) -> Schema:
    schema = schema if isinstance(schema, dict) else {}  # `true` is a schema too: anything
    kinds = [kind for kind in dict.fromkeys(_kinds(schema)) if kind in AUTHORIZED_TYPES and kind != "null"] or ["any"]
    described = {word: value for word, value in schema.items() if word not in ("type", "title", "$schema")}
    described["type"] = kinds[0] if len(kinds) == 1 else kinds
    described["description"] = schema.get("description") or schema.get("title") or name
    if not required or allows_null(schema):
        described["nullable"] = True
    return described


def _kinds(schema: Any) -> list[str]:
    """Return the types that a schema allows."""
    if not isinstance(schema, dict):
        return []
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
