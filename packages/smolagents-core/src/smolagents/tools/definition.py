"""Check a tool's definition, and fill in what its signature and docstrings already say."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from smolagents.errors import TypeHintParsingException
from smolagents.tools.docstrings import parse_google_format_docstring
from smolagents.tools.naming import AUTHORIZED_TYPES, is_valid_name
from smolagents.tools.schema import schema_of_hint, type_hints

if TYPE_CHECKING:
    from collections.abc import Callable

    from smolagents.tools.base import Tool


def check_definition(tool: Tool) -> None:
    """Check a tool and complete its `inputs` and `output_type`.

    A Python type stands for its JSON name (`str` for "string", "list" for "array"). A missing description comes from
    the docstring of `forward` or of the class, a missing `nullable` from the default or the type hint in `forward`.

    Raises:
        TypeError: An attribute is missing or has the wrong type.
        ValueError: An input has a type that tools don't know.
        AssertionError: An input or the output is not described as it must be.
        Exception: The name is no identifier, or the parameters of `forward` are not the inputs.
    """
    _check_attributes(tool)
    output_type = json_name(tool.output_type)
    if output_type != tool.output_type:
        tool.output_type = output_type
    inputs = completed_inputs(tool.inputs, tool.forward, type(tool).__doc__)
    for name, schema in inputs.items():
        _check_input(tool.name, name, schema)
    if output_type not in AUTHORIZED_TYPES:
        raise AssertionError(f"Tool '{tool.name}': output_type must be one of {AUTHORIZED_TYPES}, not {output_type!r}.")
    if not getattr(tool, "skip_forward_signature_validation", False):
        _check_signature(tool, inputs)
    if inputs != tool.inputs:
        tool.inputs = inputs


def completed_inputs(
    inputs: dict[str, Any], forward: Callable[..., Any], class_document: str | None
) -> dict[str, dict[str, Any]]:
    """Return a tool's inputs with JSON names for types, and with what `forward` says about them."""
    nullable = _nullable_parameters(forward)
    completed: dict[str, Any] = {}
    for name, given in inputs.items():
        schema = dict(given) if isinstance(given, dict) else given
        if isinstance(schema, dict):
            if "type" in schema:
                kind = schema["type"]
                schema["type"] = [json_name(part) for part in kind] if isinstance(kind, list) else json_name(kind)
            elif "anyOf" in schema:
                schema["type"] = _types_of_choices(schema["anyOf"])
            if "description" not in schema and (text := _documented(name, forward, class_document)):
                schema["description"] = text
            if "nullable" not in schema and name in nullable:
                schema["nullable"] = True
        completed[name] = schema
    return completed


def json_name(kind: Any) -> Any:
    """Return the JSON name of a type that is given as a Python type or as "list"; anything else as it is."""
    if kind == "list":
        return "array"
    if not isinstance(kind, type) and getattr(kind, "__origin__", None) is None:
        return kind
    try:
        return schema_of_hint(kind).get("type", "any")
    except TypeHintParsingException:
        return kind


def _types_of_choices(choices: list[dict[str, Any]]) -> Any:
    kinds = [kind for choice in choices for kind in _as_list(choice.get("type", "any"))]
    unique = list(dict.fromkeys(kinds))
    return unique[0] if len(unique) == 1 else unique


def _check_attributes(tool: Tool) -> None:
    for attribute, expected in {"name": str, "description": str, "inputs": dict, "output_type": str}.items():
        value = getattr(tool, attribute, None)
        if attribute == "output_type":
            value = json_name(value)
        kind = type(tool).__name__
        if value is None:
            raise TypeError(f"You must set an attribute {attribute} in the tool class {kind}.")
        if not isinstance(value, expected):
            raise TypeError(
                f"Attribute {attribute} of {kind} should have type {expected.__name__}, got {type(value).__name__} "
                "instead."
            )
    if not is_valid_name(tool.name):
        raise Exception(
            f"Invalid Tool name '{tool.name}': must be a valid Python identifier and not a reserved keyword"
        )


def _check_input(tool_name: str, name: str, schema: Any) -> None:
    where = f"Tool '{tool_name}': input '{name}'"
    if not isinstance(schema, dict):
        raise AssertionError(f"{where} should be a dictionary, got {type(schema).__name__}.")
    if "type" not in schema:
        raise AssertionError(f"{where} has no 'type', only {list(schema)}. Set it to one of {AUTHORIZED_TYPES}.")
    if "description" not in schema:
        raise AssertionError(
            f"{where} has no 'description', only {list(schema)}. Write one there, or under `Args:` in the docstring of "
            "`forward`."
        )
    kind = schema["type"]
    if not isinstance(kind, (str, list)) or not all(isinstance(part, str) for part in kind):
        raise TypeError(f"{where}: 'type' must be a string or a list of strings, got {kind!r}.")
    invalid = [part for part in _as_list(kind) if part not in AUTHORIZED_TYPES]
    if invalid:
        raise ValueError(f"{where}: unknown type {', '.join(map(repr, invalid))}, must be one of {AUTHORIZED_TYPES}.")


def _check_signature(tool: Tool, inputs: dict[str, dict[str, Any]]) -> None:
    parameters = _parameters(tool.forward)
    if set(parameters) != set(inputs):
        raise Exception(
            f"In tool '{tool.name}', the parameters of 'forward' are {sorted(parameters)}, but 'inputs' has "
            f"{sorted(inputs)}. 'forward' takes 'self' and then exactly the keys of 'inputs'."
        )
    nullable = _nullable_parameters(tool.forward)
    for name, schema in inputs.items():
        if schema.get("nullable") and name not in nullable:
            raise AssertionError(
                f"Nullable argument '{name}' in inputs of tool '{tool.name}' should be optional in 'forward' too: give "
                "it a default, or a type hint that allows None."
            )


def _parameters(forward: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    try:
        parameters = inspect.signature(forward).parameters
    except ValueError:  # a builtin without a signature
        return {}
    return {name: parameter for name, parameter in parameters.items() if name != "self"}


def _nullable_parameters(forward: Callable[..., Any]) -> set[str]:
    """Return the parameters that have a default or whose type hint allows None."""
    try:
        hints = type_hints(forward)
    except TypeHintParsingException:  # a name that only type checkers see: its text must do
        hints = {}
    return {
        name
        for name, parameter in _parameters(forward).items()
        if parameter.default is not parameter.empty or _allows_none(hints.get(name, parameter.annotation))
    }


def _allows_none(hint: Any) -> bool:
    if hint is inspect.Parameter.empty:
        return False
    if isinstance(hint, str):
        return "None" in hint or "Optional[" in hint
    try:
        schema = schema_of_hint(hint)
    except TypeHintParsingException:
        return False
    return bool(schema.get("nullable"))


def _documented(name: str, forward: Callable[..., Any], class_document: str | None) -> str | None:
    for document in (inspect.getdoc(forward), class_document):
        arguments = parse_google_format_docstring(document)[1] if document else None
        if arguments and arguments.get(name):
            return arguments[name]
    return None


def _as_list(kind: Any) -> list[Any]:
    return kind if isinstance(kind, list) else [kind]
