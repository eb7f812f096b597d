"""Language models on Apple silicon."""

from smolagents_models_mlx.model import MLXModel

__all__ = ["MLXModel"]
