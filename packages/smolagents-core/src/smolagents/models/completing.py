"""Models whose API completes a conversation with one request; OpenAI's chat completions are the rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import in_thread
from smolagents.messages import ChatMessage, ChatMessageStreamDelta
from smolagents.models.api import ApiModel
from smolagents.models.completions import StreamReader, read_completion
from smolagents.models.redaction import redacted

if TYPE_CHECKING:
    from smolagents.models.base import Messages
    from smolagents.tools import Tool


class CompletionModel(ApiModel):
    """Complete conversations by `_complete`, whole or as a stream of events; the base of the models that do.

    A subclass defines `create_client` and `_complete`, and overrides what its API does in another way than OpenAI's:
    `_parameters`, `_streaming`, `_begin_stream`, `_read`, `_reader`.
    """

    # Parameters of a request whose answer is streamed.
    _streaming: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}

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
        return self._read(self._request(self._complete, **parameters), stop_sequences)

    def generate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatMessageStreamDelta]:
        """Yield the model's answer in pieces, its usage last."""
        options = {**self._streaming, **kwargs}
        parameters = self._parameters(messages, stop_sequences, response_format, tools_to_call_from, **options)
        reader = self._reader(stop_sequences)
        stream, first, events = self._request(self._open, **parameters)
        try:
            with redacted(self._credentials()), self._explained():
                yield from reader.feed(first)
                for event in events:
                    yield from reader.feed(event)
        finally:
            self._close(stream)
        yield from reader.finish()

    def _parameters(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return the parameters of a request."""
        return self._prepare_completion_kwargs(
            messages=messages,
            stop_sequences=stop_sequences,
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            custom_role_conversions=self.custom_role_conversions,
            convert_images_to_image_urls=True,
            **{"model": self.model_id, **kwargs},
        )

    def _complete(self, **parameters: Any) -> Any:
        """Send a request and return the response: the answer, or the stream of its events."""
        raise NotImplementedError(f"{type(self).__name__} must define _complete(**parameters).")

    def _begin_stream(self, **parameters: Any) -> Any:
        """Send a request and return the stream of the answer's events."""
        return self._complete(**parameters)

    def _read(self, response: Any, stop_sequences: list[str] | None) -> ChatMessage:
        """Return the message of a response."""
        return read_completion(response, stop_sequences)

    def _reader(self, stop_sequences: list[str] | None) -> Any:
        """Return what makes deltas of events: `feed(event)`, and `finish()` after the last."""
        return StreamReader(stop_sequences)

    def _close(self, stream: Any) -> None:
        """Close a stream, which may not have been read to its end."""
        close = getattr(stream, "close", None)
        if close is not None:
            close()

    def _open(self, **parameters: Any) -> tuple[Any, Any, Iterator[Any]]:
        """Return a stream, its first event and the others; one that breaks before the first can still be retried."""
        stream = self._begin_stream(**parameters)
        try:
            events = iter(stream)
            return stream, self._begun(next(events, None)), events
        except BaseException:
            self._close(stream)
            raise

    def _begun(self, first: Any) -> Any:
        if first is None:
            raise ConnectionError(f"The server of {self.model_id} ended the stream before it said anything.")
        return first


class AsyncCompletionModel(CompletionModel):
    """Complete conversations for async callers too, by `_acomplete`."""

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
        return self._read(await self._arequest(self._acomplete, **parameters), stop_sequences)

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
        parameters = self._parameters(messages, *options, **{**self._streaming, **kwargs})
        reader = self._reader(stop_sequences)
        stream, first, events = await self._arequest(self._aopen, **parameters)
        try:
            with redacted(self._credentials()), self._explained():
                for delta in reader.feed(first):
                    yield delta
                async for event in events:
                    for delta in reader.feed(event):
                        yield delta
        finally:
            await self._aclose(stream)
        for delta in reader.finish():
            yield delta

    @property
    def _has_async_twin(self) -> bool:
        """Tell whether there is an async client that does as our client; else calls are made in a thread."""
        return True

    async def _acomplete(self, **parameters: Any) -> Any:
        """Do the same as `_complete` without blocking the event loop."""
        raise NotImplementedError(f"{type(self).__name__} must define the coroutine _acomplete(**parameters).")

    async def _aclose(self, stream: Any) -> None:
        """Close a stream, which may not have been read to its end."""
        close = getattr(stream, "aclose", None) or getattr(stream, "close", None)
        if close is not None:
            await close()

    async def _aopen(self, **parameters: Any) -> tuple[Any, Any, AsyncIterator[Any]]:
        stream = await self._acomplete(**parameters)
        try:
            events = aiter(stream)
            return stream, self._begun(await anext(events, None)), events
        except BaseException:
            await self._aclose(stream)
            raise


def makes_both_clients(model: Any) -> bool:
    """Tell whether one class defines `create_client` and `create_async_client`, so that the two make twins."""
    makers = [
        next(cls for cls in type(model).__mro__ if maker in vars(cls))
        for maker in ("create_client", "create_async_client")
    ]
    return makers[0] is makers[1]
