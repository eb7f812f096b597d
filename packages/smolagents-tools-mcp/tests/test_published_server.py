"""Against what others have published: mcp-server-time of PyPI; the reference server and the TypeScript SDK of npm."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from smolagents import CodeAgent, MCPClient, Tool
from smolagents_testing import ScriptedModel, code
from smolagents_testing.waiting import ended, is_served, until
from smolagents_tools_mcp import MCPToolError

PACKAGES = ("@modelcontextprotocol/server-everything@2026.8.31", "@modelcontextprotocol/sdk@1.32.2")

CLIENT = """
import { writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const where = JSON.parse(process.argv[2]);
const patient = { timeout: 300_000 };
const client = new Client({ name: "typescript", version: "1" });
await client.connect(
  where.url ? new StreamableHTTPClientTransport(new URL(where.url)) : new StdioClientTransport(where), patient);
const { tools } = await client.listTools({}, patient);
const told = [];
const onprogress = (progress) => {
  told.push(progress.message);
  writeFileSync(process.argv[3], "");
};
const call = (name, given, options) =>
  client.callTool({ name, arguments: given }, undefined, { ...patient, ...options });
const answer = await call("worker", { task: "Work." }, { onprogress });
const code = await call("python_interpreter", { code: "6 * 7" });
const wrong = await call("python_interpreter", { cod: "6 * 7" });
console.log(JSON.stringify({ tools: tools.map((tool) => tool.name).sort(), answer, code, wrong, told }));
await client.close();
"""


def named(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


def test_mcp_server_time() -> None:
    command = str(Path(sys.executable).with_name("mcp-server-time"))
    with MCPClient(
        StdioServerParameters(command=command, args=["--local-timezone", "UTC"]), structured_output=True
    ) as tools:
        (convert,) = [tool for tool in tools if tool.name == "convert_time"]
        converted = convert("UTC", "12:00", "Asia/Tokyo")
    assert converted["time_difference"] == "+9.0h"
    assert "T21:00" in converted["target"]["datetime"]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("npm")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--engine-strict", "--prefix", str(folder)]
    try:
        subprocess.run([npm, "install", *options, *PACKAGES], capture_output=True, text=True, timeout=300, check=True)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm can't install {', '.join(PACKAGES)}: {error.stderr[-300:]}")
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm can't install {', '.join(PACKAGES)} in five minutes")
    return folder


@pytest.fixture
def everything(modules: Path) -> Any:
    program = modules / "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
    return StdioServerParameters(command="node", args=[str(program), "stdio"])


def test_the_reference_server(everything: Any) -> None:
    told: list[Any] = []
    client = MCPClient(everything, structured_output=True, progress=lambda *progress: told.append(progress))
    with client as tools:
        tool = named(tools)
        assert tool["echo"]("hi") == "Echo: hi"
        assert "5" in tool["get_sum"](2, 3)
        assert set(tool["get_structured_content"](location="Chicago")) == {"temperature", "conditions", "humidity"}
        text, image, _ = tool["get_tiny_image"]()
        assert (type(text), image[:4]) == (str, b"\x89PNG")  # Pillow can't read this one, so its bytes are given
        assert tool["trigger_long_running_operation"](duration=1, steps=2).startswith(
            "Long running operation completed"
        )
        assert [(name, done, total) for name, done, total, _ in told] == [
            ("trigger_long_running_operation", 1, 2),
            ("trigger_long_running_operation", 2, 2),
        ]
        assert "Python" not in str(client.list_resources()[0].uri)
        assert client.read_resource(str(client.list_resources()[0].uri))
        assert client.get_prompt("simple-prompt")[0]["role"] == "user"
        program = "final_answer([echo(message='hi'), get_sum(a=2, b=3)])"
        agent = CodeAgent(tools, ScriptedModel([code(program)]), verbosity_level=-1)
        assert "Echo: hi" in str(agent.run("Go."))


def test_the_reference_server_over_http_is_found_again(modules: Path, free_port: Callable[[], int]) -> None:
    program = modules / "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
    port = free_port()

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["node", str(program), "streamableHttp"],
            env={**os.environ, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    process = start()
    try:
        until(lambda: is_served(port) or process.poll() is not None)
        echo = named(MCPClient({"url": f"http://127.0.0.1:{port}/mcp"}).get_tools())["echo"]
        assert echo("hi") == "Echo: hi"
        process.kill()
        process.wait()
        process = start()
        until(lambda: _answers(echo))
        assert echo("hi") == "Echo: hi"
    finally:
        process.kill()
        process.wait()


def _answers(echo: Any) -> bool:
    try:
        return bool(echo("hi") == "Echo: hi")
    except (ConnectionError, MCPToolError):
        return False


WORKER = """
import sys
import time
from pathlib import Path
from smolagents import CodeAgent, load_tool, tool
from smolagents_testing import ScriptedModel, code
from smolagents_tools_mcp import mcp_server
from smolagents_tools_mcp.serving import serve_http, serve_stdio

@tool
def until_told() -> int:
    \"\"\"Wait until the client has been told of the first step.\"\"\"
    while not Path(sys.argv[2]).exists():
        time.sleep(0.01)
    return 41

model = ScriptedModel([code("x = 1"), code("final_answer({'x': x + until_told()})")], per_run=True)
agent = CodeAgent([until_told], model, name="worker", description="Works.", timeout=300, verbosity_level=-1)
server = mcp_server([load_tool("python_interpreter"), agent])
serve_stdio(server) if sys.argv[1] == "stdio" else serve_http(server, "127.0.0.1", 0)
"""


@pytest.fixture(params=["stdio", "http"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Return where our server is, as the client of the TypeScript SDK takes it."""
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    command = [sys.executable, str(program), request.param, str(tmp_path / "told")]
    if request.param == "stdio":
        yield {"command": command[0], "args": command[1:]}
        return
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield {"url": process.stderr.readline().removeprefix("listening at ").strip()}
        process.kill()
        process.wait()
        assert ended(process.pid)


def test_the_client_of_the_typescript_sdk(modules: Path, served: dict[str, Any], tmp_path: Path) -> None:
    (modules / "client.mjs").write_text(CLIENT)
    done = subprocess.run(
        ["node", str(modules / "client.mjs"), json.dumps(served), str(tmp_path / "told")],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["tools"] == ["python_interpreter", "worker"]
    assert seen["answer"]["structuredContent"] == {"x": 42}
    assert seen["told"][0] == "step 1 is done"  # this client may drop what comes together with the answer
    assert "42" in seen["code"]["content"][0]["text"]
    assert seen["wrong"]["isError"]
    assert "Argument cod is not in the tool's input schema" in seen["wrong"]["content"][0]["text"]
