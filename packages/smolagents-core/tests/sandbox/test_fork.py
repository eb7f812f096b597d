"""An executor after a fork: the worker stays with the parent, and the child gets one of its own."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

SCRIPT = """
import os, sys
from smolagents.errors import InterpreterError
from smolagents.remote_executors import ProcessExecutor

executor = ProcessExecutor([])
executor.send_tools({"add": lambda a, b: a + b})
executor.send_variables({"given": 5})
executor("mine = 1")
if child := os.fork():
    status = os.waitpid(child, 0)[1]
    assert executor("add(given, mine)").output == 6
    sys.exit(status != 0)
try:
    executor("mine")
except InterpreterError as error:
    assert "forked" in str(error) and "are gone" in str(error), error
else:
    raise SystemExit("the child used its parent's worker")
assert executor("add(given, 2)").output == 7
executor.cleanup()
"""

# As servers do that build their application once and fork their workers then. An agent's run begins with its variables
# and its tools.
AGENT_SCRIPT = """
import os, sys
from smolagents import CodeAgent
from smolagents_testing import ScriptedModel, code

model = ScriptedModel([code("x = 20"), code("final_answer(x + 1)")], per_run=True)
agent = CodeAgent([], model, executor_type="process", verbosity_level=-1)
variables = {"given": 5} if sys.argv[1:] else None
assert agent.run("Warm up.", additional_args=variables) == 21
if child := os.fork():
    status = os.waitpid(child, 0)[1]
    assert agent.run("Again.") == 21
    sys.exit(status != 0)
result = agent.run("Task", additional_args=variables, return_full_result=True)
assert result.output == 21, result
assert [step.get("error") for step in result.steps[1:]] == [None, None], result.steps
"""

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")


def check(script: str, *arguments: str) -> None:
    # From 3.12 on a fork warns where threads run, as they do here.
    options = ["-X", "dev", "-W", "error", "-W", "ignore::DeprecationWarning"]
    done = subprocess.run(
        [sys.executable, *options, "-c", dedent(script), *arguments], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")


@FORKS
def test_child_leaves_the_worker_to_its_parent() -> None:
    check(SCRIPT)


@FORKS
@pytest.mark.parametrize("arguments", [(), ("with variables",)], ids=["plain", "variables"])
def test_an_agent_that_has_run_runs_in_the_child(arguments: tuple[str, ...]) -> None:
    check(AGENT_SCRIPT, *arguments)
