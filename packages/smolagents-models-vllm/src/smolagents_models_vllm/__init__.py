"""Language models by vLLM."""

from smolagents_models_vllm.model import VLLMModel

__all__ = ["VLLMModel"]
