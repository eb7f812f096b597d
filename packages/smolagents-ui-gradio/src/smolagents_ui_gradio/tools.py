"""Tools as web pages, and Gradio's tools as tools."""

from __future__ import annotations

import json
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from smolagents import Tool
from smolagents.concurrency import wait_for
from smolagents.tools.schema import schema_of_hint

from smolagents_ui_gradio.media import shown_file
from smolagents_ui_gradio.style import HOUR, PAGE
from smolagents_ui_gradio.text import literal

if TYPE_CHECKING:
    import gradio


def launch_gradio_demo(tool: Tool, **kwargs: Any) -> Any:
    """Serve a page with a form for a tool's inputs, until the program ends.

    Args:
        tool: The tool.
        **kwargs: As Gradio's `launch` takes them.
    """
    return tool_page(tool).launch(**{"share": False, **PAGE, **kwargs})


def tool_page(tool: Tool) -> gradio.Interface:
    """Return the page of a tool."""
    import gradio

    def call(*values: Any) -> Any:
        given = dict(zip(tool.inputs, values, strict=True))
        arguments = {
            name: _parsed(name, value, tool.inputs[name])
            for name, value in given.items()
            if value is not None and not (value == "" and tool.inputs[name].get("nullable"))
        }
        try:
            result = tool(sanitize_inputs_outputs=True, **arguments)
            if tool.is_async:
                result = wait_for(result)
            return shown_file(result) if tool.output_type in ("image", "audio") else result
        except Exception as error:  # whatever it is: the person reads it
            raise gradio.Error(literal(f"{type(error).__name__}: {error}"), duration=None) from error

    return gradio.Interface(
        fn=call,
        inputs=[_field(name, schema) for name, schema in tool.inputs.items()],
        outputs=_output(tool.output_type),
        title=tool.name.replace("_", " ").capitalize(),
        description=tool.description,
        flagging_mode="never",
        api_name=tool.name,
        analytics_enabled=False,
        delete_cache=(HOUR, 24 * HOUR),
    )


def tool_from_gradio(gradio_tool: Any) -> Tool:
    """Return a tool that calls a Gradio tool.

    Args:
        gradio_tool: An object with `name`, `description` and a method `run` whose parameters are the inputs.
    """

    class GradioTool(Tool):
        """Call a Gradio tool."""

        skip_forward_signature_validation = True
        serializable = False

        def __init__(self) -> None:
            super().__init__()
            self.name = gradio_tool.name
            self.description = gradio_tool.description
            self.output_type = "any"
            self.inputs = {
                name: _described(name, parameter) for name, parameter in signature(gradio_tool.run).parameters.items()
            }

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return gradio_tool.run(*args, **kwargs)

    return GradioTool()


def _described(name: str, parameter: Parameter) -> dict[str, Any]:
    hint = Any if parameter.annotation is Parameter.empty else parameter.annotation
    described = {"description": name, **schema_of_hint(hint)}
    if parameter.default is not Parameter.empty:
        described["nullable"] = True
    return described


def _field(name: str, schema: dict[str, Any]) -> Any:
    import gradio

    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {"label": name, "info": schema["description"]}
    if "enum" in schema:
        return gradio.Dropdown(schema["enum"], value=schema.get("default"), **words)
    if kinds == ["image"]:
        return gradio.Image(label=f"{name}: {schema['description']}", type="pil")
    if kinds == ["audio"]:
        return gradio.Audio(label=f"{name}: {schema['description']}", type="filepath")
    if kinds == ["boolean"]:
        return gradio.Checkbox(value=bool(schema.get("default")), **words)
    if kinds in (["integer"], ["number"]):
        return gradio.Number(value=schema.get("default"), precision=0 if kinds == ["integer"] else None, **words)
    if kinds in (["object"], ["array"]):
        return gradio.Code(label=f"{name}: {schema['description']} (JSON)", language="json")
    return gradio.Textbox(value=schema.get("default"), **words)


def _parsed(name: str, value: Any, schema: dict[str, Any]) -> Any:
    if schema["type"] not in ("object", "array"):
        return value
    import gradio

    try:
        return json.loads(value)
    except ValueError as error:
        raise gradio.Error(literal(f"{name} is no JSON: {error}")) from None


def _output(kind: str) -> Any:
    import gradio

    if kind == "image":
        return gradio.Image(label="Result")
    if kind == "audio":
        return gradio.Audio(label="Result")
    if kind in ("object", "array"):
        return gradio.JSON(label="Result")
    return gradio.Textbox(label="Result", buttons=["copy"])
