"""The model keeps the promises of every local model: real MLX, with tiny models made in the tests."""

from pathlib import Path
from typing import Any

from smolagents_models_mlx import MLXModel
from smolagents_testing import LocalModelConformance


class TestMLXModel(LocalModelConformance):
    def make_model(self, folder: Path, **options: Any) -> MLXModel:
        return MLXModel(str(folder), **options)
