"""The conformance kit, against the real SDK and a server that runs commands as processes of this machine."""

from typing import Any

from smolagents_exec_modal import ModalExecutor
from smolagents_testing import ExecutorConformance


class TestModalExecutor(ExecutorConformance):
    lacks = {"import refusal": "its sandbox is the boundary, not its Python"}

    def make_executor(self, **options: Any) -> ModalExecutor:
        return ModalExecutor(**options)
