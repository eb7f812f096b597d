"""The model keeps the promises of every local model: the real engine, with tiny models made in the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing import LocalModelConformance


class TestVLLMModel(LocalModelConformance):
    holds_to_schemas = True
    lacks = {
        "streams": "vllm.LLM answers in one piece",
        "async": "vllm.LLM blocks the thread that calls it",
    }

    @pytest.fixture(autouse=True)
    def _engines(self, make_vllm: Callable[..., Any]) -> None:
        self._make = make_vllm

    def make_model(self, folder: Path, **options: Any) -> Any:
        return self._make(folder, **options)
