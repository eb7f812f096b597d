"""Tools and agents as an MCP server: `mcp_server` with the SDK's client, `smolagents mcp serve` as clients start it."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from mcp import Client
from smolagents import CodeAgent, Tool, tool
from smolagents_testing import ScriptedModel, code
from smolagents_tools_mcp import mcp_server
from smolagents_tools_mcp.command import mcp_main


@tool
def shout(text: str, marks: int = 1) -> str:
    """Say it loud.

    Args:
        text: What to say.
        marks: How loud.
    """
    print("on stdout")
    return text.upper() + "!" * marks


@tool
async def later(seconds: float) -> dict[str, Any]:
    """Answer later.

    Args:
        seconds: When.
    """
    await asyncio.sleep(seconds)
    return {"waited": seconds}


@tool
def fail() -> str:
    """Fail."""
    raise KeyError("lost")


class Pixel(Tool):
    """Show a pixel."""

    name = "pixel"
    description = "Shows one pixel."
    inputs: dict[str, dict[str, Any]] = {}
    output_type = "image"

    def forward(self) -> Any:
        from PIL import Image

        return Image.new("RGB", (1, 1))


def ask(server: Any, name: str, arguments: dict[str, Any], **options: Any) -> Any:
    async def call() -> Any:
        async with Client(server) as client:
            return await client.call_tool(name, arguments, **options)

    return asyncio.run(call())


def test_describes_tools() -> None:
    async def listed() -> Any:
        async with Client(mcp_server([shout, Pixel()])) as client:
            return (await client.list_tools()).tools

    first, second = asyncio.run(listed())
    assert (first.name, first.description) == ("shout", "Say it loud.")
    assert first.input_schema["properties"]["text"] == {"type": "string", "description": "What to say."}
    assert first.input_schema["required"] == ["text"]
    assert second.name == "pixel"


def test_calls_tools() -> None:
    server = mcp_server([shout, later, Pixel()])
    assert ask(server, "shout", {"text": "hi", "marks": 2}).content[0].text == "HI!!"
    waited = ask(server, "later", {"seconds": 0.01})
    assert waited.structured_content == json.loads(waited.content[0].text) == {"waited": 0.01}
    assert ask(server, "pixel", {}).content[0].mime_type == "image/png"


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("fail", {}, "KeyError: 'lost'"),
        (
            "shout",
            {"txt": "hi"},
            "ValueError: Argument txt is not in the tool's input schema, which has: ['text', 'marks']",
        ),
        ("shout", {"text": 3}, "TypeError: Argument text has type 'integer' but should be 'string'"),
        ("shot", {}, "There is no tool shot. There are: shout, fail"),
    ],
)
def test_errors_are_results(name: str, arguments: dict[str, Any], says: str) -> None:
    result = ask(mcp_server([shout, fail]), name, arguments)
    assert result.is_error
    assert result.content[0].text == says


@tool
def odd(function: str) -> Any:
    """Do what is not right.

    Args:
        function: What.
    """
    if function == "end":
        raise SystemExit(3)
    if function == "fail":
        raise ValueError("half a pair: \ud83d")
    return {"half \ud83d": "\ud83d"} if function == "half" else f"did {function}\ud83d"


def test_no_tool_ends_the_server() -> None:
    server = mcp_server([odd])
    assert ask(server, "odd", {"function": "end"}).content[0].text == "SystemExit: 3"
    # No message can carry half a surrogate pair.
    assert ask(server, "odd", {"function": "fail"}).content[0].text == "ValueError: half a pair: ?"
    assert ask(server, "odd", {"function": "half"}).structured_content == {"half ?": "?"}
    assert ask(server, "odd", {"function": "this"}).content[0].text == "did this?"


class Measured(Tool):
    """Have an output schema, and all types of inputs."""

    name = "measured"
    description = "Measures."
    inputs: dict[str, dict[str, Any]] = {
        "picture": {"type": "image", "description": "A path."},
        "whatever": {"type": "any", "description": "Anything."},
        "level": {"type": "string", "description": "How much.", "enum": ["low", "high"], "nullable": True},
    }
    output_type = "object"
    output_schema = {"type": "object", "properties": {"width": {"type": "integer"}}, "required": ["width"]}

    def forward(self, picture: Any, whatever: Any, level: str | None = None) -> Any:
        return {"width": 3}


def test_structured_output() -> None:
    server = mcp_server([Measured()])

    async def listed() -> Any:
        async with Client(server) as client:
            return (await client.list_tools()).tools[0]

    described = asyncio.run(listed())
    assert described.output_schema == Measured.output_schema
    assert described.input_schema["properties"] == {
        "picture": {"type": "string", "description": "A path."},
        "whatever": {"description": "Anything."},
        "level": {"type": ["string", "null"], "description": "How much.", "enum": ["low", "high"]},
    }
    assert ask(server, "measured", {"picture": "a.png", "whatever": 1}).structured_content == {"width": 3}


def test_an_agent_is_a_tool() -> None:
    model = ScriptedModel([code("x = 1"), code("final_answer({'x': x + 41})")], per_run=True)
    agent = CodeAgent([], model, name="analyst", description="Analyses.", verbosity_level=-1)
    told: list[Any] = []

    async def tell(done: float, total: float | None, message: str | None) -> None:
        told.append((done, message))

    server = mcp_server([agent])
    assert ask(server, "analyst", {"task": "Count."}, progress_callback=tell).structured_content == {"x": 42}
    assert told == [(1.0, "step 1 is done"), (2.0, "step 2 is done")]
    refused = ask(server, "analyst", {"job": "Count."})
    assert refused.is_error
    assert "An agent takes a `task`" in refused.content[0].text


def test_names_must_differ() -> None:
    with pytest.raises(ValueError, match="Two of the offered are called shout"):
        mcp_server([shout, shout])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "smolagents mcp: error: there is nothing to offer: name tools, or agents with --agent FOLDER"),
        (["no_such_tool"], "no_such_tool"),
        (["--agent", "no/such/folder"], "no/such/folder"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mcp_main(["serve", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_the_command_is_listed() -> None:
    done = subprocess.run([sys.executable, "-m", "smolagents", "help"], capture_output=True, text=True, check=True)
    assert "mcp" in done.stdout
    assert "offer tools and agents as an MCP server" in done.stdout


def test_its_help_says_where_the_names_of_tools_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert mcp_main(["serve", "--help"]) == 0
    assert "`smolagents tools list`" in " ".join(capsys.readouterr().out.split())
