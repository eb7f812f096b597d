"""LiteLLM's router: one name for several models, with load balancing and fallbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smolagents_models_litellm.model import LiteLLMModel


class LiteLLMRouterModel(LiteLLMModel):
    """Spread calls over a list of models.

    Args:
        model_id: Name of a group of `model_list`.
        model_list: Deployments as `litellm.Router` takes them:
            `[{"model_name": group, "litellm_params": {"model": …, "api_key": …}}, …]`.
        client_kwargs: More arguments of `litellm.Router`, e.g. `{"routing_strategy": "simple-shuffle"}`.
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: As in `LiteLLMModel`.
        **kwargs: As in `ApiModel` and `Model`.
    """

    def __init__(
        self,
        model_id: str,
        model_list: list[dict[str, Any]],
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        flatten_messages_as_text: bool | None = None,
        **kwargs: Any,
    ) -> None:
        self.model_list = model_list
        self.client_kwargs = client_kwargs or {}
        super().__init__(
            model_id=model_id,
            custom_role_conversions=custom_role_conversions,
            flatten_messages_as_text=flatten_messages_as_text,
            **kwargs,
        )

    def create_client(self) -> Any:
        """Return a `litellm.Router`."""
        litellm = super().create_client()
        return litellm.Router(model_list=self.model_list, **{"num_retries": 0, **self.client_kwargs})

    def targets(self) -> list[str]:
        """Return the models, each with its provider, that may answer."""
        return [entry["litellm_params"]["model"] for entry in self.model_list]

    def _credentials(self) -> list[str]:
        keys = (entry.get("litellm_params", {}).get("api_key") for entry in self.model_list)
        return [key for key in keys if isinstance(key, str)]
