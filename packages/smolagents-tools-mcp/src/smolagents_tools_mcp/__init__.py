"""Tools of MCP servers for agents, and tools and agents as an MCP server."""

from smolagents_tools_mcp.client import MCPClient
from smolagents_tools_mcp.errors import MCPToolError
from smolagents_tools_mcp.offering import mcp_server

__all__ = ["MCPClient", "MCPToolError", "mcp_server"]
