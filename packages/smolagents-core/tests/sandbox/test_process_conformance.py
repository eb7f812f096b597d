"""The process executor keeps the promises of every executor."""

from typing import Any

from smolagents.remote_executors import ProcessExecutor
from smolagents_testing import ExecutorConformance


class TestProcessExecutor(ExecutorConformance):
    lacks = {"packages": "it works with what is installed in the host"}

    def make_executor(self, **options: Any) -> ProcessExecutor:
        return ProcessExecutor(**options)
