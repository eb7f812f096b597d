"""The model keeps the promises of every local model, with weights that say what the test wants."""

from pathlib import Path
from typing import Any

from smolagents_models_transformers import TransformersModel
from smolagents_testing import LocalModelConformance


class TestTransformersModel(LocalModelConformance):
    def make_model(self, folder: Path, **options: Any) -> TransformersModel:
        return TransformersModel(str(folder), **options)
