"""OpenAI's models as deployed on Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smolagents_models_openai.model import OpenAIModel, closing_by_itself


class AzureOpenAIModel(OpenAIModel):
    """Call a model that is deployed on Azure OpenAI.

    Args:
        model_id: Name of the deployment.
        azure_endpoint: URL of the resource, "https://<name>.openai.azure.com"; else AZURE_OPENAI_ENDPOINT.
        api_key: Key of the resource; else AZURE_OPENAI_API_KEY.
        api_version: Version of the API, e.g. "2024-10-21"; else OPENAI_API_VERSION.
        client_kwargs: More arguments of `openai.AzureOpenAI`, e.g. `azure_ad_token_provider`.
        custom_role_conversions: As in `ApiModel`.
        **kwargs: As in `OpenAIModel`.
    """

    def __init__(
        self,
        model_id: str,
        azure_endpoint: str | None = None,
        api_key: str | None = None,
        api_version: str | None = None,
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.azure_endpoint = azure_endpoint
        self.api_version = api_version
        super().__init__(
            model_id=model_id,
            api_key=api_key,
            client_kwargs={**(client_kwargs or {}), "api_version": api_version, "azure_endpoint": azure_endpoint},
            custom_role_conversions=custom_role_conversions,
            **kwargs,
        )

    def create_client(self) -> Any:
        """Return a client of the `openai` SDK."""
        import openai

        client = openai.AzureOpenAI(**self.client_kwargs)
        return client if "http_client" in self.client_kwargs else closing_by_itself(client)

    def create_async_client(self) -> Any:
        """Return an async client of the `openai` SDK."""
        import openai

        return openai.AsyncAzureOpenAI(**self.client_kwargs)
