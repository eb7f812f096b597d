"""The local executor keeps the promises of every executor."""

from typing import Any

from smolagents import LocalPythonExecutor
from smolagents_testing import ExecutorConformance


class TestLocalPythonExecutor(ExecutorConformance):
    lacks = {"packages": "it works with what is installed", "worker": "it runs in the program itself"}

    def make_executor(self, additional_imports: list[str] | None = None, **options: Any) -> LocalPythonExecutor:
        return LocalPythonExecutor(additional_imports or [], **options)
