"""The models keep the promises of every model, against servers that speak OpenAI's and Ollama's protocols."""

from typing import Any

from smolagents_models_litellm import LiteLLMModel, LiteLLMRouterModel
from smolagents_testing import FakeOpenAIServer, ModelConformance


class TestLiteLLMModel(ModelConformance):
    key_variable = "OPENAI_API_KEY"
    impatient = {"timeout": 0.2}

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> LiteLLMModel:
        return LiteLLMModel("openai/fake-model", **{"api_base": server.url, "api_key": server.api_key, **options})


class TestLiteLLMRouterModel(ModelConformance):
    key_variable = "OPENAI_API_KEY"
    impatient = {"timeout": 0.2}

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> LiteLLMRouterModel:
        deployment = {"model": "openai/fake-model", "api_base": server.url}
        key = options.pop("api_key", server.api_key)
        params = deployment if key is None else {**deployment, "api_key": key}
        return LiteLLMRouterModel("group", [{"model_name": "group", "litellm_params": params}], **options)
