"""The models keep the promises of every model, against a server that speaks OpenAI's protocol."""

from typing import Any

import pytest
from smolagents_models_litellm import LiteLLMModel, LiteLLMRouterModel
from smolagents_testing import FakeOpenAIServer, ModelConformance
from smolagents_testing.model_conformance import LASTING_FAILURES
from smolagents_testing.openai_server import Failure

# Pydantic's, about LiteLLM's own types.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Item 'summary' on TypedDict"),
    pytest.mark.filterwarnings("ignore:Accessing the 'model_"),
]


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

    def test_waits_as_told(self, server: Any, model: Any) -> None:
        pytest.skip("LiteLLM's router does not pass on the server's headers")

    @pytest.mark.parametrize("failure", LASTING_FAILURES, ids=repr)
    def test_gives_up_what_lasts(self, server: Any, model: Any, failure: Failure) -> None:
        if failure.code == "insufficient_quota":
            pytest.skip("LiteLLM's router does not pass on the server's error code")
        super().test_gives_up_what_lasts(server, model, failure)
