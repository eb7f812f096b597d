"""`@tool`: make a tool of a function."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any

from smolagents.errors import TypeHintParsingException
from smolagents.tools.base import Tool
from smolagents.tools.definition import completed_inputs
from smolagents.tools.schema import get_json_schema, type_hints


def tool(tool_function: Callable[..., Any]) -> Tool:
    """Make a tool of a function, sync or async.

    Args:
        tool_function: A function with a type hint for every parameter and for the result, and a docstring that says
            what it does and, under `Args:`, what each parameter is. A description that ends with
            `(choices: ["a", "b"])` restricts the parameter to these values.

    Raises:
        TypeHintParsingException: A type hint is missing or has no JSON schema.
        DocstringParsingException: A description is missing.
        ValueError: The function is a tool already.
    """
    if isinstance(tool_function, Tool):
        raise ValueError(f"'{tool_function.name}' is a tool already: multiple @tool decorators. Write @tool once.")
    schema = get_json_schema(tool_function)["function"]
    simple_tool = _simple_tool_class(tool_function, schema)
    return simple_tool()


def _simple_tool_class(function: Callable[..., Any], schema: dict[str, Any]) -> type[Tool]:
    class SimpleTool(Tool):
        name = schema["name"]
        description = schema["description"]
        inputs = completed_inputs(schema["parameters"]["properties"], function, None)
        output_type = _output_type(schema)
        output_schema = _output_schema(function, schema)
        forward = staticmethod(_as_forward(function))

        def __init__(self) -> None:
            self.is_initialized = True

    SimpleTool.__doc__ = function.__doc__
    SimpleTool.__module__ = function.__module__
    SimpleTool.__qualname__ = "SimpleTool"
    _attach_source(SimpleTool, function)
    return SimpleTool


def _as_forward(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function under the signature of a method."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def forward(*args: Any, **kwargs: Any) -> Any:
            return await function(*args, **kwargs)

    else:

        @functools.wraps(function)
        def forward(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

    signature = inspect.signature(function)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    if parameters and parameters[0].kind is inspect.Parameter.POSITIONAL_ONLY:
        this = this.replace(kind=inspect.Parameter.POSITIONAL_ONLY)
    forward.__signature__ = signature.replace(parameters=[this, *parameters])  # type: ignore[attr-defined]
    return forward


def _output_type(schema: dict[str, Any]) -> str:
    if "return" in schema:
        kind = schema["return"].get("type")
        return kind if isinstance(kind, str) else "any"  # a union
    if not schema["parameters"]["properties"]:
        return "null"
    raise TypeHintParsingException(
        f"Tool return type not found: give {schema['name']} a type hint for its result, for example `-> str`."
    )


def _output_schema(function: Callable[..., Any], schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of a TypedDict: such a result is a dictionary whose keys are known."""
    if not typing.is_typeddict(type_hints(function).get("return")):
        return None
    return {key: value for key, value in schema["return"].items() if key != "description"}


def _warn_of_lost_decorators(function: Callable[..., Any], source: str) -> None:
    import warnings

    from smolagents.tools.names import surroundings

    decorators = [line.removeprefix("@") for line in source.splitlines() if line.startswith("@")]
    missing = surroundings("\n".join(decorators), function.__module__).missing
    if missing:
        warnings.warn(
            f"Function '{function.__name__}' has decorators other than @tool, and its saved code would lack them: "
            f"{', '.join(missing)}. Define or import them at the top of the module.",
            stacklevel=5,
        )


def _attach_source(cls: type[Tool], function: Callable[..., Any]) -> None:
    """Keep the source of the class and of its `forward`, for `to_dict`."""
    from smolagents.tools.source import forward_source, simple_tool_source

    source = forward_source(function)
    if source is not None and source.startswith("@"):
        _warn_of_lost_decorators(function, source)
    cls.forward.__source__ = source  # type: ignore[attr-defined]
    cls.__source__ = simple_tool_source(cls, source) if source is not None else None  # type: ignore[attr-defined]
