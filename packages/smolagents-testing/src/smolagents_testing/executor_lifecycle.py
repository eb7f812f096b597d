"""The part of the conformance kit for executors that is about the worker: its packages, and its end."""

from __future__ import annotations

import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from smolagents.errors import InterpreterError, SandboxError
from smolagents.executors import CodeOutput

from smolagents_testing.executor_calls import CallTests
from smolagents_testing.executor_tools import Toolbox, needs

PROBE = "smolagents_kit_probe"


def probe_wheel(directory: Path) -> Path:
    """Write a wheel of one tiny module, `smolagents_kit_probe`, and return its path."""
    info = f"{PROBE}-1.0.dist-info"
    files = {
        f"{PROBE}.py": "ANSWER = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PROBE}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: kit\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    path = directory / f"{PROBE}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(name, text)
    return path


class LifecycleTests(CallTests):
    """Check what becomes of an executor whose worker gets packages, or is ended.

    Attributes:
        patience_seconds: How long what has to end may take to do so.
    """

    patience_seconds: ClassVar[float] = 10

    def installable(self, wheel: Path) -> str:
        """Return by what name `install_packages` finds a wheel of this machine; override if it sees other files."""
        return str(wheel)

    def kill_worker(self, executor: Any) -> None:
        """End the executor's worker as a crash of its sandbox would; called while an action runs."""
        executor._connection.transport.kill()

    @needs("packages")
    def test_installs_packages(self, executor: Any, tmp_path: Path) -> None:
        """A package can be imported once it is installed; one that can't be had is an error that names it."""
        with pytest.raises(InterpreterError, match=PROBE):
            executor(f"import {PROBE}")
        executor.install_packages([self.installable(probe_wheel(tmp_path))])
        assert executor(f"import {PROBE}\n{PROBE}.ANSWER").output == 42
        with pytest.raises(SandboxError, match="no-such-package-of-the-kit"):
            executor.install_packages(["./no-such-package-of-the-kit"])
        assert executor("add(1)").output == 3

    @needs("worker")
    def test_worker_dies_in_the_middle_of_an_action(self, executor: Any, toolbox: Toolbox) -> None:
        """The action fails and says that its variables are gone; the next one runs in a fresh worker with the tools."""
        executor.send_variables({"given": 5})
        executor("mine = 1")
        with ThreadPoolExecutor(1) as thread:
            action = thread.submit(executor, "print('begun')\nstart()\nwhile True:\n    pass")
            assert toolbox.started.wait(300)
            self.kill_worker(executor)
            with pytest.raises(InterpreterError, match=r"variables.* are gone") as failure:
                action.result(300)
        assert failure.value.logs == "begun\n"  # type: ignore[attr-defined]
        assert executor("print('again')\nadd(given)") == CodeOutput(7, "again\n", False)
        with pytest.raises(InterpreterError, match="mine"):
            executor("mine")

    @needs("worker")
    def test_worker_dies_between_actions(self, executor: Any) -> None:
        """The next action says so, as the variables that it counts on are gone; the one after it runs."""
        executor("mine = 1")
        self.kill_worker(executor)
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            executor("mine")
        assert executor("add(1)").output == 3

    def test_slow_tools(self, executor: Any) -> None:
        """A tool may take its time; prints before and after it stay in order."""
        assert executor("print('a')\nx = wait(0.5)\nprint('b')\nx") == CodeOutput("waited", "a\nb\n", False)

    def test_leaves_no_threads(self, toolbox: Toolbox) -> None:
        """After `cleanup` an executor has no thread in the host, however many there were."""
        self.ready(toolbox).cleanup()  # what is started once for all of them stays
        before = set(threading.enumerate())
        for _ in range(3):
            executor = self.ready(toolbox)
            executor("add(1)")
            executor.cleanup()
        left = [thread for thread in threading.enumerate() if thread not in before]
        end = time.monotonic() + self.patience_seconds
        for thread in left:
            thread.join(max(0.0, end - time.monotonic()))
        assert [thread.name for thread in left if thread.is_alive()] == []
