"""The model keeps the promises of every model, against a server that speaks Converse."""

from typing import Any

from botocore.config import Config
from smolagents_models_bedrock import AmazonBedrockModel
from smolagents_testing import FakeBedrockServer, ModelConformance


class TestAmazonBedrockModel(ModelConformance):
    key_variable = "AWS_BEARER_TOKEN_BEDROCK"
    lacks = {
        "async": "boto3 has no async client",
        "structured output": "Converse takes no response_format",
        "reasoning tokens": "Converse counts none",
        "cost": "Converse tells no prices",
    }
    impatient = {"client_kwargs": {"config": Config(read_timeout=0.2)}}

    def make_server(self) -> FakeBedrockServer:
        return FakeBedrockServer()

    def make_model(self, server: FakeBedrockServer, **options: Any) -> AmazonBedrockModel:
        client = {"endpoint_url": server.endpoint, **options.pop("client_kwargs", {})}
        return AmazonBedrockModel("fake-model", **{"client_kwargs": client, "api_key": server.api_key, **options})
