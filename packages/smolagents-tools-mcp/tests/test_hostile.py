"""Servers that break the protocol, or mean harm: a clear error, in bounded time, and no process left behind."""

import ast
import json
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from smolagents import CodeAgent, MCPClient, Tool
from smolagents_testing import ScriptedModel, code
from smolagents_tools_mcp import MCPToolError


def odd(what: str) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=[str(Path(__file__).with_name("odd_server.py")), what])


def named(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


def test_garbage_on_stdout_is_passed_over(capfd: pytest.CaptureFixture[str]) -> None:
    with MCPClient(odd("garbage")) as (tool,):
        assert tool() == "{}"
    assert capfd.readouterr().err == ""


def test_garbage_alone_is_told() -> None:
    chatty = StdioServerParameters(
        command=sys.executable, args=["-c", "print('Welcome!', flush=True); import time; time.sleep(600)"]
    )
    for seconds in (1, 4, 16, 64):  # until it has the time to say something
        with pytest.raises(TimeoutError, match=f"not answer within {seconds} seconds") as error:
            MCPClient(chatty, {"connect_timeout": seconds})
        if "Welcome" in str(error.value):
            break
    assert "this is no message of MCP: 'Welcome" in str(error.value)


def test_names_stand_in_for_nothing_that_code_means() -> None:
    program = "import math\nprint('seen')\nfinal_answer([math.floor(2.5), odd_get_x(), odd_get_x_2(), odd_print()])"
    with MCPClient(odd("names")) as tools:
        names = list(named(tools))
        assert names[:5] == ["odd_get_x", "odd_get_x_2", "odd_final_answer", "odd_print", "odd___import__"]
        assert names[5:] == ["_", "_1a", "a_b", "x" * 64]
        assert all(name.isidentifier() for name in names)
        agent = CodeAgent(tools, ScriptedModel([code(program)]), verbosity_level=-1)
        assert agent.run("Go.") == [2, "{}", "{}", "{}"]
        assert "seen" in str(agent.memory.steps[1].observations)


def test_a_server_cant_make_its_name_and_a_tool_into_one_that_matters(named_server: Any) -> None:
    with MCPClient([named_server("final"), named_server("b")]) as tools:
        assert "final_answer_2" in named(tools)
        assert "final_answer" not in named(tools)


def test_arguments_keep_apart_and_reach_the_server_under_their_names() -> None:
    with MCPClient(odd("arguments")) as (tool,):
        ast.parse(tool.to_code_prompt())
        assert list(tool.inputs)[:5] == ["user_id", "user_id_2", "from_", "self_2", "sanitize_inputs_outputs_2"]
        assert "nullable" not in tool.inputs["user_id"]
        assert tool.inputs["place"]["properties"]["name"] == {"type": "string"}
        assert tool.inputs["when"]["type"] == "string"
        assert (tool.inputs["level"]["enum"], tool.inputs["level"]["default"]) == (["low", "high"], "low")
        assert tool.inputs["anything"]["type"] == "any"
        given = {"user_id": "a", "user_id_2": 1, "from_": "b", "self_2": "c", "sanitize_inputs_outputs_2": True}
        sent = {"user-id": "a", "user_id": 1, "from": "b", "self": "c", "sanitize_inputs_outputs": True}
        assert json.loads(tool(**given)) == sent
        # None is a value where the schema allows it, and else means that nothing is given.
        assert json.loads(tool("a", place=None, when=None, level=None)) == {"user-id": "a", "when": None}


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ("no-content", ValueError, r"answered call tool with no valid result.*content"),
        ("mismatch", ValueError, "'three' is not of type 'integer'"),
        ("nothing-structured", ValueError, "has an output schema but did not return structured content"),
        ("silent-failure", MCPToolError, "The tool tool failed and did not say why"),
        ("bad-base64", ValueError, "no base64"),
        ("huge-image", ValueError, "an image that can't be read: Image size"),
        ("cut-image", ValueError, "an image that can't be read: "),
    ],
)
def test_results_that_are_none(what: str, error: type[Exception], says: str) -> None:
    with MCPClient(odd(what), structured_output=True) as (tool,):
        for _ in range(2):  # the connection is there still
            with pytest.raises(error, match=rf"(?s){says}"):
                tool()


def test_an_empty_result_is_an_empty_text() -> None:
    with MCPClient(odd("nothing")) as (tool,):
        assert tool() == ""


def test_images_that_pillow_would_start_a_program_for() -> None:
    with MCPClient(odd("program-image")) as (tool,):
        assert tool().startswith(b"%!PS-Adobe")


def test_a_flood_of_changes_is_no_flood_of_threads() -> None:
    told, go_on = threading.Semaphore(0), threading.Event()

    def changed() -> None:
        told.release()
        go_on.wait()

    with MCPClient(odd("flood"), tools_changed=changed) as (tool,):
        tool()
        told.acquire()
        assert [thread.name for thread in threading.enumerate()].count("smolagents-mcp-notice") == 1
        go_on.set()
        told.acquire()  # once for all that came while it was busy


def test_a_line_without_end_on_stderr(caplog: pytest.LogCaptureFixture) -> None:
    endless = "import sys; sys.stderr.write('x' * 1_000_000)"
    with (
        caplog.at_level("DEBUG", "smolagents.mcp"),
        pytest.raises(ConnectionError, match=r"Its last words:\nxxx"),
    ):
        MCPClient(StdioServerParameters(command=sys.executable, args=["-c", endless]))
    assert len(caplog.records) > 10  # it is not kept until it ends


def test_large_results() -> None:
    with MCPClient(odd("large")) as (tool,):
        assert len(tool()) == 5_000_000


def test_schemas_without_measure() -> None:
    with MCPClient(odd("doubling")) as (tool,):
        assert len(str(tool.inputs)) < 10_000_000
    with MCPClient(odd("huge")) as (tool,):
        assert len(tool.inputs) == 20_000


def test_a_list_without_end() -> None:
    with pytest.raises(ValueError, match=r"was asked to list its tools, and has more than 1000 pages"):
        MCPClient(odd("endless-list")).get_tools()


def test_a_tool_that_cant_be_read_is_left_out() -> None:
    client = MCPClient(odd("broken-tool"))
    with pytest.warns(UserWarning, match="describes its tool 'broken' in a way that can't be read"):
        (whole,) = client.get_tools()
    assert whole.name == "whole"
    client.disconnect()


def test_descriptions_are_the_servers_own_words_and_stay_inside_their_place() -> None:
    with MCPClient(odd("injection")) as (tool,):
        assert tool.description.startswith('Say "hi".')
        (function,) = ast.parse(tool.to_code_prompt()).body
        assert isinstance(function, ast.FunctionDef)
        assert "transfer_money" in str(ast.get_docstring(function))


def test_secrets_show_in_no_error() -> None:
    told = "import os, sys; print(os.environ['TOKEN'], file=sys.stderr); sys.exit(1)"
    talkative = StdioServerParameters(
        command=sys.executable, args=["-c", told, "--key", "k3y-of-mine"], env={"TOKEN": "t0p-secret"}
    )
    with pytest.raises(ConnectionError) as error:
        MCPClient(talkative)
    assert "***" in str(error.value)
    with pytest.raises(ConnectionError) as away:
        MCPClient({"url": "http://me:pa55word@127.0.0.1:9/mcp?key=k3y-of-mine"})
    with pytest.raises(ConnectionError) as option:
        MCPClient(StdioServerParameters(command="true", args=["--api-key", "k3y-of-mine"]))
    with pytest.raises(ConnectionError) as address:
        MCPClient(StdioServerParameters(command="true", args=["-y", "postgresql://me:pa55word@db.example/db"]))
    assert "The MCP server true postgresql://db.example/db can't be used" in str(address.value)
    with pytest.raises(ValueError, match="no MCP server but a dict with 'uri', 'headers'") as wrong:
        MCPClient({"uri": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer t0p-secret"}})
    for text in map(str, (error.value, away.value, option.value, address.value, wrong.value)):
        assert not any(secret in text for secret in ("t0p-secret", "k3y-of-mine", "pa55word"))


def test_secrets_show_in_no_traceback(listening: Callable[..., Any]) -> None:
    address = f"http://me:pa55word@127.0.0.1:{listening('sse').port}/nowhere?key=k3y-of-mine"
    for transport in ("streamable-http", "sse"):
        with pytest.raises(ConnectionError) as error:
            MCPClient({"url": address, "transport": transport})
        shown = "".join(traceback.format_exception(error.value))
        assert not any(secret in shown for secret in ("k3y-of-mine", "pa55word"))
