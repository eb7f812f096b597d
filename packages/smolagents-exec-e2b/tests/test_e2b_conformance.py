"""E2B's executor keeps the promises of all executors, with E2B's own SDK."""

from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_exec_e2b import E2BExecutor
from smolagents_testing import ExecutorConformance, FakeE2BServer


class TestE2BExecutor(ExecutorConformance):
    lacks = {"import refusal": "its sandbox is the boundary, not its Python"}

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, server: FakeE2BServer) -> Iterator[None]:
        yield
        assert server.sandboxes == {}

    def make_executor(self, **options: Any) -> E2BExecutor:
        return E2BExecutor(**options)
