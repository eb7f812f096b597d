"""A tool class is checked for what its saved code would lack."""

import math
from typing import Any

import pytest
from smolagents.default_tools import FinalAnswerTool, PythonInterpreterTool, UserInputTool
from smolagents.tool_validation import validate_tool_attributes
from smolagents.tools import Tool, tool

UNDEFINED_VARIABLE = "undefined_variable"


class Base(Tool):
    name = "base"
    description = "Does something."
    inputs = {"value": {"type": "string", "description": "A value"}}
    output_type = str

    def forward(self, value: str) -> str:
        return value


class Valid(Base):
    simple = "text"
    nested = {"key": ["value", (1, -2.5), {True}], "none": None}
    joined = "a" + "b" * 3
    annotated: int = 3

    def __init__(self, optional: str = "default", *args: Any, flag: bool = False, **kwargs: Any) -> None:
        super().__init__()
        self.optional = optional

    def forward(self, value: str) -> str:
        import json

        local = [item for item in value if item]
        scale = lambda number: number * math.pi  # noqa: E731
        try:
            return json.dumps([local, scale(1), helper(value)])
        except ValueError as error:
            return str(error)


def helper(value: str) -> str:
    return value.upper()


@tool
def function_tool(value: str) -> str:
    """Do it.

    Args:
        value (str): A value.
    """
    return helper(value)


class InvalidName(Base):
    name = "invalid tool name"


class ComplexAttribute(Base):
    computed = [number for number in range(3)]  # noqa: C416


class RequiredParameter(Base):
    def __init__(self, required, optional=1) -> None:  # type: ignore[no-untyped-def]
        super().__init__()


class InheritedRequiredParameter(RequiredParameter):
    pass


class ComputedDefault(Base):
    def __init__(self, default=UNDEFINED_VARIABLE, *, other=len("x")) -> None:  # type: ignore[no-untyped-def]
        super().__init__()


class UndefinedName(Base):
    def forward(self, value: str) -> str:
        return UNDEFINED_VARIABLE


class UndefinedBehindHelper(Base):
    def forward(self, value: str) -> str:
        return uses_undefined(value)


def uses_undefined(value: str) -> str:
    return value + UNDEFINED_VARIABLE


class WrongInEveryWay(InvalidName):
    name = "still invalid"
    computed = list("abc")

    def __init__(self, required: int) -> None:
        super().__init__()

    def forward(self, value: str) -> str:
        return UNDEFINED_VARIABLE


@pytest.mark.parametrize(
    "cls", [Base, Valid, type(function_tool), FinalAnswerTool, UserInputTool, PythonInterpreterTool]
)
def test_class_that_stands_alone_is_valid(cls: type[Tool]) -> None:
    assert validate_tool_attributes(cls) is None


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (
            InvalidName,
            "Class attribute 'name' must be a valid Python identifier and not a reserved keyword, "
            "found 'invalid tool name'",
        ),
        (ComplexAttribute, "Complex attributes should be defined in __init__, not as class attributes: computed"),
        (RequiredParameter, "Parameters in __init__ must have default values, found required parameters: required"),
        (InheritedRequiredParameter, "found required parameters: required"),
        (ComputedDefault, "Parameters in __init__ must have literal default values, found non-literal: default, other"),
        (UndefinedName, "Name 'UNDEFINED_VARIABLE' is undefined"),
        (UndefinedBehindHelper, "Name 'UNDEFINED_VARIABLE' is undefined"),
    ],
)
def test_class_that_does_not_stand_alone_is_refused(cls: type[Tool], message: str) -> None:
    with pytest.raises(ValueError, match=f"Tool validation failed for {cls.__name__}:\n- .*{message}"):
        validate_tool_attributes(cls)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        validate_tool_attributes(WrongInEveryWay)
    assert str(caught.value).count("\n- ") == 4


def test_names_are_not_checked_on_request() -> None:
    assert validate_tool_attributes(UndefinedName, check_imports=False) is None
