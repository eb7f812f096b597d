"""LiteLLM's completions: one call for every provider."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage
from smolagents.models import AsyncCompletionModel
from smolagents.models.configuration import is_secret

from smolagents_models_litellm.errors import explained
from smolagents_models_litellm.ollama import PREFIX, OllamaContext

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]

DEFAULT_MODEL = "anthropic/claude-sonnet-4-5"
# Providers whose models are mostly served with templates that know no parts.
_FLATTENED = (PREFIX, "groq", "cerebras")


class LiteLLMModel(AsyncCompletionModel):
    """Call a model of any provider that LiteLLM knows.

    Args:
        model_id: Provider and name, e.g. "anthropic/claude-sonnet-4-5" or "ollama_chat/llama3.2"; without one the
            former is taken, with a FutureWarning.
        api_base: URL of the server, for providers that have more than one.
        api_key: Key of the API; else the provider's own environment variable, e.g. ANTHROPIC_API_KEY.
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: Send every content as a string; by default for Ollama, Groq and Cerebras.
        model_name: Another name of `model_id`.
        **kwargs: As in `ApiModel` and `Model`: parameters of every completion, e.g. `temperature=0.2`. On Ollama
            `num_ctx` (tokens) sets the context, which else grows with the prompts. With `max_retries` LiteLLM tries
            failures again instead of `ApiModel`.
    """

    # ApiModel tries again where that helps; LiteLLM doing so too would multiply the attempts.
    _retry_parameters: Mapping[str, Any] = {"num_retries": 0, "max_retries": 0}

    def __init__(
        self,
        model_id: str | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        flatten_messages_as_text: bool | None = None,
        *,
        model_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if model_id and model_name and model_id != model_name:
            raise ValueError(f"model_id={model_id!r} and model_name={model_name!r} mean the same: give one of them.")
        self.model_id = model_id or model_name or DEFAULT_MODEL
        if not (model_id or model_name):
            advice = f'takes {DEFAULT_MODEL} for now. Name the model: LiteLLMModel("{DEFAULT_MODEL}")'
            warnings.warn(f"LiteLLMModel() without model_id {advice}", FutureWarning, stacklevel=2)
        self.api_base = api_base
        self.api_key = api_key
        if any(kwargs.get(name) for name in self._retry_parameters):
            self._retry_parameters = {}
            kwargs.setdefault("retry", False)
        if flatten_messages_as_text is None:
            flatten_messages_as_text = any(target.startswith(_FLATTENED) for target in self.targets())
        super().__init__(
            model_id=self.model_id,
            custom_role_conversions=custom_role_conversions,
            flatten_messages_as_text=flatten_messages_as_text,
            **kwargs,
        )

    def create_client(self) -> Any:
        """Return the `litellm` module."""
        # The table of prices is part of the package: fetching it anew takes seconds, where there is a network at all.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        import litellm

        litellm.suppress_debug_info = True  # it prints advertisements beside errors
        logging.getLogger("LiteLLM").addFilter(_is_for_users)
        return litellm

    def targets(self) -> list[str]:
        """Return the models, each with its provider, that may answer."""
        return [str(self.model_id)]

    def address(self) -> str:
        """Return where the model's server is."""
        return self.api_base or "the provider's own address"

    def has_key(self) -> bool:
        """Tell whether credentials were given; else they are to be in the environment."""
        return bool(secrets_in({"api_key": self.api_key, **self.kwargs}))

    def fit_context(self, parameters: dict[str, Any]) -> None:
        """See to it that the prompt of a model on Ollama fits into its context, or warn."""
        self._context.fit(parameters)

    @cached_property
    def _context(self) -> OllamaContext:
        return OllamaContext(str(self.model_id), self.api_base, self.api_key)

    def _is_on_ollama(self) -> bool:
        return any(target.startswith(PREFIX) for target in self.targets())

    def _parameters(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        server = {"api_base": self.api_base, "api_key": self.api_key}
        options = {name: value for name, value in server.items() if value is not None}
        return super()._parameters(
            messages,
            stop_sequences,
            response_format,
            tools_to_call_from,
            **{**self._retry_parameters, **options, **kwargs},
        )

    def _credentials(self) -> list[str]:
        # Servers quote keys of the environment, too.
        return secrets_in({"api_key": self.api_key, **self.kwargs}) + secrets_in(os.environ)

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self)

    def _complete(self, **parameters: Any) -> Any:
        if self._is_on_ollama():
            self.fit_context(parameters)
        return self.client.completion(**parameters)

    async def _acomplete(self, **parameters: Any) -> Any:
        if self._is_on_ollama():
            await asyncio.to_thread(self.fit_context, parameters)
        return await self.client.acompletion(**parameters)

    def _read(self, response: Any, stop_sequences: list[str] | None) -> ChatMessage:
        """Return the message of a response, with what LiteLLM's table of prices says that it cost (US dollars)."""
        message = super()._read(response, stop_sequences)
        usage, cost = message.token_usage, getattr(response, "_hidden_params", {}).get("response_cost")
        # For a model without a price it says 0.
        if usage is not None and usage.cost is None and isinstance(cost, float) and cost > 0:
            usage.cost = cost
        return message

    def _close(self, stream: Any) -> None:
        super()._close(getattr(stream, "completion_stream", stream))  # LiteLLM's own wrapper can't be closed


def secrets_in(options: Mapping[str, Any]) -> list[str]:
    """Return the credentials among the arguments of a completion."""
    return [value for name, value in options.items() if is_secret(name) and isinstance(value, str) and value]


def _is_for_users(record: logging.LogRecord) -> bool:
    # At every second `asyncio.run` it warns that its logging has moved to another event loop.
    return record.module != "logging_worker"
