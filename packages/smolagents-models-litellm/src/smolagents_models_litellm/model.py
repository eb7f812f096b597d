"""LiteLLM's completions: one call for every provider."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage, ChatMessageStreamDelta
from smolagents.models import ApiModel
from smolagents.models.completions import StreamReader, read_completion
from smolagents.models.redaction import redacted

from smolagents_models_litellm.errors import explained
from smolagents_models_litellm.ollama import warn_of_small_context

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]

DEFAULT_MODEL = "anthropic/claude-sonnet-4-5"
# Providers whose models are mostly served with templates that know no parts.
_FLATTENED = ("ollama", "groq", "cerebras")
_STREAMING = {"stream": True, "stream_options": {"include_usage": True}}


class LiteLLMModel(ApiModel):
    """Call a model of any provider that LiteLLM knows.

    Args:
        model_id: Provider and name, e.g. "anthropic/claude-sonnet-4-5" or "ollama_chat/llama3.2".
        api_base: URL of the server, for providers that have more than one.
        api_key: Key of the API; else the provider's own environment variable, e.g. ANTHROPIC_API_KEY.
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: Send every content as a string; by default for Ollama, Groq and Cerebras.
        model_name: Another name of `model_id`.
        **kwargs: As in `ApiModel` and `Model`: parameters of every completion, e.g. `temperature=0.2`, or
            `num_ctx=16384` (tokens) for Ollama.
    """

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
        model_id = model_id or model_name or DEFAULT_MODEL
        self.api_base = api_base
        self.api_key = api_key
        if flatten_messages_as_text is None:
            flatten_messages_as_text = model_id.startswith(_FLATTENED)
        super().__init__(
            model_id=model_id,
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
        return litellm

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return the model's answer; see `Model.generate`."""
        parameters = self._parameters(messages, stop_sequences, response_format, tools_to_call_from, **kwargs)
        return _priced(read_completion, self._request(self._complete, **parameters), stop_sequences)

    def generate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatMessageStreamDelta]:
        """Yield the model's answer in pieces, its usage last."""
        options = {**_STREAMING, **kwargs}
        parameters = self._parameters(messages, stop_sequences, response_format, tools_to_call_from, **options)
        reader = StreamReader(stop_sequences)
        first, events = self._request(self._open, **parameters)
        with redacted(self._credentials()), explained(self):
            yield from reader.feed(first)
            for event in events:
                yield from reader.feed(event)
        yield from reader.finish()

    async def agenerate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Do the same as `generate` without blocking the event loop."""
        parameters = self._parameters(messages, stop_sequences, response_format, tools_to_call_from, **kwargs)
        return _priced(read_completion, await self._arequest(self._acomplete, **parameters), stop_sequences)

    async def agenerate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        """Do the same as `generate_stream` without blocking the event loop."""
        options = {**_STREAMING, **kwargs}
        parameters = self._parameters(messages, stop_sequences, response_format, tools_to_call_from, **options)
        reader = StreamReader(stop_sequences)
        first, events = await self._arequest(self._aopen, **parameters)
        with redacted(self._credentials()), explained(self):
            for delta in reader.feed(first):
                yield delta
            async for event in events:
                for delta in reader.feed(event):
                    yield delta
        for delta in reader.finish():
            yield delta

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
        parameters = self._prepare_completion_kwargs(
            messages=messages,
            stop_sequences=stop_sequences,
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            model=self.model_id,
            custom_role_conversions=self.custom_role_conversions,
            convert_images_to_image_urls=True,
            # ApiModel tries again where that helps; LiteLLM doing so too would multiply the attempts.
            **{"num_retries": 0, "max_retries": 0, **options, **kwargs},
        )
        if str(self.model_id).startswith("ollama"):
            warn_of_small_context(self.model_id, parameters)
        return parameters

    def targets(self) -> list[str]:
        """Return the models, each with its provider, that may answer."""
        return [str(self.model_id)]

    def _credentials(self) -> Iterable[str]:
        return [self.api_key] if self.api_key else []

    def _complete(self, **parameters: Any) -> Any:
        with explained(self):
            return self.client.completion(**parameters)

    async def _acomplete(self, **parameters: Any) -> Any:
        with explained(self):
            return await self.client.acompletion(**parameters)

    def _open(self, **parameters: Any) -> tuple[Any, Iterator[Any]]:
        """Return a stream's first event and the others; one that breaks before the first can still be retried."""
        events = iter(self._complete(**parameters))
        with explained(self):
            return _begun(next(events, None)), events

    async def _aopen(self, **parameters: Any) -> tuple[Any, AsyncIterator[Any]]:
        events = aiter(await self._acomplete(**parameters))
        with explained(self):
            return _begun(await anext(events, None)), events


def _begun(first: Any) -> Any:
    if first is None:
        raise ConnectionError("The model's server ended the stream before it said anything.")
    return first


def _priced(read: Any, response: Any, stop_sequences: list[str] | None) -> ChatMessage:
    """Return the message of a response, with what LiteLLM's table of prices says that it cost (US dollars)."""
    message: ChatMessage = read(response, stop_sequences)
    cost = getattr(response, "_hidden_params", {}).get("response_cost")
    if message.token_usage is not None and message.token_usage.cost is None and isinstance(cost, float):
        message.token_usage.cost = cost
    return message
