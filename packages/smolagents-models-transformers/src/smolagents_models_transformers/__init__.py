"""Language models on this machine, by transformers."""

from smolagents_models_transformers.model import TransformersModel

__all__ = ["TransformersModel"]
