"""The MCP client, as programs import it from here: it lives in smolagents-tools-mcp."""

from smolagents.plugins import package_getattr

__getattr__ = package_getattr(__name__, "smolagents-tools-mcp")
