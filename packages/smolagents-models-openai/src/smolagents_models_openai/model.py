"""OpenAI's chat completions, at OpenAI or at any server that speaks the same protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import in_thread
from smolagents.messages import ChatMessage, ChatMessageStreamDelta
from smolagents.models import ApiModel, ClientPerLoop
from smolagents.models.completions import StreamReader, read_completion
from smolagents.models.redaction import redacted

from smolagents_models_openai.errors import explained

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]

_STREAMING = {"stream": True, "stream_options": {"include_usage": True}}
_OWN_ARGUMENTS = {"api_key", "base_url", "organization", "project", "api_version", "azure_endpoint"}


class OpenAIModel(ApiModel):
    """Call a model through the API of OpenAI.

    Args:
        model_id: Name of the model, e.g. "gpt-5-mini".
        api_base: URL of another server with the same API, e.g. "http://localhost:11434/v1" for Ollama.
        api_key: Key of the API; else the environment variable OPENAI_API_KEY.
        organization: Organization that pays; else OPENAI_ORG_ID.
        project: Project that pays; else OPENAI_PROJECT_ID.
        client_kwargs: More arguments of `openai.OpenAI`, e.g. `{"timeout": 60}` (seconds).
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: Send every content as a string, for servers that know no parts.
        **kwargs: As in `ApiModel` and `Model`: parameters of every completion, e.g. `temperature=0.2`.
    """

    def __init__(
        self,
        model_id: str,
        api_base: str | None = None,
        api_key: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        flatten_messages_as_text: bool = False,
        **kwargs: Any,
    ) -> None:
        self.api_base = api_base
        self.organization = organization
        self.project = project
        # ApiModel tries again where that helps; the SDK doing so too would multiply the attempts.
        self.client_kwargs = {
            "max_retries": 0,
            **(client_kwargs or {}),
            "api_key": api_key,
            "base_url": api_base,
            "organization": organization,
            "project": project,
        }
        super().__init__(
            model_id=model_id,
            custom_role_conversions=custom_role_conversions,
            flatten_messages_as_text=flatten_messages_as_text,
            **kwargs,
        )
        self.supports_audio = "audio" in model_id
        self._client_given = kwargs.get("client") is not None
        self._async_clients = ClientPerLoop(self.create_async_client, lambda client: client.close())

    def create_client(self) -> Any:
        """Return a client of the `openai` SDK."""
        import openai

        return openai.OpenAI(**self.client_kwargs)

    def create_async_client(self) -> Any:
        """Return an async client of the `openai` SDK."""
        import openai

        return openai.AsyncOpenAI(**self.client_kwargs)

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
        return read_completion(self._request(self._create, **parameters), stop_sequences)

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
        stream, first, events = self._request(self._open, **parameters)
        try:
            with redacted(self._credentials()), explained(self.client):
                yield from reader.feed(first)
                for event in events:
                    yield from reader.feed(event)
        finally:
            _close(stream)
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
        options = (stop_sequences, response_format, tools_to_call_from)
        if not self._has_async_twin:
            return await in_thread(self.generate, messages, *options, **kwargs)
        parameters = self._parameters(messages, *options, **kwargs)
        return read_completion(await self._arequest(self._acreate, **parameters), stop_sequences)

    async def agenerate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        """Do the same as `generate_stream` without blocking the event loop."""
        options = (stop_sequences, response_format, tools_to_call_from)
        if not self._has_async_twin:
            deltas = self.generate_stream(messages, *options, **kwargs)
            while (delta := await in_thread(next, deltas, None)) is not None:
                yield delta
            return
        parameters = self._parameters(messages, *options, **{**_STREAMING, **kwargs})
        reader = StreamReader(stop_sequences)
        stream, first, events = await self._arequest(self._aopen, **parameters)
        try:
            with redacted(self._credentials()), explained(self.client):
                for delta in reader.feed(first):
                    yield delta
                async for event in events:
                    for delta in reader.feed(event):
                        yield delta
        finally:
            await stream.close()
        for delta in reader.finish():
            yield delta

    def to_dict(self) -> dict[str, Any]:
        """Return what was configured as plain data; see `Model.to_dict`."""
        data = super().to_dict()
        # The rest of client_kwargs repeats the constructor's other arguments.
        given = {name: value for name, value in data.pop("client_kwargs", {}).items() if name not in _OWN_ARGUMENTS}
        if given.get("max_retries") == 0:
            del given["max_retries"]
        return {**data, "client_kwargs": given} if given else data

    def _parameters(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        return self._prepare_completion_kwargs(
            messages=messages,
            stop_sequences=stop_sequences,
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            model=self.model_id,
            custom_role_conversions=self.custom_role_conversions,
            convert_images_to_image_urls=True,
            **kwargs,
        )

    def _credentials(self) -> Iterable[str]:
        candidates = (self.client_kwargs.get("api_key"), getattr(self.client, "api_key", None))
        return [key for key in candidates if isinstance(key, str)]

    @property
    def _has_async_twin(self) -> bool:
        """Tell whether `create_async_client` makes the async form of our client: not of one that somebody else made."""
        makers = [
            next(cls for cls in type(self).__mro__ if maker in vars(cls))
            for maker in ("create_client", "create_async_client")
        ]
        is_sdk = type(self.client).__module__.partition(".")[0] == "openai"
        return is_sdk and not self._client_given and makers[0] is makers[1] and "http_client" not in self.client_kwargs

    def _create(self, **parameters: Any) -> Any:
        with explained(self.client):
            return self.client.chat.completions.create(**parameters)

    async def _acreate(self, **parameters: Any) -> Any:
        client = await self._async_clients.get()
        with explained(client):
            return await client.chat.completions.create(**parameters)

    def _open(self, **parameters: Any) -> tuple[Any, Any, Iterator[Any]]:
        """Return a stream, its first event and the others; one that breaks before the first can still be retried."""
        stream = self._create(**parameters)
        events = iter(stream)
        try:
            first = next(events, None)
        except BaseException:
            _close(stream)
            raise
        return stream, self._begun(first), events

    async def _aopen(self, **parameters: Any) -> tuple[Any, Any, AsyncIterator[Any]]:
        stream = await self._acreate(**parameters)
        events = aiter(stream)
        try:
            first = await anext(events, None)
        except BaseException:
            await stream.close()
            raise
        return stream, self._begun(first), events

    def _begun(self, first: Any) -> Any:
        if first is None:
            raise ConnectionError(f"{self.client.base_url} ended the stream before it said anything.")
        return first


def _close(stream: Any) -> None:
    close = getattr(stream, "close", None)
    if close is not None:
        close()
