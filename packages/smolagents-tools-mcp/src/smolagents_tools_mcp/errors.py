"""What goes wrong with MCP servers, as the exceptions that say so."""


class MCPToolError(RuntimeError):
    """Tell what a tool of an MCP server gave as its error."""


class Cancelled(RuntimeError):
    """Tell why a request was cancelled before its answer came."""
