"""LiteLLM's router: one name for several models, with load balancing and fallbacks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from smolagents.spelling import near_miss

from smolagents_models_litellm.model import LiteLLMModel, secrets_in
from smolagents_models_litellm.ollama import DEFAULT_CONTEXT, PREFIX, prompt_tokens, warn_if_cut

_DEPLOYMENT = "{'model_name': <group>, 'litellm_params': {'model': <provider/name>, …}}"
_RETRIES = ("num_retries", "retry_policy", "model_group_retry_policy")
_REFERENCE = "os.environ/"


class LiteLLMRouterModel(LiteLLMModel):
    """Spread calls over a list of models.

    Failures are tried again as by every `ApiModel`, unless `client_kwargs` lets the router itself do it.

    Args:
        model_id: Name of a group of `model_list`.
        model_list: Deployments as `litellm.Router` takes them:
            `[{"model_name": <group>, "litellm_params": {"model": …, "api_key": "os.environ/MY_KEY"}}, …]`.
        client_kwargs: More arguments of `litellm.Router`, e.g. `{"fallbacks": [{"large": ["small"]}]}`.
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: As in `LiteLLMModel`.
        **kwargs: As in `ApiModel` and `Model`.

    Raises:
        ValueError: A deployment lacks something, or a variable that it names, or there is no group of this name.
    """

    _retry_parameters: Mapping[str, Any] = {}  # the router has them from its constructor

    def __init__(
        self,
        model_id: str,
        model_list: list[dict[str, Any]],
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        flatten_messages_as_text: bool | None = None,
        **kwargs: Any,
    ) -> None:
        _check(model_list)
        self.model_list = model_list
        self.client_kwargs = client_kwargs or {}
        if any(self.client_kwargs.get(name) for name in _RETRIES):
            kwargs.setdefault("retry", False)
        super().__init__(
            model_id=model_id,
            custom_role_conversions=custom_role_conversions,
            flatten_messages_as_text=flatten_messages_as_text,
            **kwargs,
        )

    def create_client(self) -> Any:
        """Return a `litellm.Router`.

        Raises:
            ValueError: It has no group of the model's name.
        """
        router = super().create_client().Router(model_list=self.model_list, **{"num_retries": 0, **self.client_kwargs})
        if not router.get_model_list(model_name=self.model_id):
            groups = list(dict.fromkeys(entry["model_name"] for entry in self.model_list))
            hint = near_miss(str(self.model_id), groups)
            raise ValueError(f"model_list has no group {self.model_id!r}.{hint} Its groups: {', '.join(groups)}.")
        return router

    def to_dict(self) -> dict[str, Any]:
        """Return what was configured; of keys only what stands for a variable ("os.environ/MY_KEY")."""
        data = super().to_dict()
        for entry, saved in zip(self.model_list, data["model_list"], strict=True):
            given = entry["litellm_params"].items()
            saved["litellm_params"] |= {name: value for name, value in given if str(value).startswith(_REFERENCE)}
        return data

    def targets(self) -> list[str]:
        """Return the models, each with its provider, that may answer."""
        return [entry["litellm_params"]["model"] for entry in self.model_list]

    def address(self) -> str:
        """Return where the models' servers are."""
        bases = [entry["litellm_params"].get("api_base") for entry in self.model_list]
        return " or ".join(dict.fromkeys(base or "the provider's own address" for base in bases))

    def has_key(self) -> bool:
        """Tell whether every deployment was given credentials; else they are to be in the environment."""
        return all(secrets_in(entry["litellm_params"]) for entry in self.model_list)

    def fit_context(self, parameters: dict[str, Any]) -> None:
        """Warn if the prompt outgrows the context of a deployment on Ollama."""
        tokens = prompt_tokens(parameters)
        for entry in self.model_list:
            deployment = {**entry["litellm_params"], **parameters, "model": entry["litellm_params"]["model"]}
            if deployment["model"].startswith(PREFIX):
                warn_if_cut(deployment["model"], tokens, deployment.get("num_ctx") or DEFAULT_CONTEXT)

    def _credentials(self) -> list[str]:
        found = [secret for entry in self.model_list for secret in secrets_in(entry["litellm_params"])]
        return [secret for secret in (*super()._credentials(), *found) if not secret.startswith(_REFERENCE)]


def _check(model_list: list[dict[str, Any]]) -> None:
    """Raise an error about what LiteLLM would stumble over."""
    if not isinstance(model_list, (list, tuple)) or not model_list:
        raise ValueError(f"model_list must be a list of deployments, {_DEPLOYMENT}, not {model_list!r}.")
    for number, entry in enumerate(model_list):
        where = f"model_list[{number}]"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("litellm_params", {}), Mapping):
            raise ValueError(f"{where} must be a deployment, {_DEPLOYMENT}.")
        for name in ("model_name", "litellm_params"):
            if not entry.get(name):
                raise ValueError(f"{where} has no {name!r}: a deployment is {_DEPLOYMENT}.")
        if not entry["litellm_params"].get("model"):
            raise ValueError(f"{where}['litellm_params'] has no 'model': a deployment is {_DEPLOYMENT}.")
        for name, value in entry["litellm_params"].items():
            if str(value).startswith(_REFERENCE) and not os.environ.get(value.removeprefix(_REFERENCE)):
                raise ValueError(f"{where}: {name!r} is {value!r}, but that environment variable is not set.")
