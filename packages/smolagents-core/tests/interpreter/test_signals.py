"""A signal handler that ends the program ends it, also while an action runs."""

import subprocess
import sys

import pytest

PROGRAM = """
import functools, signal, sys
from smolagents import CodeAgent, tool
from smolagents_testing import ScriptedModel, code

class Server:
    def leave(self, *arguments):
        sys.exit(7)

    def __call__(self, *arguments):
        sys.exit(7)

@tool
def stop() -> None:
    '''Send the signal by which services are stopped.'''
    signal.raise_signal(signal.SIGTERM)

signal.signal(signal.SIGTERM, {handler})
model = ScriptedModel([code({action!r}), code("final_answer('goes on')")])
print(CodeAgent([stop], model, additional_authorized_imports=["argparse"], executor_type="local").run("x"))
"""


def ended(handler: str, action: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(handler=handler, action=action)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    "handler",
    ["lambda *_: sys.exit(7)", "Server().leave", "Server()", "functools.partial(Server().leave, 1)"],
    ids=["function", "method", "object", "partial"],
)
def test_a_handler_that_exits_ends_the_program(handler: str) -> None:
    done = ended(handler, "stop()\nwhile True:\n    pass")
    assert (done.returncode, done.stderr) == (7, "")
    assert "goes on" not in done.stdout


def test_an_exit_of_a_library_ends_the_action_alone() -> None:
    action = "import argparse\nargparse.ArgumentParser(add_help=False).parse_args(['--no-such-option'])"
    done = ended("lambda *_: sys.exit(7)", action)
    assert done.returncode == 0
    assert "goes on" in done.stdout
