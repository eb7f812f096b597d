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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
def test_child_leaves_the_worker_to_its_parent() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", dedent(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
