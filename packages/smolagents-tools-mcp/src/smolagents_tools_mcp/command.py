"""`smolagents mcp serve`: offer tools and agents to any MCP client."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from smolagents.hooks import CommandRegistry, hookimpl


@hookimpl
def register_commands(registry: CommandRegistry) -> None:
    """Add `smolagents mcp`."""
    registry.add("mcp", mcp_main, "offer tools and agents as an MCP server")


def mcp_main(arguments: list[str]) -> int:
    """Run `smolagents mcp` and return the exit code."""
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        server = _server(options)
    except (ValueError, ImportError, FileNotFoundError) as error:
        print(f"smolagents mcp: error: {error}", file=sys.stderr)
        return 2
    if options.transport == "stdio":
        return _serve_stdio(server)
    return _serve_http(server, options.host, options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("smolagents mcp", description="Offer tools and agents to MCP clients.")
    serve = parser.add_subparsers(required=True, metavar="serve").add_parser(
        "serve", help="offer tools and agents", description="Offer tools and agents to MCP clients."
    )
    serve.add_argument("tools", nargs="*", metavar="TOOL", help="name of a tool: `smolagents plugins list` shows them")
    serve.add_argument(
        "--agent", action="append", default=[], metavar="FOLDER", help="an agent that was saved to a folder; it is run"
    )
    serve.add_argument("--transport", choices=("stdio", "streamable-http"), default="stdio")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (streamable-http)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (streamable-http)")
    serve.add_argument("--name", default="smolagents", help="what the server calls itself")
    return parser


def _server(options: argparse.Namespace) -> Any:
    from smolagents import MultiStepAgent, Tool, load_tool

    from smolagents_tools_mcp.offering import mcp_server

    offered: list[Tool | MultiStepAgent] = [load_tool(name) for name in options.tools]
    offered += [MultiStepAgent.from_folder(folder) for folder in options.agent]
    if not offered:
        raise ValueError("there is nothing to offer: name tools, or agents with --agent FOLDER")
    return mcp_server(offered, options.name)


def _serve_stdio(server: Any) -> int:
    import anyio
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)
    return 0


def _serve_http(server: Any, host: str, port: int) -> int:
    import uvicorn

    if host not in ("127.0.0.1", "localhost", "::1"):
        print(f"smolagents mcp: warning: whoever reaches {host} can use these tools", file=sys.stderr)
    uvicorn.run(server.streamable_http_app(host=host), host=host, port=port, log_level="warning")
    return 0
