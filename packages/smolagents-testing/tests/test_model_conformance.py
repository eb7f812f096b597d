"""The kit finds faults: each of these models has one, and fails the test that is about it."""

import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from smolagents.messages import ChatMessage, split_into_deltas
from smolagents.models import ApiModel
from smolagents.models.completions import read_completion
from smolagents_testing import FakeOpenAIServer, ModelConformance
from smolagents_testing.model_conformance import LASTING_FAILURES, PASSING_FAILURES


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

    def __init__(self, model_id: str, url: str, api_key: str | None = None, **kwargs: Any) -> None:
        self.url = url
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
        try:
            with urlopen(Request(f"{self.url}/chat/completions", json.dumps(parameters).encode(), headers)) as reply:
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


class PlainKit(ModelConformance):
    model_class: type = PlainModel
    streams = False
    native_async = False
    key_variable = "FAKE_API_KEY"

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> Any:
        return self.model_class("fake-model", **{"url": server.url, "api_key": server.api_key, **options})


class TestPlainModel(PlainKit):
    """The kit passes a sound model that has neither streams nor async."""


class Streaming(PlainModel):
    def generate_stream(self, *args: Any, **kwargs: Any) -> Any:
        yield from split_into_deltas(self.generate(*args, **kwargs))


class TestStreamingModel(PlainKit):
    model_class = Streaming
    streams = True

    test_reports_broken_streams = None  # its streams are whole answers


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
        from smolagents.messages import ChatMessageStreamDelta

        yield ChatMessageStreamDelta(str(self.generate(*args, **kwargs).content))


class ShowsKey(PlainModel):
    def _credentials(self) -> list[str]:
        return []


class SavesKey(PlainModel):
    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "api_key": self.api_key}


class ForgetsSettings(PlainModel):
    def to_dict(self) -> dict[str, Any]:
        return {"model_id": self.model_id, "url": self.url}


STREAMS = {"streams": True}


@pytest.mark.parametrize(
    ("model_class", "test", "arguments", "attributes"),
    [
        (ChangesMessages, "test_takes_messages_in_every_form", {"messages": [ChatMessage("user", "Hello")]}, {}),
        (IgnoresStops, "test_ends_at_stop_sequences", {"honours_stop": False}, {}),
        (ForgetsTools, "test_calls_tools", {}, {}),
        (ForgetsUsage, "test_counts_tokens", {}, {}),
        (GivesUp, "test_tries_again_what_may_pass", {"failure": PASSING_FAILURES[0]}, {}),
        (GivesUp, "test_tries_again_what_may_pass", {"failure": PASSING_FAILURES[-1]}, {}),
        (NeverGivesUp, "test_gives_up_what_lasts", {"failure": LASTING_FAILURES[0]}, {}),
        (StreamsInOnePiece, "test_streams_what_it_generates", {"answer": "One two three"}, STREAMS),
        (Streaming, "test_reports_broken_streams", {}, STREAMS),
        (ShowsKey, "test_hides_credentials", {}, {}),
        (SavesKey, "test_survives_saving", {}, {}),
        (ForgetsSettings, "test_survives_saving", {}, {}),
    ],
    ids=lambda value: getattr(value, "__name__", None) or (value if isinstance(value, str) else ""),
)
def test_the_kit_finds(
    request: pytest.FixtureRequest, model_class: type, test: str, arguments: dict[str, Any], attributes: dict[str, Any]
) -> None:
    kit = type("Kit", (PlainKit,), {"model_class": model_class, **attributes})()
    method = getattr(kit, test)
    wanted = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    with kit.make_server() as server:
        known = {"server": server, "model": kit._hasty(kit.make_model(server)), **arguments}
        fixtures = {name: known[name] if name in known else request.getfixturevalue(name) for name in wanted}
        with pytest.raises((AssertionError, pytest.fail.Exception, ServerError, OSError)):
            method(**fixtures)


def test_a_kit_without_model_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"make_model\(server"):
        ModelConformance().make_model(None)
