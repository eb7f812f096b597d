"""MCPClient against a server that others have published: mcp-server-time."""

import sys
from pathlib import Path

from mcp import StdioServerParameters
from smolagents import MCPClient


def test_mcp_server_time() -> None:
    command = str(Path(sys.executable).with_name("mcp-server-time"))
    with MCPClient(
        StdioServerParameters(command=command, args=["--local-timezone", "UTC"]), structured_output=True
    ) as tools:
        (convert,) = [tool for tool in tools if tool.name == "convert_time"]
        converted = convert("UTC", "12:00", "Asia/Tokyo")
    assert converted["time_difference"] == "+9.0h"
    assert "T21:00" in converted["target"]["datetime"]
