"""Check that a tool class can be saved, under the name that programs import."""

from smolagents.tools.standalone import validate_tool_attributes

__all__ = ["validate_tool_attributes"]
