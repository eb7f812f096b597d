"""An MCP server with all that a server can have: `demo_server.py [stdio | streamable-http PORT | sse PORT] [NAME]`."""

import asyncio
import base64
import os
import sys
from pathlib import Path
from typing import Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Audio, Context, Image
from mcp.types import TextContent
from pydantic import BaseModel

# One pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
server = MCPServer(sys.argv[3] if len(sys.argv) > 3 else "demo")


class Place(BaseModel):
    """A place."""

    name: str
    inside: "Place | None" = None


class Weather(BaseModel):
    """The weather of a place."""

    place: str
    degrees: float


@server.tool()
def echo(text: str, times: int = 1, mood: Literal["calm", "loud"] | None = None) -> str:
    """Say a text back."""
    said = " ".join([text] * times)
    return said.upper() if mood == "loud" else f"Echo: {said}"


@server.tool(name="get-weather")
def get_weather(place: str) -> Weather:
    """Tell the weather."""
    return Weather(place=place, degrees=21.5)


@server.tool()
def locate(place: Place) -> str:
    """Tell where a place is."""
    return f"{place.name} in {place.inside.name if place.inside else 'nowhere'}"


@server.tool(structured_output=False)
def picture() -> Image:
    """Show a pixel."""
    return Image(data=PNG, format="png")


@server.tool(structured_output=False)
def drawing() -> Image:
    """Show what is no image of pixels."""
    return Image(data=b"<svg/>", format="svg+xml")


@server.tool(structured_output=False)
def sound() -> Audio:
    """Play nothing."""
    return Audio(data=b"RIFF", format="wav")


@server.tool(structured_output=False)
def page() -> list[TextContent | Image]:
    """Show a text and a pixel."""
    return [TextContent(type="text", text="A pixel:"), Image(data=PNG, format="png")]


@server.tool()
def fail() -> str:
    """Fail."""
    from mcp.server.mcpserver.exceptions import ToolError

    raise ToolError("bad luck")


@server.tool()
def die() -> str:
    """End the server."""
    print("I die", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool()
def pid() -> int:
    """Tell the server's process."""
    return os.getpid()


@server.tool()
async def wait(seconds: float) -> str:
    """Wait."""
    await asyncio.sleep(seconds)
    return "waited"


@server.tool()
async def hang(place: str) -> str:
    """Wait for ever, and tell in a file what becomes of that."""
    path = Path(place)
    path.write_text("begun")
    try:
        await asyncio.sleep(3600)
    finally:
        path.write_text("cancelled")
    return "waited"


@server.tool()
async def stay(place: str) -> str:
    """Tell in a file that this has begun, and wait until the file is gone."""
    path = Path(place)
    path.write_text("begun")
    while path.exists():
        await asyncio.sleep(0.01)
    return "stayed"


@server.tool()
def answer() -> str:
    """Answer."""
    return f"The answer of {server.name}"


@server.tool()
def large(size: int) -> str:
    """Return a text of so many characters."""
    return "x" * size


@server.tool()
async def work(context: Context) -> str:
    """Tell how far it has come."""
    await context.report_progress(1, 2, "half")
    await context.report_progress(2, 2, "all")
    return "worked"


@server.tool()
async def learn(context: Context) -> str:
    """Get a new tool."""

    def learned() -> str:
        """Tell what was learned."""
        return "a lot"

    server.add_tool(learned)
    await context.notify_tools_changed()
    return "learned"


@server.tool()
async def forget(context: Context) -> str:
    """Lose a tool."""
    server.remove_tool("echo")
    await context.notify_tools_changed()
    return "forgotten"


@server.tool()
def header(name: str, context: Context) -> str:
    """Tell a header of the request."""
    return (context.headers or {}).get(name, "none")


@server.resource("note://first", mime_type="text/plain")
def note() -> str:
    """Hold a text."""
    return "a note"


@server.resource("note://pixel", mime_type="image/png")
def pixel() -> bytes:
    """Hold an image."""
    return PNG


@server.resource("note://bytes", mime_type="application/octet-stream")
def data() -> bytes:
    """Hold bytes."""
    return b"\x00\x01"


@server.prompt()
def greet(name: str) -> str:
    """Greet somebody."""
    return f"Greet {name}."


if __name__ == "__main__":
    transport = sys.argv[1] if len(sys.argv) > 1 else "stdio"
    if transport == "stdio":
        server.run()
    else:
        server.run(transport, host="127.0.0.1", port=int(sys.argv[2]))
