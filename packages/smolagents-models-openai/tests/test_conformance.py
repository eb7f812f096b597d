from typing import Any

from smolagents_models_openai import AzureOpenAIModel, OpenAIModel
from smolagents_testing import FakeOpenAIServer, ModelConformance


class TestOpenAIModel(ModelConformance):
    key_variable = "OPENAI_API_KEY"
    impatient = {"client_kwargs": {"timeout": 0.2}}

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> OpenAIModel:
        return OpenAIModel("fake-model", **{"api_base": server.url, "api_key": server.api_key, **options})


class TestAzureOpenAIModel(ModelConformance):
    key_variable = "AZURE_OPENAI_API_KEY"
    impatient = {"client_kwargs": {"timeout": 0.2}}

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> AzureOpenAIModel:
        azure = {"azure_endpoint": server.endpoint, "api_key": server.api_key, "api_version": "2024-10-21"}
        return AzureOpenAIModel("fake-model", **{**azure, **options})
