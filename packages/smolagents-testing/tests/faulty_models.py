"""Models for the tests of the conformance kit: a sound one without an SDK, and others with one fault each."""

import asyncio
import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from smolagents.messages import ChatMessage, ChatMessageStreamDelta, split_into_deltas
from smolagents.models import ApiModel
from smolagents.models.completions import read_completion


class ServerError(Exception):
    """Report an answer that is no success."""

    def __init__(self, error: HTTPError) -> None:
        details = json.loads(error.read())["error"]
        super().__init__(details["message"])
        self.code = details["code"]
        self.status_code = error.code
        self.response = SimpleNamespace(status_code=error.code, headers=error.headers)
        error.close()


class PlainModel(ApiModel):
    """A model without an SDK, as a plugin author would write it."""

    def __init__(
        self, model_id: str, url: str, api_key: str | None = None, timeout: float = 60.0, **kwargs: Any
    ) -> None:
        self.url = url
        self.timeout = timeout
        self.api_key = api_key or os.environ.get("FAKE_API_KEY")
        if self.api_key is None:
            raise ValueError("Pass api_key=… or set FAKE_API_KEY.")
        super().__init__(model_id, **kwargs)

    def create_client(self) -> Callable[..., Any]:
        return self.post

    def _credentials(self) -> list[str]:
        return [self.api_key or ""]

    def post(self, **parameters: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        request = Request(f"{self.url}/chat/completions", json.dumps(parameters).encode(), headers)
        try:
            with urlopen(request, timeout=self.timeout) as reply:
                body = json.load(reply)
        except HTTPError as error:
            raise ServerError(error) from None
        message = body["choices"][0]["message"]
        usage = {key: SimpleNamespace(**v) if isinstance(v, dict) else v for key, v in body["usage"].items()}
        choice = SimpleNamespace(message=SimpleNamespace(model_dump=lambda include: message))
        return SimpleNamespace(choices=[choice], usage=SimpleNamespace(**usage))

    def generate(
        self,
        messages: Any,
        stop_sequences: list[str] | None = None,
        response_format: Any = None,
        tools_to_call_from: Any = None,
        **kwargs: Any,
    ) -> ChatMessage:
        parameters = self._prepare_completion_kwargs(
            messages,
            stop_sequences,
            response_format,
            tools_to_call_from,
            model=self.model_id,
            convert_images_to_image_urls=True,
            **kwargs,
        )
        return read_completion(self._request(self.client, **parameters), stop_sequences)


class Streaming(PlainModel):
    def generate_stream(self, *args: Any, **kwargs: Any) -> Any:
        yield from split_into_deltas(self.generate(*args, **kwargs))


class Async(Streaming):
    async def agenerate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        return await asyncio.to_thread(self.generate, *args, **kwargs)

    async def agenerate_stream(self, *args: Any, **kwargs: Any) -> Any:
        for delta in split_into_deltas(await self.agenerate(*args, **kwargs)):
            yield delta


class ChangesMessages(PlainModel):
    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(messages, *args, **kwargs)
        if isinstance(messages[0], ChatMessage):
            messages[0].content = "changed"
        return reply


class IgnoresStops(PlainModel):
    def generate(self, messages: Any, stop_sequences: Any = None, *args: Any, **kwargs: Any) -> ChatMessage:
        return super().generate(messages, None, *args, **kwargs)


class ForgetsTools(PlainModel):
    def generate(self, messages: Any, *args: Any, tools_to_call_from: Any = None, **kwargs: Any) -> ChatMessage:
        return super().generate(messages, *args, **kwargs)


class ForgetsUsage(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        reply.token_usage = None
        return reply


class GivesUp(PlainModel):
    def _request(self, send: Any, **parameters: Any) -> Any:
        return send(**parameters)


class NeverGivesUp(PlainModel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.retryer.retry_predicate = lambda error: True


class StreamsInOnePiece(Streaming):
    def generate_stream(self, *args: Any, **kwargs: Any) -> Any:
        yield ChatMessageStreamDelta(str(self.generate(*args, **kwargs).content))


class Wordless(PlainModel):
    """A sound model whose error for a timeout has no text, as some of httpx have none."""

    def post(self, **parameters: Any) -> Any:
        try:
            return super().post(**parameters)
        except TimeoutError:
            raise TimeoutError from None


class AsyncWordless(Wordless, Async):
    """The same with async calls."""


class BlamesTheRuntime(PlainModel):
    def post(self, **parameters: Any) -> Any:
        try:
            return super().post(**parameters)
        except TimeoutError:
            raise RuntimeError("no answer") from None


class AsyncBlamesTheRuntime(BlamesTheRuntime, Async):
    """The same with async calls."""


class ShowsKey(PlainModel):
    def _credentials(self) -> list[str]:
        return []


class SavesKey(PlainModel):
    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "api_key": self.api_key}


class ForgetsSettings(PlainModel):
    def to_dict(self) -> dict[str, Any]:
        return {"model_id": self.model_id, "url": self.url}


class SendsTheLast(PlainModel):
    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> ChatMessage:
        return super().generate(messages[-1:], *args, **kwargs)


class SendsBackwards(PlainModel):
    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> ChatMessage:
        return super().generate(messages[::-1], *args, **kwargs)


class DropsImages(PlainModel):
    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> ChatMessage:
        texts = [{"role": m.role, "content": [p for p in m.content if p["type"] == "text"]} for m in messages]
        return super().generate(texts, *args, **kwargs)


class DropsFormat(PlainModel):
    def generate(
        self, messages: Any, stop_sequences: Any = None, response_format: Any = None, **kw: Any
    ) -> ChatMessage:
        return super().generate(messages, stop_sequences, **kw)


class LosesIds(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        for call in reply.tool_calls or ():
            call.id = "0"
        return reply


class RefusesMalformedCalls(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        for call in reply.tool_calls or ():
            json.loads(call.function.arguments)
        return reply


class RefusesSilence(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        if not reply.content:
            raise ServerSilent
        return reply


class ServerSilent(AssertionError):
    """Stand for an error that is none."""


class CountsNoCache(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        reply.token_usage.cached_input_tokens = 0
        return reply


class CountsNoCost(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        reply = super().generate(*args, **kwargs)
        reply.token_usage.cost = None
        return reply


class TriesForEver(PlainModel):
    def _request(self, send: Any, **parameters: Any) -> Any:
        self.retryer.max_attempts = 9
        return super()._request(send, **parameters)


class TripsOverPages(PlainModel):
    def post(self, **parameters: Any) -> Any:
        try:
            return super().post(**parameters)
        except json.JSONDecodeError:
            return SimpleNamespace(choices=[None])


class StreamsOtherText(Streaming):
    def generate_stream(self, *args: Any, **kwargs: Any) -> Any:
        for delta in super().generate_stream(*args, **kwargs):
            delta.content = (delta.content or "").strip()
            yield delta


class MixesAnswers(PlainModel):
    def generate(self, *args: Any, **kwargs: Any) -> ChatMessage:
        self.first = getattr(self, "first", None) or super().generate(*args, **kwargs)
        return self.first


class SavesHeaders(PlainModel):
    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), **self.kwargs}


class AsyncGivesUp(Async):
    async def agenerate(self, messages: Any, **kwargs: Any) -> ChatMessage:
        question = [{"role": "user", "content": "Hello"}]
        return read_completion(await asyncio.to_thread(self.post, model="m", messages=question))


class AsyncIgnoresStops(Async):
    async def agenerate(self, messages: Any, stop_sequences: Any = None, **kwargs: Any) -> ChatMessage:
        return await super().agenerate(messages, **kwargs)


class AsyncForgetsTools(Async):
    async def agenerate(self, messages: Any, **kwargs: Any) -> ChatMessage:
        return await super().agenerate([], **kwargs)
