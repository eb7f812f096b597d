"""Define tools in an interpreter that has no smolagents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from smolagents.tools.source import tool_code

if TYPE_CHECKING:
    from smolagents.tools.base import Tool

_TOOL_IMPORT = re.compile(r"^from smolagents(\.tools(\.base)?)? import Tool$\n?", re.MULTILINE)
_FUTURE_IMPORT = re.compile(r"^from __future__ import annotations$\n?", re.MULTILINE)
_BASE = """
from __future__ import annotations
from typing import Any, Optional


class Tool:
    output_schema = None
    is_initialized = False

    def __init__(self, *args, **kwargs):
        self.is_initialized = False

    def setup(self):
        self.is_initialized = True

    def forward(self, *args, **kwargs):
        raise NotImplementedError(f"Write the method 'forward' in {type(self).__name__}.")

    def __call__(self, *args, **kwargs):
        if not self.is_initialized:
            self.setup()
            self.is_initialized = True
        return self.forward(*args, **kwargs)
"""


def get_tools_definition_code(tools: Mapping[str, Tool]) -> str:
    """Return code that defines tools, under their names, in an interpreter that has no smolagents.

    Args:
        tools: The tools, by name; all of them can be saved.

    Raises:
        ValueError: A tool can't be written as code.
    """
    parts = [_BASE.strip()]
    for tool in tools.values():
        code = _FUTURE_IMPORT.sub("", _TOOL_IMPORT.sub("", tool_code(tool)))
        parts.append(f"{code.strip()}\n\n\n{tool.name} = {type(tool).__name__}()")
    return "\n\n\n".join(parts) + "\n"
