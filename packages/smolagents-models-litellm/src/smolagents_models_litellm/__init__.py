"""A hundred providers of models, by LiteLLM."""

from smolagents_models_litellm.model import LiteLLMModel
from smolagents_models_litellm.router import LiteLLMRouterModel

__all__ = ["LiteLLMModel", "LiteLLMRouterModel"]
