"""MCPClient against servers of the SDK: over stdio, streamable HTTP and SSE."""

import asyncio
import os
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from smolagents import CodeAgent, MCPClient, Tool, ToolCallingAgent, ToolCollection
from smolagents.agent_types import AgentAudio
from smolagents_testing import ScriptedModel, ToolConformance, code, tool_call
from smolagents_tools_mcp import MCPToolError

HERE = Path(__file__).parent


def named_tools(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


class TestEcho(ToolConformance):
    """A tool of a server is a tool like any other."""

    call_arguments = {"text": "hello"}
    saveable = False

    @pytest.fixture(autouse=True)
    def connected(self, demo: Any) -> Any:
        with MCPClient(demo) as tools:
            self.echo = named_tools(tools)["echo"]
            yield

    def make_tool(self) -> Tool:
        return self.echo


class TestWeather(TestEcho):
    """So is one with an output schema."""

    call_arguments = {"place": "Bern"}

    @pytest.fixture(autouse=True)
    def connected(self, demo: Any) -> Any:
        with MCPClient(demo, structured_output=True) as tools:
            self.echo = named_tools(tools)["get_weather"]
            yield


@pytest.mark.parametrize("transport", ["stdio", "streamable-http", "sse"])
def test_calls_tools(transport: str, demo: Any, listening: Callable[[str], Any]) -> None:
    parameters = demo
    if transport != "stdio":
        parameters = {"url": listening(transport).url, "transport": transport}
    before = dict(parameters) if isinstance(parameters, dict) else None
    with MCPClient(parameters) as tools:
        echo = named_tools(tools)["echo"]
        assert echo("hi") == echo(text="hi") == echo({"text": "hi"}) == "Echo: hi"
        assert echo("hi", 2) == echo("hi", times=2, mood=None) == "Echo: hi hi"
        assert echo("hi", mood="loud") == "HI"
    assert before is None or parameters == before


def test_describes_inputs(demo: Any) -> None:
    with MCPClient(demo) as tools:
        tool = named_tools(tools)
        assert tool["echo"].description == "Say a text back."
        assert tool["echo"].inputs["text"] == {"type": "string", "description": "Text"}
        mood = tool["echo"].inputs["mood"]
        assert (mood["type"], mood["nullable"], mood["default"]) == ("string", True, None)
        assert (tool["echo"].inputs["times"]["type"], tool["echo"].inputs["times"]["nullable"]) == ("integer", True)
        place = tool["locate"].inputs["place"]
        assert place["type"] == "object"
        assert place["properties"]["name"]["type"] == "string"
        assert "$ref" not in str(place)
        assert tool["locate"]({"name": "Bern", "inside": {"name": "Switzerland"}}) == "Bern in Switzerland"


def test_returns_what_results_hold(demo: Any) -> None:
    from PIL import Image

    with MCPClient(demo) as tools:
        tool = named_tools(tools)
        picture = tool["picture"]()
        assert isinstance(picture, Image.Image)
        assert picture.size == (1, 1)
        assert tool["drawing"]() == b"<svg/>"
        assert isinstance(tool["sound"](), AgentAudio)
        text, pixel = tool["page"]()
        assert text == "A pixel:"
        assert pixel.size == (1, 1)
        assert '"degrees": 21.5' in tool["get_weather"]("Bern")


def test_structured_output(demo: Any) -> None:
    with MCPClient(demo, structured_output=True) as tools:
        weather = named_tools(tools)["get_weather"]
        assert weather.output_type == "object"
        assert set(weather.output_schema["properties"]) == {"place", "degrees"}
        assert weather("Bern") == {"place": "Bern", "degrees": 21.5}
        assert "'degrees'" in weather.to_code_prompt() or '"degrees"' in weather.to_code_prompt()


def test_a_failing_tool_raises(demo: Any) -> None:
    with MCPClient(demo) as tools:
        tool = named_tools(tools)
        with pytest.raises(MCPToolError, match="bad luck"):
            tool["fail"]()
        with pytest.raises(MCPToolError, match="times"):
            tool["echo"]("x", times="many")
        with pytest.raises(TypeError, match=r"no argument 'txt'; it takes text, times, mood"):
            tool["echo"](txt="x")
        with pytest.raises(TypeError, match="takes 3 arguments, 4 were given"):
            tool["echo"]("a", 1, None, 2)
        with pytest.raises(TypeError, match=r"echo\(\) got two values for text"):
            tool["echo"]("a", text="b")


def test_what_cant_be_sent_harms_no_connection(demo: Any) -> None:
    circle: list[Any] = []
    circle.append(circle)
    with MCPClient(demo) as tools:
        tool = named_tools(tools)
        pid = tool["pid"]()
        for value in ("half a pair: \ud83d", object(), circle):
            with pytest.raises(ValueError, match=r"echo\(\) can't send these arguments as JSON: "):
                tool["echo"](text=value)
        assert tool["pid"]() == pid


def test_code_of_a_model_catches_a_failure_and_calls_tools_in_the_sandbox(demo: Any) -> None:
    program = """
try:
    fail()
except Exception as error:
    said = str(error)
final_answer((said, echo("hi"), get_weather("Bern")["degrees"]))
"""
    with MCPClient(demo, structured_output=True) as tools:
        agent = CodeAgent(tools, ScriptedModel([code(program)]), executor_type="process", verbosity_level=-1)
        with agent:
            said, echoed, degrees = agent.run("x")
        assert "bad luck" in said
        assert (echoed, degrees) == ({"result": "Echo: hi"}, 21.5)


def test_arun_is_not_blocked(demo: Any, tmp_path: Path) -> None:
    path = tmp_path / "stay"
    replies = [tool_call("stay", place=str(path)), lambda messages: tool_call("final_answer", answer=str(messages[-1]))]

    async def both() -> Any:
        run = asyncio.create_task(ToolCallingAgent(tools, ScriptedModel(replies), verbosity_level=-1).arun("x"))
        while not path.exists() and not run.done():
            await asyncio.sleep(0.01)
        path.unlink()  # which is what the tool waits for
        return await run

    with MCPClient(demo) as tools:
        assert "stayed" in asyncio.run(both())


def test_many_threads_share_a_client(demo: Any) -> None:
    with MCPClient(demo) as tools, ThreadPoolExecutor(16) as pool:
        echo = named_tools(tools)["echo"]
        texts = [f"text {number}" for number in range(200)]
        assert list(pool.map(echo, texts)) == [f"Echo: {text}" for text in texts]


def test_progress(demo: Any) -> None:
    told: list[Any] = []
    with MCPClient(demo, progress=lambda *progress: told.append(progress)) as tools:
        assert named_tools(tools)["work"]() == "worked"
    assert told == [("work", 1.0, 2.0, "half"), ("work", 2.0, 2.0, "all")]


def test_several_servers(demo: Any, named_server: Callable[[str], Any], listening: Callable[[str], Any]) -> None:
    echo_server = StdioServerParameters(command=sys.executable, args=[str(HERE / "echo_server.py")])
    with MCPClient([echo_server, {"url": listening("streamable-http").url}]) as tools:
        tool = named_tools(tools)
        assert len(tool) == len(tools)
        assert tool["echo_echo"]("hi") == tool["demo_echo"]("hi") == "Echo: hi"
        assert tool["pid"]() != os.getpid()
    with MCPClient([named_server("one"), named_server("one")]) as tools:
        tool = named_tools(tools)
        assert len(tool) == len(tools)
        assert tool["one_pid"]() != tool["one_pid_2"]()


def test_resources_and_prompts(demo: Any) -> None:
    echo_server = StdioServerParameters(command=sys.executable, args=[str(HERE / "echo_server.py")])
    client = MCPClient([echo_server, demo])
    with client:
        assert {str(resource.uri) for resource in client.list_resources()} == {
            "note://first",
            "note://pixel",
            "note://bytes",
        }
        assert client.read_resource("note://first") == "a note"
        assert client.read_resource("note://pixel").size == (1, 1)
        assert client.read_resource("note://bytes") == b"\x00\x01"
        with pytest.raises(ValueError, match=r"No MCP server can read note://none"):
            client.read_resource("note://none")
        assert [prompt.name for prompt in client.list_prompts()] == ["greet"]
        assert client.get_prompt("greet", {"name": "Ada"}) == [{"role": "user", "content": "Greet Ada."}]


@pytest.mark.parametrize(
    ("parameters", "error", "says"),
    [
        ({"url": "http://127.0.0.1:9/mcp"}, ConnectionError, "The MCP server http://127.0.0.1:9/mcp can't be used"),
        ({"url": "http://127.0.0.1:9/mcp", "transport": "carrier-pigeon"}, ValueError, "carrier-pigeon"),
        ({"url": "127.0.0.1:9"}, ValueError, "begins with http"),
        ({"url": "http://127.0.0.1:9", "header": {}}, ValueError, "unknown for an MCP server: header"),
        ({"command": "x"}, ValueError, "StdioServerParameters"),
        (StdioServerParameters(command="no-such-program"), ConnectionError, "no such program: no-such-program"),
        (
            StdioServerParameters(command=sys.executable, cwd="no/such/folder"),
            ConnectionError,
            "no such folder: no/such/folder",
        ),
        (
            StdioServerParameters(command=sys.executable, args=["-c", "raise SystemExit('no key')"]),
            ConnectionError,
            "no key",
        ),
    ],
)
def test_says_why_it_cannot_connect(parameters: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        MCPClient(parameters)


def test_unknown_options_are_refused(demo: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown in adapter_kwargs: timeout\. Known: connect_timeout"):
        MCPClient(demo, {"timeout": 3})


def test_from_mcp_needs_trust(demo: Any) -> None:
    with pytest.raises(ValueError, match="trust_remote_code=True") as refused:
        ToolCollection.from_mcp({"url": "https://x.example", "headers": {"Authorization": "Bearer t0p-secret"}})
    assert "t0p-secret" not in str(refused.value)
    with warnings.catch_warnings(), ToolCollection.from_mcp(demo, trust_remote_code=True) as collection:
        assert "echo" in named_tools(collection.tools)
