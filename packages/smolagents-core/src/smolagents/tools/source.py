"""Turn a tool into code that stands alone."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Container
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.tools.definition import completed_inputs, json_name
from smolagents.tools.imports import distributions
from smolagents.tools.indentation import indented
from smolagents.tools.names import notebook_cells, surroundings
from smolagents.tools.saved_arguments import saved_arguments

if TYPE_CHECKING:
    from smolagents.tools.base import Tool

_DEFINITION = ("name", "description", "inputs", "output_type", "output_schema", "sequential")
_HEAD = re.compile(r"((?:async\s+)?def\s+)\w+((?:\[.*?\])?\s*\(\s*)", re.DOTALL)
_DEMO = """from smolagents import launch_gradio_demo
from {module} import {cls}

tool = {cls}()
launch_gradio_demo(tool)
"""


def get_source(obj: Any) -> str:
    """Return the source of a class or function, from its file or from the cell of the notebook that defined it.

    Raises:
        TypeError: The object is neither.
        ValueError: This is a notebook, and no cell defines the object.
        OSError: There is no source.
    """
    if not (isinstance(obj, type) or callable(obj)):
        raise TypeError(f"Expected class or callable, got {type(obj).__name__}")
    attributes = getattr(obj, "__dict__", {})
    if attributes.get("__source__"):
        return str(attributes["__source__"])
    try:
        if "__source__" in attributes:
            raise OSError("@tool made this class of a function without source")
        return indented(inspect.getsource(obj)).strip()
    except (OSError, TypeError) as error:
        cells = notebook_cells()
        if cells is None:
            raise OSError(f"There is no source of {obj!r}: define it in a file.") from error
        return _source_in_cells(obj, cells)


def tool_code(tool: Tool) -> str:
    """Return code that defines the tool's class and needs nothing but what it imports.

    Raises:
        ValueError: The tool can't be written as such code; the message says why and what to change.
    """
    if not tool.serializable:
        raise ValueError(
            f"Cannot save the tool '{tool.name}': it stands for an object of another library ({type(tool).__name__}: "
            "from_space, from_langchain, from_gradio or MCP). Make it again from there instead of saving it."
        )
    forward = vars(type(tool)).get("forward")
    function_source = getattr(getattr(forward, "__func__", None), "__source__", None)
    return _class_code(tool) if function_source is None else _simple_tool_code(tool, function_source)


def _simple_tool_code(tool: Tool, function_source: str) -> str:
    header = ["from smolagents import Tool", "from typing import Any, Optional"]
    source = simple_tool_source(tool, function_source)
    around = surroundings("\n".join([*header, source]), type(tool).__module__)
    if around.missing:
        problems = "\n".join(f"- {undefined(name)}" for name in around.missing)
        raise ValueError(f"SimpleTool validation failed for {tool.name}:\n{problems}")
    imports = "\n".join([*around.future, *header, *around.imports])
    return "\n\n".join([imports, *around.definitions, source]) + "\n"


def _class_code(tool: Tool) -> str:
    cls = type(tool)
    arguments = saved_arguments(tool)
    code = getattr(sys.modules.get(cls.__module__), "__tool_code__", None)
    if code is None:
        code = _standing_alone(cls, arguments.plain)
    arguments.warn(tool)
    changed = [f"{cls.__name__}.{attribute} = {value!r}\n" for attribute, value in _changed(tool, code).items()]
    code += arguments.lines(cls)
    return code + "\n\n" + "".join(changed) if changed else code


def _standing_alone(cls: type[Tool], given: Container[str]) -> str:
    from smolagents.tools.standalone import validate_tool_attributes

    try:
        validate_tool_attributes(cls, given=given)
        source = get_source(cls)
    except OSError as error:
        raise ValueError(f"Cannot save the tool class {cls.__name__}: {error}") from error
    around = surroundings(source, cls.__module__)
    imports = "\n".join([*around.future, *around.imports])
    return "\n\n\n".join([imports, *around.definitions, source]) + "\n"


def undefined(name: str) -> str:
    """Return what to tell about a name that a tool's code takes from outside."""
    return f"Name '{name}' is undefined. Define or import it inside the method that uses it."


def simple_tool_source(tool: Tool | type[Tool], function_source: str) -> str:
    """Return the source of the class that `@tool` made, from its definition and the source of its `forward`."""
    lines = [
        "class SimpleTool(Tool):",
        f'    name = "{tool.name}"',
        f"    description = {json.dumps(tool.description, ensure_ascii=False)}",
        f"    inputs = {tool.inputs!r}",
        f'    output_type = "{tool.output_type}"',
    ]
    if tool.output_schema is not None:
        lines.append(f"    output_schema = {tool.output_schema!r}")
    if tool.sequential:
        lines.append("    sequential = True")
    return "\n".join([*lines, "", indented(function_source, "    ")])


def forward_source(function: Callable[..., Any]) -> str | None:
    """Return the source of a decorated function as that of a method `forward`, or None if it has no source."""
    inner = inspect.unwrap(function)
    if not inspect.isfunction(inner) or inner.__name__ == "<lambda>":
        return None
    try:
        source = get_source(inner)
    except (OSError, ValueError):
        return None
    node = ast.parse(source).body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    lines = source.split("\n")
    decorators = [
        f"@{ast.get_source_segment(source, item)}" for item in node.decorator_list if not is_tool_decorator(item)
    ]
    head = "\n".join(lines[node.lineno - 1 :])
    has_parameters = bool(inspect.signature(inner).parameters)
    body = _HEAD.sub(rf"\1forward\2self{', ' if has_parameters else ''}", head, count=1)
    return "\n".join([*decorators, body])


def is_tool_decorator(node: ast.expr) -> bool:
    """Tell whether a decorator is `@tool`."""
    return getattr(node, "id", getattr(node, "attr", None)) == "tool"


def save_tool(tool: Tool, output_dir: str | Path, tool_file_name: str, make_gradio_app: bool) -> None:
    """Write a tool's code and, if asked for, the app that serves it and what they need."""
    described = tool.to_dict()
    folder = Path(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{tool_file_name}.py").write_text(described["code"], encoding="utf-8")
    if make_gradio_app:
        app = _DEMO.format(module=tool_file_name, cls=type(tool).__name__)
        (folder / "app.py").write_text(app, encoding="utf-8")
        requirements = "\n".join([*distributions(described["requirements"]), "smolagents-ui-gradio"])  # app.py needs it
        (folder / "requirements.txt").write_text(f"{requirements}\n", encoding="utf-8")


def _changed(tool: Tool, source: str) -> dict[str, Any]:
    """Return the parts of a tool's definition that a program has changed on the instance."""
    cls = type(tool)
    changed = {}
    for attribute in _DEFINITION:
        value, default = getattr(tool, attribute), getattr(cls, attribute, None)
        if attribute == "inputs" and isinstance(default, dict):
            default = completed_inputs(default, tool.forward, cls.__doc__)
        elif attribute == "output_type":
            default = json_name(default)
        set_in_init = re.search(rf"\bself\.{attribute}\b\s*(:[^=\n]+)?=[^=]", source)
        if attribute in vars(tool) and value != default and not set_in_init:
            changed[attribute] = value
    return changed


def _source_in_cells(obj: Any, cells: list[str]) -> str:
    if not cells:
        raise ValueError("No code cells found in IPython session")
    for cell in reversed(cells):
        for node in ast.parse(cell).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == obj.__name__:
                first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
                return "\n".join(cell.split("\n")[first - 1 : node.end_lineno])
    raise ValueError(f"Could not find source code for {obj.__name__} in IPython history")
