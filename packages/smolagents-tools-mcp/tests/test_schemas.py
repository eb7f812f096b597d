"""JSON schemas as inputs: what servers write, and whatever else a schema may be."""

import ast
from typing import Any

import pytest
from hypothesis import given, strategies as st
from smolagents import Tool
from smolagents.tools.naming import AUTHORIZED_TYPES, is_valid_name
from smolagents_tools_mcp.schemas import identifier, inputs_of

words = st.text(max_size=8)
schemas = st.recursive(
    st.one_of(
        st.just({}),
        st.sampled_from(["string", "integer", "null", "object", "array", "file"]).map(lambda kind: {"type": kind}),
        st.lists(st.one_of(st.none(), st.integers(), words), min_size=1, max_size=3).map(lambda some: {"enum": some}),
        st.integers().map(lambda value: {"const": value}),
        words.map(lambda name: {"$ref": f"#/$defs/{name}"}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"anyOf": some}),
        st.dictionaries(words, inner, max_size=3).map(lambda some: {"type": "object", "properties": some}),
        inner.map(lambda one: {"type": "array", "items": one}),
    ),
    max_leaves=8,
)


@given(st.dictionaries(words, schemas, max_size=4), st.dictionaries(words, schemas, max_size=3))
def test_every_schema_becomes_inputs(properties: dict[str, Any], definitions: dict[str, Any]) -> None:
    inputs = inputs_of({"type": "object", "properties": properties, "$defs": definitions})
    assert set(inputs) == set(properties)
    for schema in inputs.values():
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert set(kinds) <= set(AUTHORIZED_TYPES)
        assert isinstance(schema["description"], str)
        assert schema["nullable"]


@given(st.text(max_size=20))
def test_every_name_becomes_an_identifier(name: str) -> None:
    assert is_valid_name(identifier(name))


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "string", False),
        ({"type": ["string", "null"]}, "string", True),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", True),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, ["integer", "string"], False),
        ({"enum": ["a", "b"]}, "string", False),
        ({"const": 3}, "integer", False),
        ({"$ref": "#/$defs/Size"}, "number", False),
        ({"$ref": "#/$defs/None"}, "any", True),
        ({"$ref": "#/$defs/Loop"}, "object", False),
        ({}, "any", True),
        (True, "any", True),
    ],
)
def test_types(schema: Any, kind: Any, nullable: bool) -> None:
    loop = {"type": "object", "properties": {"inner": {"$ref": "#/$defs/Loop"}}}
    whole = {"properties": {"x": schema}, "required": ["x"], "$defs": {"Size": {"type": "number"}, "Loop": loop}}
    found = inputs_of(whole)["x"]
    assert (found["type"], found.get("nullable", False)) == (kind, nullable)
    assert "$ref" not in str(found)


def test_names_that_python_has_no_place_for() -> None:
    assert [identifier(name) for name in ("get-weather", "class", "3d", "a.b/c", "größe", "")] == [
        "get_weather",
        "class_",
        "_3d",
        "a_b_c",
        "gr__e",
        "_",
    ]


def test_parameters_that_python_has_no_place_for_are_called_by_their_own_names() -> None:
    from mcp import types
    from smolagents_tools_mcp.tool import MCPTool

    asked: list[Any] = []

    class Server:
        name = label = "demo"

        def ask(self, what: str, request: Any) -> Any:
            class Client:
                async def call_tool(self, name: str, arguments: Any, progress_callback: Any) -> None:
                    asked.append((name, arguments))

            coroutine = request(Client())
            with pytest.raises(StopIteration):
                coroutine.send(None)
            return types.CallToolResult(content=[types.TextContent(type="text", text="done")])

    schema = {"type": "object", "properties": {"from": {"type": "string"}, "user-id": {"type": "integer"}}}
    described = types.Tool(name="move-it", input_schema=schema)
    tool: Tool = MCPTool("move_it", described, Server(), False)  # type: ignore[arg-type]
    ast.parse(tool.to_code_prompt())
    assert tool(from_="here", user_id=3) == "done"
    assert asked == [("move-it", {"from": "here", "user-id": 3})]
