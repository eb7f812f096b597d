"""The models of Amazon Bedrock."""

from smolagents_models_bedrock.model import AmazonBedrockModel, AmazonBedrockServerModel

__all__ = ["AmazonBedrockModel", "AmazonBedrockServerModel"]
