"""Type hints become JSON schemas, and JSON values become what the hints say."""

# ruff: noqa: UP007, UP045 - both spellings of a union are tested
import collections.abc
import dataclasses
import enum
import json
from typing import Annotated, Any, Literal, NewType, NotRequired, Optional, TypedDict, Union

import numpy
import PIL.Image
import pydantic
import pytest
from hypothesis import given, strategies as st
from smolagents._function_type_hints_utils import get_json_schema
from smolagents.agent_types import AgentAudio, AgentImage, AgentText
from smolagents.errors import TypeHintParsingException
from smolagents.tools.arguments import argument_builder
from smolagents.tools.schema import json_type, schema_of_hint

UserId = NewType("UserId", int)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    NAME = "name"
    NUMBER = 1


@dataclasses.dataclass
class Node:
    value: int
    children: list["Node"] = dataclasses.field(default_factory=list)
    computed: int = dataclasses.field(init=False, default=0)


class Options(TypedDict):
    depth: int
    label: NotRequired[str]


class Leaf(pydantic.BaseModel):
    size: int = pydantic.Field(ge=0, description="In bytes")


class Tree(pydantic.BaseModel):
    leaf: Leaf
    parent: Optional["Tree"] = None


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {"type": "any"}),
        (list, {"type": "array"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (list[Any], {"type": "array"}),
        (list[list[str]], {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}),
        (collections.abc.Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
        (tuple[str, int], {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (tuple, {"type": "array"}),
        (dict, {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (dict[str, Any], {"type": "object"}),
        (collections.abc.Mapping[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Optional[int], {"type": "integer", "nullable": True}),
        (int | None, {"type": "integer", "nullable": True}),
        (Union[str, int], {"type": ["integer", "string"]}),
        (str | int | None, {"type": ["integer", "string"], "nullable": True}),
        (int | list[int], {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}),
        (int | Any, {"type": "any"}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2, None], {"type": "integer", "enum": [1, 2], "nullable": True}),
        (Literal["a", 1], {"type": ["integer", "string"], "enum": ["a", 1]}),
        (Literal[Level.HIGH], {"type": "integer", "enum": [2]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (Mixed, {"type": ["integer", "string"], "enum": ["name", 1]}),
        (UserId, {"type": "integer"}),
        (Annotated[str, "a name"], {"type": "string"}),
        (PIL.Image.Image, {"type": "image"}),
        (AgentImage, {"type": "image"}),
        (AgentAudio, {"type": "audio"}),
        (AgentText, {"type": "string"}),
        (object, {"type": "object"}),
        (
            Node,
            {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "children": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["value"],
            },
        ),
        (
            Options,
            {
                "type": "object",
                "properties": {"depth": {"type": "integer"}, "label": {"type": "string"}},
                "required": ["depth"],
            },
        ),
    ],
)
def test_hint_has_this_schema(hint: Any, schema: dict[str, Any]) -> None:
    assert schema_of_hint(hint) == schema


def test_pydantic_models_stand_inside_other_schemas() -> None:
    schema = schema_of_hint(Tree)
    assert schema["properties"]["leaf"]["properties"]["size"]["minimum"] == 0
    assert schema["properties"]["leaf"]["properties"]["size"]["description"] == "In bytes"
    assert "$ref" not in json.dumps(schema)
    assert "$defs" not in schema


def test_hint_without_schema_is_refused() -> None:
    with pytest.raises(TypeHintParsingException, match=r"Couldn't parse this type hint.*Callable"):
        schema_of_hint(collections.abc.Callable[[int], str])


def test_hint_that_names_nothing_is_refused() -> None:
    def function(value: "Missing") -> str:  # type: ignore[name-defined]  # noqa: F821
        """Do it.

        Args:
            value: A value.
        """

    with pytest.raises(TypeHintParsingException, match="name 'Missing' is not defined"):
        get_json_schema(function)


def test_schema_of_a_function() -> None:
    def locate(x: int, y: tuple[str, str, float] | None = None) -> None:
        """Locate something.

        Args:
            x: The first input
            y: The second input

        Returns:
            Nothing at all
        """

    assert get_json_schema(locate) == {
        "type": "function",
        "function": {
            "name": "locate",
            "description": "Locate something.",
            "parameters": {
                "type": "object",
                "properties": {
                    "x": {"type": "integer", "description": "The first input"},
                    "y": {
                        "type": "array",
                        "description": "The second input",
                        "prefixItems": [{"type": "string"}, {"type": "string"}, {"type": "number"}],
                        "nullable": True,
                    },
                },
                "required": ["x"],
            },
            "return": {"type": "null", "description": "Nothing at all"},
        },
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        ("a", "string"),
        (None, "null"),
        ([1], "array"),
        ((1,), "array"),
        ({"a": 1}, "object"),
        (Level.LOW, "integer"),
        (Mixed.NAME, "string"),
        (AgentText("a"), "string"),
        (AgentAudio("a.wav"), "audio"),
        (PIL.Image.new("RGB", (1, 1)), "image"),
        (numpy.float64(1.5), "number"),
        (object(), "object"),
    ],
)
def test_value_has_this_type(value: Any, kind: str) -> None:
    assert json_type(value) == kind


json_hints = st.recursive(
    st.sampled_from([str, int, float, bool, Any, Literal["a", 2], Level, Node, Options, Leaf]),
    lambda inner: st.one_of(
        inner.map(lambda hint: list[hint]),  # type: ignore[valid-type]
        inner.map(lambda hint: set[hint]),  # type: ignore[valid-type]
        inner.map(lambda hint: dict[str, hint]),  # type: ignore[valid-type]
        inner.map(lambda hint: Optional[hint]),
        st.tuples(inner, inner).map(lambda hints: Union[hints]),
        st.lists(inner, min_size=1, max_size=3).map(lambda hints: tuple[tuple(hints)]),  # type: ignore[misc]
    ),
    max_leaves=6,
)


@given(json_hints)
def test_any_hint_of_json_types_has_a_plain_schema(hint: Any) -> None:
    schema = schema_of_hint(hint)
    assert json.loads(json.dumps(schema)) == schema
    assert "type" in schema or "anyOf" in schema


trees = st.recursive(
    st.builds(lambda value: {"value": value}, st.integers()),
    lambda inner: st.builds(
        lambda value, children: {"value": value, "children": children}, st.integers(), st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


@given(trees)
def test_recursive_dataclass_is_built_to_any_depth(tree: dict[str, Any]) -> None:
    def take(node: Node) -> None: ...

    builder = argument_builder(take)
    assert builder is not None
    (built,), _ = builder((tree,), {})

    def plain(node: Node) -> dict[str, Any]:
        return {"value": node.value, "children": [plain(child) for child in node.children]}

    def filled(node: dict[str, Any]) -> dict[str, Any]:
        return {"value": node["value"], "children": [filled(child) for child in node.get("children", [])]}

    assert plain(built) == filled(tree)


def test_nothing_is_built_for_plain_hints() -> None:
    def take(a: int, b: list[str], c: dict[str, Any], d: Literal["x"], e: float | None = None) -> None: ...

    assert argument_builder(take) is None
