"""E2B's executor keeps the promises of all executors, with E2B's own SDK."""

from typing import Any

from smolagents_exec_e2b import E2BExecutor
from smolagents_testing import HostedExecutorConformance


class TestE2BExecutor(HostedExecutorConformance):
    executor_type = "e2b"

    def make_executor(self, **options: Any) -> E2BExecutor:
        return E2BExecutor(**options)
