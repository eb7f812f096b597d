"""`smolagents mcp serve`: offer tools and agents to any MCP client."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from smolagents.hooks import CommandRegistry, hookimpl

_INTERRUPTED = 130


@hookimpl
def register_commands(registry: CommandRegistry) -> None:
    """Add `smolagents mcp`."""
    registry.add("mcp", mcp_main, "offer tools and agents as an MCP server")


def mcp_main(arguments: list[str]) -> int:
    """Run `smolagents mcp` and return the exit code."""
    from smolagents_tools_mcp.serving import serve_http, serve_stdio

    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        host, port = _address(options)
        server = _server(options)
    except (ValueError, ImportError, OSError) as error:
        print(f"smolagents mcp: error: {error}", file=sys.stderr)
        return 2
    try:
        if options.transport == "stdio":
            serve_stdio(server)
        else:
            serve_http(server, host, port)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (OSError, OverflowError) as error:
        where = f"can't listen at {host}:{port}: " if getattr(error, "errno", None) else ""
        print(f"smolagents mcp: error: {where}{getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("smolagents mcp", description="Offer tools and agents to MCP clients.")
    serve = parser.add_subparsers(required=True, metavar="serve").add_parser(
        "serve", help="offer tools and agents", description="Offer tools and agents to MCP clients."
    )
    serve.add_argument("tools", nargs="*", metavar="TOOL", help="name of a tool: `smolagents tools list` shows them")
    serve.add_argument(
        "--agent", action="append", default=[], metavar="FOLDER", help="an agent that was saved to a folder; it is run"
    )
    serve.add_argument("--transport", choices=("stdio", "streamable-http"), default="stdio")
    serve.add_argument(
        "--host",
        help="address to listen on (streamable-http; default: 127.0.0.1); all but this machine's own need a secret in "
        "SMOLAGENTS_MCP_TOKEN",
    )
    serve.add_argument("--port", type=int, help="port to listen on (streamable-http; default: 8000); 0: any free one")
    serve.add_argument("--name", default="smolagents", help="what the server calls itself")
    return parser


def _address(options: argparse.Namespace) -> tuple[str, int]:
    given = [option for option in ("host", "port") if getattr(options, option) is not None]
    if given and options.transport == "stdio":
        raise ValueError(f"--{given[0]} is for --transport streamable-http: stdio has no address")
    return options.host or "127.0.0.1", 8000 if options.port is None else options.port


def _server(options: argparse.Namespace) -> Any:
    from smolagents import MultiStepAgent, Tool, load_tool

    from smolagents_tools_mcp.offering import mcp_server

    offered: list[Tool | MultiStepAgent] = [load_tool(name) for name in options.tools]
    offered += [MultiStepAgent.from_folder(folder) for folder in options.agent]
    if not offered:
        raise ValueError("there is nothing to offer: name tools, or agents with --agent FOLDER")
    return mcp_server(offered, options.name)
