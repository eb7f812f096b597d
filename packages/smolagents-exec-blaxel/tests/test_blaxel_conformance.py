"""Blaxel's executor keeps the promises of all executors, with Blaxel's own SDK."""

from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_exec_blaxel import BlaxelExecutor
from smolagents_testing import ExecutorConformance, FakeBlaxelServer


class TestBlaxelExecutor(ExecutorConformance):
    lacks = {"import refusal": "its sandbox is the boundary, not its Python"}

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, server: FakeBlaxelServer) -> Iterator[None]:
        yield
        assert server.sandboxes == {}

    def make_executor(self, **options: Any) -> BlaxelExecutor:
        return BlaxelExecutor(**options)
