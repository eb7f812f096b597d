"""Inputs from JSON schemas that others wrote."""

from typing import Any

import pytest
from smolagents.tools.json_schema import allows_null, identifier, inputs_of, without_references


def one(schema: Any, required: bool = True) -> dict[str, Any]:
    """Return the input that a property becomes."""
    return inputs_of({"properties": {"x": schema}, "required": ["x"] if required else []})["x"]


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "string", None),
        ({"type": ["string", "null"]}, "string", True),
        ({"type": ["string", "integer"]}, ["string", "integer"], None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", True),
        ({"oneOf": [{"type": "integer"}, {"type": "array"}]}, ["integer", "array"], None),
        ({"enum": ["a", "b"]}, "string", None),
        ({"const": 3}, "integer", None),
        ({"enum": ["a", None]}, "string", True),
        ({"type": "date"}, "any", None),
        ({}, "any", True),
        (True, "any", True),
        ({"anyOf": [{"type": "integer"}, True]}, ["integer", "any"], True),
        ({"anyOf": []}, "any", True),
    ],
)
def test_types(schema: Any, kind: Any, nullable: bool | None) -> None:
    made = one(schema)
    assert (made["type"], made.get("nullable")) == (kind, nullable)
    assert one(schema, required=False)["nullable"] is True


def test_descriptions() -> None:
    assert one({"type": "string", "title": "T", "description": "D"})["description"] == "D"
    assert one({"type": "string", "title": "T"})["description"] == "T"
    assert one({"type": "string"})["description"] == "x"


def test_references() -> None:
    person = {"type": "object", "properties": {"friend": {"$ref": "#/$defs/Person"}, "name": {"$ref": "#/$defs/Name"}}}
    schema = {
        "properties": {"people": {"type": "array", "items": {"$ref": "#/$defs/Person", "description": "One."}}},
        "$defs": {"Person": person, "Name": {"type": "string"}},
    }
    resolved = without_references(schema)
    item = resolved["properties"]["people"]["items"]
    assert "$defs" not in resolved
    assert item["description"] == "One."
    assert item["properties"] == {"friend": {}, "name": {"type": "string"}}


def test_definitions_that_double_with_each_level_stay_small() -> None:
    definitions: dict[str, Any] = {
        f"D{level}": {"properties": {side: {"$ref": f"#/$defs/D{level + 1}"} for side in "ab"}} for level in range(60)
    }
    made = inputs_of({"$ref": "#/$defs/D0", "required": ["a"], "$defs": definitions})
    assert sorted(made) == ["a", "b"]
    assert len(str(made)) < 10_000_000


def test_definitions_that_are_named_often_stay_small() -> None:
    named = {f"x{number}": {"$ref": "#/$defs/D"} for number in range(1000)}
    made = inputs_of({"properties": named, "$defs": {"D": {"enum": list(range(1000))}}})
    assert len(made) == 1000
    assert made["x0"]["enum"] == list(range(1000))
    assert sum(len(schema.get("enum", ())) for schema in made.values()) < 200_000


def test_null() -> None:
    assert allows_null(True)
    assert not allows_null({"const": 1})
    assert allows_null({"anyOf": [{"type": "string"}, {"type": "null"}]})


@pytest.mark.parametrize(
    ("name", "expected"), [("a", "a"), ("a-b c", "a_b_c"), ("3d", "_3d"), ("class", "class_"), ("", "_"), ("é", "_")]
)
def test_identifiers(name: str, expected: str) -> None:
    assert identifier(name) == expected
