"""A process that was forked after Monty's first use: Monty's runtime stays with the parent, and would never answer."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

START = """
import os, signal, sys
from smolagents import CodeAgent
from smolagents.errors import SandboxError
from smolagents_exec_monty import MontyExecutor
from smolagents_testing import ScriptedModel, code

def fork():
    if child := os.fork():
        status = os.waitpid(child, 0)[1]
        assert status == 0, status
        return False
    signal.alarm(60)  # else a child that hangs would outlive the test
    return True

def refused(call, *args):
    try:
        call(*args)
    except SandboxError as error:
        assert "forked" in str(error) and "spawn" in str(error), error
    else:
        raise SystemExit(f"{call} was not refused")
"""
USED = """
executor = MontyExecutor()
executor("mine = 1")
if fork():
    refused(executor, "mine")
    refused(executor.send_variables, {"given": 1})
    refused(executor.send_tools, {})
    refused(MontyExecutor(), "1")
    refused(MontyExecutor, ["json"])
    executor.cleanup()
    refused(executor, "1")
    sys.exit()
assert executor("mine").output == 1
"""
AGENT = """
model = ScriptedModel([code("x = 20"), code("final_answer(x + 1)")], per_run=True)
agent = CodeAgent([], model, executor_type="monty", verbosity_level=-1)
assert agent.run("Warm up.") == 21
if fork():
    asked = len(model.calls)
    refused(agent.run, "Task")
    assert len(model.calls) == asked, "the model was paid for what could not run"
    sys.exit()
assert agent.run("Again.") == 21
"""
UNUSED = """
agent = CodeAgent([], ScriptedModel([code("final_answer(21)")]), executor_type="monty", verbosity_level=-1)
if fork():
    assert agent.run("Task") == 21
    sys.exit()
assert agent.run("Task") == 21
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
@pytest.mark.parametrize("script", [USED, AGENT, UNUSED], ids=["used", "agent", "unused"])
def test_a_forked_process(script: str) -> None:
    # From 3.12 on a fork warns where threads run, as Monty's do.
    options = ["-W", "error", "-W", "ignore::DeprecationWarning"]
    done = subprocess.run(
        [sys.executable, *options, "-c", dedent(START + script)], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
