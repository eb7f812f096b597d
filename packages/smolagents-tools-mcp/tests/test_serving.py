"""`smolagents mcp serve` in a process of its own, as clients and people start and stop it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from smolagents import CodeAgent, MCPClient, OpenAIModel, Tool, tool
from smolagents.run import runs_of
from smolagents_testing import FakeOpenAIServer, ScriptedModel, code
from smolagents_testing.waiting import ended, until
from smolagents_tools_mcp import MCPToolError, mcp_server

PLUGIN = """
    import os, threading
    from smolagents import Tool

    together = threading.Barrier(3)

    class Loud(Tool):
        name = "loud"
        description = "Says it loud."
        inputs = {"text": {"type": "string", "description": "What to say."}}
        output_type = "string"

        def forward(self, text: str) -> str:
            print("on stdout")
            os.system("echo also on stdout; cat")
            return text.upper()

    class Meet(Tool):
        name = "meet"
        description = "Waits for two others."
        inputs = {}
        output_type = "integer"

        def forward(self) -> int:
            together.wait(300)
            return os.getpid()

    class Pid(Tool):
        name = "pid"
        description = "Tells the process."
        inputs = {}
        output_type = "integer"

        def forward(self) -> int:
            return os.getpid()

    class Pixel(Tool):
        name = "pixel"
        description = "Shows a pixel."
        inputs = {}
        output_type = "image"

        def forward(self):
            from PIL import Image
            return Image.new("RGB", (1, 1))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a plugin that has tools."""
    (tmp_path / "acme_loud.py").write_text(textwrap.dedent(PLUGIN))
    metadata = tmp_path / "acme_loud-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-loud\nVersion: 1\n")
    names = "".join(f"{name.lower()} = acme_loud:{name}\n" for name in ("Loud", "Meet", "Pid", "Pixel"))
    (metadata / "entry_points.txt").write_text(f"[smolagents.tools]\n{names}")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "HOME": str(tmp_path)}


def serve(environment: dict[str, str], *arguments: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "smolagents", "mcp", "serve", *arguments], env=environment
    )


Start = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def listening_server(environment: dict[str, str]) -> Iterator[Start]:
    """Return a function that starts a server on a free port and returns its process and address."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **variables: str) -> tuple[subprocess.Popen[str], str]:
        words = ("loud", "meet", "pixel", *arguments, "--transport", "streamable-http", "--port", "0")
        command = serve(environment, *words)
        process = subprocess.Popen(
            [command.command, *command.args], env={**environment, **variables}, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("listening at http://"), line + process.stderr.read()
        return process, line.removeprefix("listening at ").strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def named(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


def test_tools_and_agents_on_stdio(environment: dict[str, str], tmp_path: Path) -> None:
    told: list[Any] = []
    with FakeOpenAIServer() as server:
        server.reply("<code>\nprint('thinking')\n</code>", "<code>\nfinal_answer('done')\n</code>")
        model = OpenAIModel("m", api_base=server.url, api_key=server.api_key)
        CodeAgent([], model, name="worker", description="Works.").save(tmp_path / "agent")
        environment["OPENAI_API_KEY"] = server.api_key
        parameters = serve(environment, "loud", "pixel", "--agent", str(tmp_path / "agent"))
        with MCPClient(parameters, progress=lambda *progress: told.append(progress)) as tools:
            offered = named(tools)
            assert offered["loud"]("hi") == "HI"
            assert offered["pixel"]().size == (1, 1)
            assert offered["worker"]("Work.") == "done"
            with pytest.raises(MCPToolError, match="Argument text is required"):
                offered["loud"].forward()
    assert told == [("worker", 1.0, None, "step 1 is done"), ("worker", 2.0, None, "step 2 is done")]


def test_calls_at_the_same_time(environment: dict[str, str], listening_server: Start) -> None:
    _, url = listening_server()
    for parameters in (serve(environment, "meet"), {"url": url}):
        with MCPClient(parameters) as tools, ThreadPoolExecutor(3) as pool:
            meet = named(tools)["meet"]
            assert len({future.result() for future in [pool.submit(meet) for _ in range(3)]}) == 1


def test_ctrl_c_and_the_end_of_the_input(environment: dict[str, str]) -> None:
    command = serve(environment, "loud")
    ready = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    for end, code_ in ((lambda: process.send_signal(signal.SIGINT), 130), (lambda: process.stdin.close(), 0)):
        with subprocess.Popen(
            [command.command, *command.args],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdin.write(ready)
            process.stdin.flush()
            assert '"id":1' in process.stdout.readline().replace(" ", "")
            end()
            assert process.wait(300) == code_
            assert process.stderr.read() == ""


def test_ctrl_c_while_a_client_is_connected(listening_server: Start) -> None:
    process, url = listening_server()
    with MCPClient({"url": url}, tools_changed=lambda: None) as tools:
        assert named(tools)["loud"]("hi") == "HI"
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 130
        with pytest.raises(ConnectionError, match=url):
            named(tools)["loud"]("hi")


def test_pages_in_a_browser_cant_reach_it(listening_server: Start) -> None:
    _, url = listening_server()
    port = url.split(":")[2].removesuffix("/mcp")
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    rebound = httpx2.post(url, json=body, headers={**accept, "Host": f"evil.example:{port}"})
    foreign = httpx2.post(url, json=body, headers={**accept, "Origin": "http://evil.example"})
    simple = httpx2.post(url, content=str(body), headers={**accept, "Content-Type": "text/plain"})
    assert (rebound.status_code, foreign.status_code, simple.status_code) == (421, 403, 400)
    for answer in (rebound, foreign, simple):
        assert "access-control-allow-origin" not in answer.headers


def test_a_token(environment: dict[str, str], listening_server: Start) -> None:
    _, url = listening_server(SMOLAGENTS_MCP_TOKEN="s3cret")
    with MCPClient({"url": url, "headers": {"Authorization": "Bearer s3cret"}}) as tools:
        assert named(tools)["loud"]("hi") == "HI"
    for headers in ({}, {"Authorization": "Bearer s3cre"}, {"Authorization": "Bearer ü"}):
        with pytest.raises(ConnectionError, match="401 Unauthorized"):
            MCPClient({"url": url, "headers": {name: value.encode() for name, value in headers.items()}})
    _, everywhere = listening_server("--host", "0.0.0.0", SMOLAGENTS_MCP_TOKEN="s3cret")
    url = everywhere.replace("0.0.0.0", "127.0.0.1")
    with MCPClient({"url": url, "headers": {"Authorization": "Bearer s3cret"}}) as tools:
        assert named(tools)["loud"]("hi") == "HI"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "set SMOLAGENTS_MCP_TOKEN to a secret"),
        (["--port", "{busy}"], "can't listen at 127.0.0.1:{busy}: Address already in use"),
        (["--port", "99999"], "port must be 0-65535"),
    ],
)
def test_what_it_refuses(environment: dict[str, str], arguments: list[str], says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = str(taken.getsockname()[1])
        words = [argument.format(busy=busy) for argument in arguments]
        command = serve(environment, "loud", "--transport", "streamable-http", *words)
        done = subprocess.run(
            [command.command, *command.args], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("smolagents mcp: error: ")
    assert says.format(busy=busy) in done.stderr


@pytest.mark.parametrize("option", [["--port", "8000"], ["--host", "127.0.0.1"]])
def test_stdio_has_no_address(environment: dict[str, str], option: list[str]) -> None:
    command = serve(environment, "loud", *option)
    done = subprocess.run(
        [command.command, *command.args],
        stdin=subprocess.DEVNULL,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    said = f"smolagents mcp: error: {option[0]} is for --transport streamable-http: stdio has no address\n"
    assert done.stderr == said


@pytest.mark.parametrize("executor", ["local", "process"])
def test_a_call_that_the_client_cancels_ends_the_run(executor: str, tmp_path: Path) -> None:
    beats: list[int] = []

    @tool
    def beat() -> int:
        """Tell that the code is alive, and where."""
        beats.append(1)
        return os.getpid()

    endless = code("while True:\n    beat()")
    with CodeAgent(
        [beat], ScriptedModel([endless]), executor_type=executor, timeout=3600, name="busy", verbosity_level=-1
    ) as agent:

        async def cancel() -> None:
            async with Client(mcp_server([agent]), mode="legacy") as client:
                call = asyncio.create_task(client.call_tool("busy", {"task": "Go."}))
                while not beats:
                    await asyncio.sleep(0.01)
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
                while runs_of(agent):
                    await asyncio.sleep(0.01)

        asyncio.run(cancel())
        until(lambda: not quickened(beats))


def quickened(beats: list[int]) -> bool:
    before = len(beats)
    time.sleep(0.3)
    return len(beats) > before


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_a_client_that_leaves_a_busy_agent_leaves_no_process(environment: dict[str, str], tmp_path: Path) -> None:
    with FakeOpenAIServer() as server, ThreadPoolExecutor(1) as pool:
        server.reply("<code>\nimport time\nwhile True:\n    time.sleep(0.1)\n</code>")
        model = OpenAIModel("m", api_base=server.url, api_key=server.api_key)
        agent = CodeAgent([], model, name="worker", description="Works.", executor_type="process", timeout=3600)
        agent.save(tmp_path / "agent")
        environment["OPENAI_API_KEY"] = server.api_key
        client = MCPClient(serve(environment, "pid", "--agent", str(tmp_path / "agent")))
        offered = named(client.get_tools())
        pid = int(offered["pid"]())
        call = pool.submit(offered["worker"], "Work.")
        until(lambda: bool(children(pid)) and bool(server.requests))
        processes = [pid, *children(pid)]
        client.disconnect()
        with pytest.raises(ConnectionError):
            call.result()
        for process in processes:
            until(lambda process=process: ended(process))  # type: ignore[misc]


def children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):  # ps need not be installed
        with suppress(OSError):  # it has ended
            _, parent = path.read_text("ascii", "replace").rpartition(")")[2].split()[:2]
            if int(parent) == pid:
                found.append(int(path.parent.name))
    return found
