"""Connections begin, break, are made again and end; no server is left behind in any case."""

import gc
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from smolagents import CodeAgent, MCPClient, Tool
from smolagents_testing import ScriptedModel, code
from smolagents_testing.waiting import ended, until

HERE = Path(__file__).parent


def named(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


def test_a_call_that_kills_the_server_fails_and_the_next_one_connects_anew(demo: Any) -> None:
    with MCPClient(demo) as tools:
        tool = named(tools)
        first = tool["pid"]()
        with pytest.raises(ConnectionError, match=r"was lost while it did call die, which may be done or not") as lost:
            tool["die"]()
        assert "I die" in str(lost.value)
        assert tool["echo"]("hi") == "Echo: hi"
        assert tool["pid"]() != first


def test_a_server_that_died_meanwhile_is_started_again(demo: Any) -> None:
    with MCPClient(demo) as tools:
        tool = named(tools)
        first = int(tool["pid"]())
        os.kill(first, 9)
        until(lambda: ended(first))
        time.sleep(1.1)  # as long as an answer is taken for a sign of life
        assert tool["echo"]("hi") == "Echo: hi"
        assert int(tool["pid"]()) != first


def test_many_threads_lose_a_server_and_share_the_next_one(demo: Any) -> None:
    def ask(number: int) -> str:
        try:
            return str(tool["wait"](0.2))
        except ConnectionError:
            return "lost"

    with MCPClient(demo) as tools, ThreadPoolExecutor(8) as pool:
        tool = named(tools)
        first = int(tool["pid"]())
        busy = [pool.submit(ask, number) for number in range(8)]
        os.kill(first, 9)
        assert {future.result() for future in busy} <= {"lost", "waited"}
        assert set(pool.map(ask, range(8))) == {"waited"}
        assert len({tool["pid"]() for _ in range(3)}) == 1


def test_an_agent_goes_on_after_its_server_has_died(demo: Any) -> None:
    replies = [code("die()"), lambda messages: code(f"final_answer([echo('hi'), 'I die' in {str(messages[-1])!r}])")]
    with MCPClient(demo) as tools:
        assert CodeAgent(tools, ScriptedModel(replies), verbosity_level=-1).run("Go.") == ["Echo: hi", True]


def test_a_server_that_never_answers() -> None:
    program = "import os, sys, time; print('I am', os.getpid(), file=sys.stderr, flush=True); time.sleep(3600)"
    silent = StdioServerParameters(command=sys.executable, args=["-c", program])
    said: list[str] = []
    for seconds in (1, 4, 16, 64):  # until it has the time to say something
        with pytest.raises(TimeoutError, match=f"does not answer within {seconds} seconds") as error:
            MCPClient(silent, {"connect_timeout": seconds})
        said = [line for line in str(error.value).splitlines() if line.startswith("I am ")]
        if said:
            break
    assert ended(int(said[0].removeprefix("I am ")))


def test_a_server_that_does_not_want_to_end(tmp_path: Path) -> None:
    ignoring = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {END}"
    stubborn = StdioServerParameters(command=sys.executable, args=["-c", ignoring, str(HERE)])
    client = MCPClient(stubborn)
    pid = int(named(client.get_tools())["pid"]())
    client.disconnect()
    assert ended(pid)


END = """
import runpy, sys
sys.path.insert(0, sys.argv[1]); sys.argv = ["demo_server.py"]
try:
    runpy.run_path(sys.path[0] + "/demo_server.py", run_name="__main__")
finally:
    import time
    time.sleep(600)
"""


def test_one_of_several_servers_that_fails_ends_the_others(demo: Any, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    words = ["-c", 'echo $$ > "$0"; exec "$@"', str(path), demo.command, *demo.args]
    program = "import sys; sys.exit('no key')"
    with pytest.raises(ConnectionError, match="no key"):
        MCPClient(
            [
                StdioServerParameters(command="sh", args=words),
                StdioServerParameters(command=sys.executable, args=["-c", program]),
            ]
        )
    assert ended(int(path.read_text()))


def test_disconnected(demo: Any) -> None:
    client = MCPClient(demo)
    tool = named(client.get_tools())
    pid = int(tool["pid"]())
    client.disconnect()
    assert ended(pid)
    with pytest.raises(ValueError, match="not connected"):
        client.get_tools()
    with pytest.raises(ConnectionError, match=r"is disconnected: use its tools inside the `with` block"):
        tool["pid"]()
    client.connect()
    assert int(tool["pid"]()) != pid
    client.disconnect()


def test_tools_keep_their_client(demo: Any) -> None:
    tool = named(MCPClient(demo).get_tools())
    gc.collect()
    pid = int(tool["pid"]())
    assert not ended(pid)
    del tool
    gc.collect()
    until(lambda: ended(pid))


def test_a_client_that_is_forgotten_where_the_loop_runs(demo: Any) -> None:
    from smolagents_tools_mcp.loop import loop

    client = [MCPClient(demo)]
    pid = int(named(client[0].get_tools())["pid"]())
    loop().call_soon_threadsafe(client.clear)
    until(lambda: ended(pid))


@pytest.mark.parametrize("end", ["", "raise SystemExit(0)", "os.kill(os.getpid(), 9)", "1 / 0"])
def test_the_end_of_the_program_leaves_no_server(demo: Any, end: str) -> None:
    program = f"""
        import os
        from mcp import StdioServerParameters
        from smolagents import MCPClient
        server = StdioServerParameters(command={demo.command!r}, args={demo.args!r})
        client = MCPClient(server, {{"connect_timeout": 300}})
        print({{tool.name: tool for tool in client.get_tools()}}["pid"](), flush=True)
        {end}
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stderr == "" or "ZeroDivisionError" in done.stderr.splitlines()[-1]
    until(lambda: ended(int(done.stdout)))


def test_no_threads_pile_up(demo: Any) -> None:
    with MCPClient(demo):
        pass
    before = threading.active_count()
    for _ in range(3):
        with MCPClient(demo):
            pass
    until(lambda: threading.active_count() <= before)


@pytest.mark.parametrize("transport", ["stdio", "streamable-http", "sse"])
def test_tools_that_change_while_an_agent_runs(transport: str, demo: Any, listening: Callable[..., Any]) -> None:
    seen: list[set[str]] = []
    parameters = demo if transport == "stdio" else {"url": listening(transport).url, "transport": transport}
    client = MCPClient(parameters, tools_changed=lambda: seen.append(set(named(client.get_tools()))))
    replies = [
        code("print(learn())"),
        code("print(forget())"),
        code("echo('hi')"),
        lambda messages: code(f"final_answer([pid(), 'Unknown tool' in {str(messages[-1])!r}])"),
    ]
    with client as tools:
        before = set(named(tools))
        pid = named(tools)["pid"]()
        assert CodeAgent(tools, ScriptedModel(replies), verbosity_level=-1).run("Go.") == [pid, True]
        until(lambda: bool(seen) and seen[-1] == before - {"echo"} | {"learned"})
        assert named(client.get_tools())["learned"]() == "a lot"
