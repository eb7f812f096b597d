"""The worker that travels as source keeps the promises too, on old Pythons and with no smolagents at hand."""

import re
import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from smolagents.remote_executors import RemotePythonExecutor
from smolagents.sandbox.pipes import PipeTransport, start_process
from smolagents.sandbox.source import BOOTSTRAP, PATIENCE_SECONDS, bootstrap_input, worker_source
from smolagents_testing import ExecutorConformance
from smolagents_testing.executor_lifecycle import LifecycleTests


@cache
def old_python() -> str:
    """Return a Python older than the host's, 3.8 if there is one, else the host's own."""
    found = [shutil.which("python3.8"), *map(str, Path.home().glob(".pyenv/versions/3.8.*/bin/python"))]
    for path in filter(None, found):  # pyenv's shims need an environment
        if subprocess.run([path, "-I", "-c", "pass"], env={}, capture_output=True).returncode == 0:
            return path
    return sys.executable


class PlainExecutor(RemotePythonExecutor):
    """A worker in a process without isolation: a transport and nothing else."""

    def __init__(
        self, additional_imports: list[str] | None = None, timeout_seconds: float | None = 30, python: str = ""
    ) -> None:
        super().__init__(additional_imports or [], logger=None)
        self.timeout_seconds = timeout_seconds
        self.python = python or sys.executable

    def connect(self) -> PipeTransport:
        transport = start_process([self.python, "-I", "-c", BOOTSTRAP])
        transport.write(bootstrap_input(), 30)
        return transport


NO_OWN_PYTHON = "the Python is not its own; TestPlainWorkerInItsOwnEnvironment has one"


class TestPlainWorker(ExecutorConformance):
    lacks = {"import refusal": "its sandbox is the boundary, not its Python", "packages": NO_OWN_PYTHON}

    def make_executor(self, **options: Any) -> PlainExecutor:
        return PlainExecutor(**options)


class TestPlainWorkerOnOldPython(ExecutorConformance):
    lacks = {
        "import refusal": "its sandbox is the boundary, not its Python",
        "program: match": "not in this Python",
        "packages": NO_OWN_PYTHON,
        "images": "no Pillow there",
        "arrays": "no numpy there",
    }

    def make_executor(self, **options: Any) -> PlainExecutor:
        return PlainExecutor(python=old_python(), **options)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("environment")
    venv.create(path, with_pip=True)
    return path


class TestPlainWorkerInItsOwnEnvironment(LifecycleTests):
    @pytest.fixture(autouse=True)
    def use_environment(self, environment: Path) -> None:
        self.python = str(environment / "bin" / "python")

    def make_executor(self, **options: Any) -> PlainExecutor:
        return PlainExecutor(python=self.python, **options)


def test_worker_needs_nothing_but_the_standard_library() -> None:
    imported = re.findall(r"^\s*(?:import|from) (\w+)", worker_source(), re.MULTILINE)
    assert set(imported) <= sys.stdlib_module_names
    assert "json" in imported


def test_executor_without_connect_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"connect\(\).*run_code_raise_errors"):
        RemotePythonExecutor([], None)("1")


@pytest.mark.parametrize("part", [0, 3, 500])
def test_worker_ends_when_its_host_does_before_it_has_its_source(part: int) -> None:
    start = subprocess.Popen([sys.executable, "-I", "-c", BOOTSTRAP], stdin=subprocess.PIPE)
    start.communicate(bootstrap_input()[:part], timeout=300)
    assert start.returncode == 0


@pytest.mark.parametrize("part", [0, 500])
def test_worker_ends_when_its_source_does_not_come_though_its_input_stays_open(part: int) -> None:
    hurried = BOOTSTRAP.replace(f" {PATIENCE_SECONDS})", " 2)")
    with subprocess.Popen([sys.executable, "-I", "-c", hurried], stdin=subprocess.PIPE, bufsize=0) as start:
        assert start.stdin is not None
        start.stdin.write(bootstrap_input()[:part])
        assert start.wait(timeout=300) == 0
