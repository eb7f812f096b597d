"""What of a tool's result breaks the JSON schema that the tool promises for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smolagents.tools.schema import json_type


def misfits(value: Any, schema: Any, where: str = "the result") -> Iterator[str]:
    """Yield where a value breaks a schema without references, by types, choices, properties and items.

    Args:
        value: The value.
        schema: The schema; other words of JSON schema than these are passed over.
        where: What to call the value.
    """
    if not isinstance(schema, dict):  # `true`: anything
        return
    kind = json_type(value)
    if value is None and schema.get("nullable"):
        return
    if "type" in schema:
        allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not {"any", kind}.intersection(allowed) and not (kind == "integer" and "number" in allowed):
            yield f"{where} is a {kind}, not {' or '.join(map(str, allowed))}"
            return
    for word in ("anyOf", "oneOf"):
        if word in schema and all(any(misfits(value, choice)) for choice in schema[word]):
            yield f"{where} is none of what {word} allows"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, none of {schema['enum']}"
    if isinstance(value, Mapping):
        yield from _misfits_of_properties(value, schema, where)
    if isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from misfits(item, schema.get("items"), f"{where}[{number}]")


def _misfits_of_properties(value: Mapping[Any, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where} lacks {name!r}"
    for name, part in value.items():
        if name not in properties and others is False:
            yield f"{where} has {name!r}, which it must not"
        yield from misfits(part, properties.get(name, others), f"{where}[{name!r}]")
