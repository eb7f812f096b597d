"""Blaxel's executor keeps the promises of all executors, with Blaxel's own SDK."""

from typing import Any

from smolagents_exec_blaxel import BlaxelExecutor
from smolagents_testing import HostedExecutorConformance


class TestBlaxelExecutor(HostedExecutorConformance):
    executor_type = "blaxel"

    def make_executor(self, **options: Any) -> BlaxelExecutor:
        return BlaxelExecutor(**options)
