"""Describe a tool to a model, in text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.tools.base import Tool


def code_prompt(tool: Tool) -> str:
    """Return the tool as the head of a Python function with a docstring."""
    parameters = ", ".join(f"{name}: {_type_text(schema)}" for name, schema in tool.inputs.items())
    document = tool.description
    if tool.inputs:
        arguments = "\n".join(f"{name}: {_description(schema)}" for name, schema in tool.inputs.items())
        document += f"\n\nArgs:\n{textwrap.indent(arguments, '    ')}"
    output_type = tool.output_type
    if tool.output_schema is not None:
        output_type = "dict"
        document += (
            "\n\nReturns:\n    dict: always of this JSON schema, so read its fields directly, as in result['field']:\n"
            + textwrap.indent(_json(tool.output_schema, indent=4), "    " * 2)
        )
    document = document.replace('"""', "'''")  # a description that others wrote must not end where it likes
    body = textwrap.indent(f'"""{document}\n"""', "    ")
    return f"def {tool.name}({parameters}) -> {output_type}:\n{body}"


def tool_calling_prompt(tool: Tool) -> str:
    """Return the tool's name, description, inputs and output type."""
    text = (
        f"{tool.name}: {tool.description}\n    Takes inputs: {tool.inputs}\n"
        f"    Returns an output of type: {tool.output_type}"
    )
    if tool.output_schema is not None:
        text += f"\n    The output is always of this JSON schema: {_json(tool.output_schema)}"
    return text


def _description(schema: dict[str, Any]) -> str:
    """Return an input's description, with the values or the structure that it must have."""
    text = str(schema["description"])
    if "enum" in schema:
        return f"{text} (one of: {', '.join(map(repr, schema['enum']))})"
    if "'properties':" in str(schema):
        shape = {key: value for key, value in schema.items() if key not in ("description", "nullable")}
        return f"{text} (JSON schema: {_json(shape)})"
    return text


def _type_text(schema: dict[str, Any]) -> str:
    kind = schema["type"]
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _json(schema: dict[str, Any], indent: int | None = None) -> str:
    import json

    return json.dumps(schema, indent=indent, ensure_ascii=False)
