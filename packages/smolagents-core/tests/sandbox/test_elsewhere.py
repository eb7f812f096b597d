"""What the process executor has on systems that are not Linux, as far as it can run on this one."""

import os
import subprocess
import sys
from typing import Any

import pytest
from smolagents.errors import SandboxError
from smolagents.remote_executors import ProcessExecutor
from smolagents.sandbox.isolation import elsewhere, layers
from smolagents.sandbox.threaded_pipes import ThreadedPipes, start_process
from smolagents_testing import ExecutorConformance


class ThreadedExecutor(ProcessExecutor):
    def connect(self) -> ThreadedPipes:
        return start_process(self.command)


class TestProcessExecutorBehindThreads(ExecutorConformance):
    lacks = {"packages": "it works with what is installed in the host"}

    def make_executor(self, **options: Any) -> ThreadedExecutor:
        return ThreadedExecutor(**options)


def test_worker_that_does_not_read_is_a_timeout() -> None:
    pipes = start_process([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(TimeoutError):
        pipes.write(b"x" * 10_000_000, 0.2)
    pipes.close()
    with pytest.raises(OSError):
        pipes.write(b"x", 1)


def test_worker_ends_with_the_transport() -> None:
    pipes = start_process([sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"])
    assert pipes.read(60) == b"up\n"
    pid = pipes.pid
    del pipes
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="a job would hold the tests' own process")
def test_layers_are_labelled() -> None:
    source = (
        "from smolagents.sandbox.isolation import elsewhere, layers\n"
        "made = elsewhere.layers({'memory_bytes': 2**30, 'writable': []})\n"
        "print({name: layers._attempt(put_on) for name, put_on in made.items()})"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    found = eval(done.stdout)
    assert found["landlock"] == found["seccomp"] == f"{layers.MISSING}only Linux has it"
    assert "no core dumps" in found["resources"]
    assert "ends" in found["lifetime"]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SandboxError, match=rf"{platform} has neither Landlock nor seccomp.*strict=False"):
        ProcessExecutor()
    assert set(layers.NEEDED) <= elsewhere.layers({"memory_bytes": 1, "writable": []}).keys()
