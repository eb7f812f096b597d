"""Calls that nobody waits for any more are cancelled on the server, whoever has ended them."""

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, MCPClient, Tool, ToolCallingAgent
from smolagents.errors import AgentError
from smolagents_testing import ScriptedModel, code, tool_call
from smolagents_testing.waiting import ended, until


@pytest.fixture(params=["stdio", "streamable-http", "sse"])
def tools(request: pytest.FixtureRequest, demo: Any, listening: Callable[[str], Any]) -> Iterator[dict[str, Tool]]:
    """Return the demo server's tools by name, over each transport."""
    parameters = demo
    if request.param != "stdio":
        parameters = {"url": listening(request.param).url, "transport": request.param}
    with MCPClient(parameters) as found:
        yield {tool.name: tool for tool in found}


def says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def hanging(path: Path) -> str:
    return code(f"got = hang({str(path)!r})\nfinal_answer(got)")


def test_an_interrupted_run(tools: dict[str, Tool], executor_type: str, tmp_path: Path) -> None:
    path = tmp_path / "hang"
    with CodeAgent(
        [*tools.values()], ScriptedModel([hanging(path)]), executor_type=executor_type, verbosity_level=-1
    ) as agent:
        failures: list[BaseException] = []

        def run() -> None:
            try:
                agent.run("Go.")
            except AgentError as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        until(lambda: says(path, "begun") or not thread.is_alive())
        agent.interrupt()
        thread.join()
    assert "interrupted" in str(failures[0])
    assert "was told to cancel call hang, as the run was interrupted" in str(agent.memory.steps[1].error)
    until(lambda: says(path, "cancelled"))


def test_the_time_of_an_action(demo: Any, executor_type: str, tmp_path: Path) -> None:
    path = tmp_path / "hang"
    model = ScriptedModel([code("kept = 1"), hanging(path), code("final_answer(kept)")])
    with (
        MCPClient(demo) as tools,
        CodeAgent(tools, model, executor_type=executor_type, timeout=10, verbosity_level=-1) as agent,
    ):
        assert agent.run("Go.") == 1  # and what there was is there still
        error = str(agent.memory.steps[2].error)
        assert "maximum execution time of 10 seconds" in error or "the time of the action is up" in error
        until(lambda: says(path, "cancelled"))


@pytest.mark.parametrize("kind", ["code", "tool calling"])
def test_a_cancelled_task(tools: dict[str, Tool], kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hang"
    reply = hanging(path) if kind == "code" else tool_call("hang", place=str(path))
    agent = (CodeAgent if kind == "code" else ToolCallingAgent)(
        [*tools.values()], ScriptedModel([reply]), verbosity_level=-1
    )

    async def cancelled() -> None:
        run = asyncio.create_task(agent.arun("Go."))
        while not says(path, "begun"):
            await asyncio.sleep(0.01)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(cancelled())
    until(lambda: says(path, "cancelled"))
    assert tools["echo"]("hi") == "Echo: hi"


def test_the_time_of_a_call(demo: Any, tmp_path: Path) -> None:
    path = tmp_path / "hang"
    with MCPClient(demo, {"client_session_timeout_seconds": 10}) as found:
        tools = {tool.name: tool for tool in found}
        with pytest.raises(TimeoutError, match=r"did not answer call hang within 10 seconds"):
            tools["hang"](str(path))
        until(lambda: says(path, "cancelled"))


def test_ctrl_c(demo: Any, tmp_path: Path) -> None:
    path = tmp_path / "hang"
    program = f"""
        from mcp import StdioServerParameters
        from smolagents import MCPClient
        server = StdioServerParameters(command={demo.command!r}, args={demo.args!r})
        with MCPClient(server, {{"connect_timeout": 300}}) as found:
            tools = {{tool.name: tool for tool in found}}
            print(tools["pid"](), flush=True)
            try:
                tools["hang"]({str(path)!r})
            except KeyboardInterrupt:
                print(tools["echo"]("still there"), flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        until(lambda: says(path, "begun"))
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "Echo: still there\n"
    assert process.returncode == 0
    until(lambda: says(path, "cancelled"))
    until(lambda: ended(pid))
