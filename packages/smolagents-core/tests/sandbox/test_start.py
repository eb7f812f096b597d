"""How a worker starts: without modules that its first action has no need of, and not at all."""

import subprocess
import sys

import pytest
from smolagents.errors import SandboxError
from smolagents.remote_executors import RemotePythonExecutor
from smolagents.sandbox.transport import Transport

# Each of them takes a millisecond or more, of some fifty.
NOT_NEEDED = {"asyncio", "decimal", "fractions", "pathlib", "pickle", "platform", "signal", "subprocess", "uuid"}
PROGRAM = """
import sys
from smolagents.sandbox import worker
from smolagents.sandbox.guarded import GuardedEngine
from smolagents.sandbox.isolation import layers
if sys.platform == "linux":
    from smolagents.sandbox.isolation import linux

class Host:
    def print(self, text):
        pass

settings = {"timeout_seconds": None, "max_print_outputs_length": 1000, "imports": [], "memory_bytes": 2**30}
engine = GuardedEngine(Host(), settings)
assert engine.run("x = 1\\nprint(x)\\nx") == (1, False)
print(*sorted(sys.modules))
"""


def test_worker_imports_what_it_needs_alone() -> None:
    command = [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path[:] = {sys.path!r}\n{PROGRAM}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert NOT_NEEDED & set(done.stdout.split()) == set()


class Silent(Transport):
    """A worker that never says anything."""

    def write(self, data: bytes, timeout: float | None) -> None:
        pass

    def read(self, timeout: float | None) -> bytes:
        raise TimeoutError

    def kill(self) -> None:
        pass


class SilentExecutor(RemotePythonExecutor):
    def connect(self) -> Transport:
        return Silent()


def test_worker_that_does_not_answer_is_an_error_that_says_what_to_do() -> None:
    executor = SilentExecutor([], None)
    with pytest.raises(SandboxError, match=r"no answer within 120 seconds\. .*try again.*executor_type"):
        executor("1 + 1")
