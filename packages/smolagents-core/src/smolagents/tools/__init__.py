"""Tools: what agents can call.

`base.py` has `Tool`, `decorator.py` has `@tool`. `definition.py` checks a definition and completes it. `schema.py` goes
from type hints to JSON schemas, `arguments.py` from JSON values back to Python's. `source.py` turns a tool into code
that stands alone (`names.py` finds what that code needs), `loading.py` turns the code into a tool.
"""

from typing import TYPE_CHECKING

from smolagents.tools.arguments import validate_tool_arguments
from smolagents.tools.base import BaseTool, Tool
from smolagents.tools.naming import AUTHORIZED_TYPES, is_valid_name

if TYPE_CHECKING:
    from smolagents.tools.bundle import get_tools_definition_code
    from smolagents.tools.collection import ToolCollection
    from smolagents.tools.decorator import tool
    from smolagents.tools.pipeline import PipelineTool
    from smolagents.tools.schema import get_json_schema
    from smolagents.tools.sharing import launch_gradio_demo, load_tool
else:
    _LAZY = {
        "ToolCollection": "collection",
        "PipelineTool": "pipeline",
        "get_json_schema": "schema",
        "launch_gradio_demo": "sharing",
        "load_tool": "sharing",
        "tool": "decorator",
        "get_tools_definition_code": "bundle",
    }

    def __getattr__(name):
        from importlib import import_module

        from smolagents.plugins import module_getattr

        if name in _LAZY:
            return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
        return module_getattr(__name__, "tools")(name)


__all__ = [
    "AUTHORIZED_TYPES",
    "BaseTool",
    "PipelineTool",
    "Tool",
    "ToolCollection",
    "get_json_schema",
    "get_tools_definition_code",
    "is_valid_name",
    "launch_gradio_demo",
    "load_tool",
    "tool",
    "validate_tool_arguments",
]
