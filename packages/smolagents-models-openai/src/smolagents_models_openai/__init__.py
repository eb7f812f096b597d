"""OpenAI, Azure OpenAI and every OpenAI-compatible server as smolagents models."""

from smolagents_models_openai.azure import AzureOpenAIModel
from smolagents_models_openai.model import OpenAIModel

OpenAIServerModel = OpenAIModel
AzureOpenAIServerModel = AzureOpenAIModel

__all__ = ["AzureOpenAIModel", "AzureOpenAIServerModel", "OpenAIModel", "OpenAIServerModel"]
