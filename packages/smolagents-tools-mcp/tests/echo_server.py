"""An MCP server with one tool."""

from mcp.server import MCPServer

server = MCPServer("echo")


@server.tool()
def echo(text: str) -> str:
    """Say a text back."""
    return f"Echo: {text}"


server.run()
