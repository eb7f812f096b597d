"""A tool's arguments are checked against its inputs."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from smolagents.tools import Tool, tool, validate_tool_arguments


def tool_with(**schema: Any) -> Tool:
    class Probe(Tool):
        name = "probe"
        description = "Probes."
        inputs = {"param": {"description": "A value", **schema}}
        output_type = "any"
        skip_forward_signature_validation = True

        def forward(self, param: Any = None) -> Any:
            return param

    probe = Probe()
    probe.inputs["param"]["nullable"] = schema.get("nullable", False)
    return probe


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", "a"),
        ("boolean", True),
        ("integer", 1),
        ("number", 1.5),
        ("number", 1),
        ("array", ["a"]),
        ("object", {"a": "b"}),
        ("null", None),
        ("any", object()),
        (["string", "integer"], 1),
        (["string", "number"], 1),
        ("audio", "recording.wav"),
        ("image", "https://example.com/photo.png"),
    ],
)
def test_fitting_value_passes(kind: Any, value: Any) -> None:
    assert validate_tool_arguments(tool_with(type=kind), {"param": value}) is None
    assert validate_tool_arguments(tool_with(type=kind, nullable=True), {"param": None}) is None
    assert validate_tool_arguments(tool_with(type=kind, nullable=True), {}) is None


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("string", 1, "Argument param has type 'integer' but should be 'string'"),
        ("string", None, "Argument param has type 'null' but should be 'string'"),
        ("integer", 1.5, "Argument param has type 'number' but should be 'integer'"),
        ("integer", True, "Argument param has type 'boolean' but should be 'integer'"),
        ("number", "1", "Argument param has type 'string' but should be 'number'"),
        ("array", "a", "Argument param has type 'string' but should be 'array'"),
        ("audio", 1, "Argument param has type 'integer' but should be 'audio'"),
        ("image", ["a.png"], "Argument param has type 'array' but should be 'image'"),
        (["string", "null"], 1, r"Argument param has type 'integer' but should be '\['string', 'null'\]'"),
    ],
)
def test_value_of_another_type_is_a_type_error(kind: Any, value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        validate_tool_arguments(tool_with(type=kind), {"param": value})


def test_missing_and_unknown_arguments_are_value_errors() -> None:
    with pytest.raises(ValueError, match="Argument param is required"):
        validate_tool_arguments(tool_with(type="string"), {})
    with pytest.raises(ValueError, match=r"Argument parm is not in the tool's input schema.*\['param'\]"):
        validate_tool_arguments(tool_with(type="string"), {"parm": "a"})


def test_plain_value_stands_for_the_first_input() -> None:
    assert validate_tool_arguments(tool_with(type="string"), "a") is None
    assert validate_tool_arguments(tool_with(type="number"), 1) is None
    with pytest.raises(TypeError, match="Argument has type 'integer' but should be 'string'"):
        validate_tool_arguments(tool_with(type="string"), 1)


def test_plain_value_for_a_tool_without_inputs_is_a_value_error() -> None:
    @tool
    def ping() -> str:
        """Ping."""
        return "pong"

    with pytest.raises(ValueError, match="takes no arguments"):
        validate_tool_arguments(ping, "a")


def test_what_only_has_inputs_is_enough() -> None:
    class ManagedAgent:
        inputs = {
            "task": {"type": "string", "description": "t"},
            "additional_args": {"type": "object", "description": "a", "nullable": True},
        }

    agent: Any = ManagedAgent()
    assert validate_tool_arguments(agent, {"task": "x"}) is None
    assert validate_tool_arguments(agent, {"task": "x", "additional_args": {"a": 1}}) is None
    with pytest.raises(TypeError):
        validate_tool_arguments(agent, {"task": ["x"]})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@given(json_values, st.sampled_from(["string", "boolean", "integer", "number", "array", "object", "null", "any"]))
def test_exactly_the_values_of_the_type_pass(value: Any, kind: str) -> None:
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
        "null": value is None,
        "any": True,
    }[kind]
    probe = tool_with(type=kind)
    if fits:
        validate_tool_arguments(probe, {"param": value})
    else:
        with pytest.raises(TypeError):
            validate_tool_arguments(probe, {"param": value})
