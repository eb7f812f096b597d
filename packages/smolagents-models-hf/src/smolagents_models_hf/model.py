"""Chat completions by the client of huggingface_hub: at inference providers, on endpoints, on servers of one's own."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage
from smolagents.models import AsyncCompletionModel, ClientPerLoop
from smolagents.models.completing import makes_both_clients

from smolagents_models_hf.answers import read_answer
from smolagents_models_hf.clients import AsyncOpenStream, OpenStream, for_one_answer, for_one_stream, is_of_sdk
from smolagents_models_hf.errors import explained
from smolagents_models_hf.providers import check_response_format

if TYPE_CHECKING:
    from smolagents.models.base import Messages
    from smolagents.tools import Tool

KEY_VARIABLE = "HF_TOKEN"
# What other SDKs take of one request; it is no part of its body.
_OF_CLIENT = {"extra_headers": 'client_kwargs={"headers": …}', "timeout": "timeout=<seconds>"}
_OWN_ARGUMENTS = {"model", "provider", "token", "timeout", "bill_to", "base_url"}


class InferenceClientModel(AsyncCompletionModel):
    """Call a model through the inference providers of Hugging Face, or a server of one's own.

    Args:
        model_id: A model of the Hub that can chat; or the URL of an endpoint.
        provider: Who runs the model, e.g. "together" or "hf-inference"; None: Hugging Face chooses ("auto").
        token: Access token of Hugging Face, or the provider's own key; else HF_TOKEN, else what `hf auth login` saved.
        timeout: Seconds to wait for the server.
        client_kwargs: More arguments of `huggingface_hub.InferenceClient`, e.g. `headers`.
        custom_role_conversions: As in `ApiModel`.
        api_key: The same as `token`.
        bill_to: Organization of the Hub that pays.
        base_url: URL of another server with the API of OpenAI; then `provider` does not count.
        max_retries: How often to try again what may pass; None: 5 times. `retry=False` turns that off.
        **kwargs: As in `ApiModel` and `Model`: parameters of every completion, e.g. `temperature=0.2`.

    Raises:
        ValueError: Both `token` and `api_key` are given, or `base_url` is none.
    """

    def __init__(
        self,
        model_id: str = "Qwen/Qwen3-Next-80B-A3B-Thinking",
        provider: str | None = None,
        token: str | None = None,
        timeout: float = 120,
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        api_key: str | None = None,
        bill_to: str | None = None,
        base_url: str | None = None,
        *,
        max_retries: int | None = None,
        **kwargs: Any,
    ) -> None:
        if token is not None and api_key is not None:
            raise ValueError("Received both `token` and `api_key`, which mean the same: pass one of them.")
        self.provider = provider
        self.timeout = timeout
        self.bill_to = bill_to
        self.base_url = base_url
        self.max_retries = max_retries
        self.client_kwargs = {
            **(client_kwargs or {}),
            "model": None if base_url else model_id,  # the SDK takes one of them
            "provider": provider,
            "token": token or api_key or os.environ.get(KEY_VARIABLE),
            "timeout": timeout,
            "bill_to": bill_to,
            "base_url": base_url,
        }
        super().__init__(model_id=model_id, custom_role_conversions=custom_role_conversions, **kwargs)
        if max_retries is not None and self.retry:
            self.retryer.max_attempts = max_retries + 1
        self._client_given = kwargs.get("client") is not None
        self._async_clients = ClientPerLoop(self.create_async_client, lambda client: client.close())

    def create_client(self) -> Any:
        """Return a client of huggingface_hub."""
        import huggingface_hub

        return huggingface_hub.InferenceClient(**self.client_kwargs)

    def create_async_client(self) -> Any:
        """Return an async client of huggingface_hub."""
        import huggingface_hub

        return huggingface_hub.AsyncInferenceClient(**self.client_kwargs)

    def to_dict(self) -> dict[str, Any]:
        """Return what was configured as plain data; see `Model.to_dict`."""
        data = super().to_dict()
        # The rest of client_kwargs repeats the constructor's other arguments.
        given = {name: value for name, value in data.pop("client_kwargs", {}).items() if name not in _OWN_ARGUMENTS}
        return {**data, "client_kwargs": given} if given else data

    def _parameters(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        if response_format is not None and self.base_url is None:
            check_response_format(self.provider)
        parameters = super()._parameters(messages, stop_sequences, response_format, tools_to_call_from, **kwargs)
        if self.base_url is None and not self._client_given:
            parameters.pop("model", None)  # the client knows it
        return _for_signature(inspect.signature(self.client.chat_completion), parameters)

    def _credentials(self) -> Iterable[str]:
        import huggingface_hub

        # What the SDK finds by itself is asked for only where there is an error to clean.
        candidates = (self.client_kwargs["token"], getattr(self.client, "token", None), huggingface_hub.get_token())
        yield from (token for token in candidates if isinstance(token, str))

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self)

    def _read(self, response: Any, stop_sequences: list[str] | None) -> ChatMessage:
        return read_answer(response, stop_sequences)

    @property
    def _has_async_twin(self) -> bool:
        """Tell whether `create_async_client` makes the async form of our client: not of one that somebody else made."""
        return is_of_sdk(self.client) and not self._client_given and makes_both_clients(self)

    def _complete(self, **parameters: Any) -> Any:
        with ExitStack() as opened:
            client = opened.enter_context(for_one_answer(self.client))
            answer = client.chat_completion(**parameters)
            return OpenStream(answer, opened.pop_all()) if parameters.get("stream") else answer

    async def _acomplete(self, **parameters: Any) -> Any:
        shared = await self._async_clients.get()
        if not parameters.get("stream"):
            return await shared.chat_completion(**parameters)
        async with AsyncExitStack() as opened:
            client = await opened.enter_async_context(for_one_stream(shared))
            return AsyncOpenStream(await client.chat_completion(**parameters), opened.pop_all())


def _for_signature(signature: inspect.Signature, parameters: dict[str, Any]) -> dict[str, Any]:
    """Put what the SDK has no parameter for, such as `top_k`, where it takes what only some providers know."""
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()):
        return parameters
    for name in parameters.keys() & _OF_CLIENT.keys():
        raise ValueError(f"Hugging Face's client takes no {name} of a request: make the model with {_OF_CLIENT[name]}.")
    known = {name: value for name, value in parameters.items() if name in signature.parameters}
    extra = {name: value for name, value in parameters.items() if name not in known}
    return {**known, "extra_body": {**(known.get("extra_body") or {}), **extra}} if extra else known
