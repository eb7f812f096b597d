from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.models import get_tool_json_schema


def schema_of(inputs: dict[str, Any]) -> dict[str, Any]:
    tool = SimpleNamespace(name="t", description="Does it.", inputs=inputs)
    schema = get_tool_json_schema(tool)
    assert schema["type"] == "function"
    assert (schema["function"]["name"], schema["function"]["description"]) == ("t", "Does it.")
    return schema["function"]["parameters"]


def test_nullable_inputs_are_not_required() -> None:
    inputs = {"a": {"type": "string", "description": "A"}, "b": {"type": "any", "description": "B", "nullable": True}}
    before = repr(inputs)
    assert schema_of(inputs) == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": "A"},
            "b": {"type": "string", "description": "B", "nullable": True},
        },
        "required": ["a"],
    }
    assert repr(inputs) == before


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([{"type": "string"}, {"type": "integer"}], {"type": ["string", "integer"]}),
        ([{"type": "string"}, {"type": "null"}], {"type": ["string", "null"], "nullable": True}),
        (
            [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}],
            {"type": ["string", "integer"], "enum": ["a", 1]},
        ),
        ([{"type": "string", "enum": ["a"]}, {"type": "integer"}], {"type": ["string", "integer"]}),
        ([{"type": "integer", "enum": [1]}, True], {"type": ["integer", "string"]}),
        ([], {"type": "string"}),
    ],
)
def test_choices_become_a_list_of_types(choices: list[Any], expected: dict[str, Any]) -> None:
    assert schema_of({"x": {"anyOf": choices}})["properties"]["x"] == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("audio", "string"),
        ("image", "string"),
        (["string", "image"], "string"),
        (["integer", "any", "audio"], ["integer", "string"]),
    ],
)
def test_types_that_json_has_not_are_written_as_text(kind: Any, expected: Any) -> None:
    given = {"type": kind, "description": "X"}
    assert schema_of({"x": given})["properties"]["x"] == {"type": expected, "description": "X"}
    assert given["type"] == kind
