"""Providers of models that a key in the environment gives access to, and the spellings of `--model`."""

from __future__ import annotations

import os
from typing import NamedTuple


class Provider(NamedTuple):
    """Say which model to take where some environment variables are set.

    Args:
        model_type: The class.
        variables: The variables; all of them must be set.
        model_id: The model, in which `$NAME` stands for a variable; None for the class's own default.
    """

    model_type: str
    variables: tuple[str, ...]
    model_id: str | None

    @property
    def is_set(self) -> bool:
        """Tell whether the environment has all the variables."""
        return all(os.environ.get(name) for name in self.variables)


_AZURE = ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_DEPLOYMENT", "OPENAI_API_VERSION")
_NOVA = "us.amazon.nova-pro-v1:0"

# The first whose class is installed and whose variables are set is taken.
PROVIDERS = (
    Provider("OpenAIModel", ("OPENAI_API_KEY",), "gpt-4.1"),
    Provider("AzureOpenAIModel", _AZURE, "$AZURE_OPENAI_DEPLOYMENT"),
    Provider("LiteLLMModel", ("ANTHROPIC_API_KEY",), "anthropic/claude-sonnet-4-5"),
    Provider("LiteLLMModel", ("OPENAI_API_KEY",), "openai/gpt-4.1"),
    Provider("LiteLLMModel", ("GEMINI_API_KEY",), "gemini/gemini-2.5-pro"),
    Provider("LiteLLMModel", ("MISTRAL_API_KEY",), "mistral/mistral-large-latest"),
    Provider("LiteLLMModel", ("OPENROUTER_API_KEY",), "openrouter/openrouter/auto"),
    Provider("InferenceClientModel", ("HF_TOKEN",), None),
    Provider("AmazonBedrockModel", ("AWS_BEARER_TOKEN_BEDROCK",), _NOVA),
    Provider("AmazonBedrockModel", ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), _NOVA),
    Provider("AmazonBedrockModel", ("AWS_PROFILE",), _NOVA),
)

# `--model PREFIX/ID`: the class that ID is for.
PREFIXES = {
    "azure": "AzureOpenAIModel",
    "bedrock": "AmazonBedrockModel",
    "hf": "InferenceClientModel",
    "huggingface": "InferenceClientModel",
    "litellm": "LiteLLMModel",
    "mlx": "MLXModel",
    "openai": "OpenAIModel",
    "replay": "ReplayModel",
    "transformers": "TransformersModel",
}

# Prefixes that LiteLLM itself reads, so that they stay part of the ID.
LITELLM_PREFIXES = ("anthropic", "cohere", "deepseek", "gemini", "groq", "mistral", "openrouter", "perplexity", "xai")


def default_model_id(model_type: str) -> str | None:
    """Return the model to take for a class when the user names none; None where the class has its own default."""
    for provider in PROVIDERS:
        if provider.model_type == model_type and provider.is_set:
            return os.path.expandvars(provider.model_id) if provider.model_id else None
    return None
