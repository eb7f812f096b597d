"""The conformance kit for models: subclass it, say how to make one, and pytest tells when you are done.

    class TestMyModel(ModelConformance):
        def make_model(self, server, **options):
            return MyModel("fake-model", api_base=server.url, **{"api_key": server.api_key, **options})

The kit's server speaks the protocol of OpenAI. A model that speaks another brings its own `make_server`, with the same
attributes and methods.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import pytest
from smolagents import Tool
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas as joined
from smolagents.models import REMOVE_PARAMETER
from smolagents.usage import TokenUsage

from smolagents_testing.openai_server import Delayed, Dropped, Failure, FakeOpenAIServer
from smolagents_testing.scripted import tool_call

HELLO = [ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}])]
WRONG_KEY = "sk-wrong-9876543210fedcba"
PASSING_FAILURES = [
    Failure(429, "Too many requests.", headers={"Retry-After": "0"}),
    Failure(500, "Internal error."),
    Failure(503, "Overloaded."),
    Dropped(),
]
LASTING_FAILURES = [
    Failure(400, "This is a bad request."),
    Failure(404, "This does not exist."),
    Failure(429, "You exceeded your current quota.", code="insufficient_quota"),
]


class Weather(Tool):
    """Tell the weather; what the kit's models call."""

    name = "weather"
    description = "Tells the weather of a city."
    inputs = {"city": {"type": "string", "description": "Name of the city."}}
    output_type = "string"

    def forward(self, city: str) -> str:
        """Return the weather."""
        return f"Sunny in {city}"


class ModelConformance:
    """Check a model against what agents rely on.

    Attributes:
        key_variable: Environment variable of the credentials; None if the model takes none from the environment.
        impatient: Options of `make_model` by which a request times out after a fraction of a second.
        streams: Whether the model has `generate_stream`.
        native_async: Whether the model has `agenerate` (and, if it streams, `agenerate_stream`).
        takes_images: Whether the model takes images.
        counts_reasoning: Whether the provider tells how many tokens were spent on reasoning.
    """

    key_variable: ClassVar[str | None] = None
    impatient: ClassVar[dict[str, Any]] = {}
    streams: ClassVar[bool] = True
    native_async: ClassVar[bool] = True
    takes_images: ClassVar[bool] = True
    counts_reasoning: ClassVar[bool] = True

    def make_model(self, server: Any, **options: Any) -> Any:
        """Return a model that talks to the server; options are arguments of its constructor and win over yours."""
        raise NotImplementedError(f"{type(self).__name__} must define make_model(server, **options).")

    def make_server(self) -> Any:
        """Return the fake server, a context manager."""
        return FakeOpenAIServer()

    @pytest.fixture
    def server(self) -> Iterator[Any]:
        """Return the running server."""
        with self.make_server() as server:
            yield server

    @pytest.fixture
    def model(self, server: Any) -> Any:
        """Return a model that doesn't wait between attempts."""
        return self._hasty(self.make_model(server))

    def test_answers(self, server: Any, model: Any) -> None:
        """A text answer becomes an assistant's message; calling the model is generating."""
        server.reply("Good day.", "Good day.")
        for message in (model.generate(HELLO), model(HELLO)):
            assert isinstance(message, ChatMessage)
            assert message.role == MessageRole.ASSISTANT
            assert message.content == "Good day."
            assert not message.tool_calls

    @pytest.mark.parametrize(
        "messages",
        [
            HELLO,
            [{"role": "user", "content": "Hello"}],
            [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
            [
                ChatMessage(MessageRole.SYSTEM, [{"type": "text", "text": "You are polite."}]),
                ChatMessage(MessageRole.USER, "Hello"),
                ChatMessage(MessageRole.ASSISTANT, "I call a tool."),
                ChatMessage(MessageRole.TOOL_CALL, "Calling tools: weather"),
                ChatMessage(MessageRole.TOOL_RESPONSE, "Observation: sunny"),
                {"role": MessageRole.USER, "content": "And now?"},
            ],
        ],
        ids=["parts", "dict", "dict-parts", "every-role"],
    )
    def test_takes_messages_in_every_form(self, server: Any, model: Any, messages: list[Any]) -> None:
        """Messages and dicts, text and parts, and every role are sent, and are not changed."""
        before = repr(messages)
        server.reply("Good day.")
        assert model.generate(messages).content == "Good day."
        assert "Hello" in json.dumps(server.requests[-1].body)
        assert repr(messages) == before

    def test_takes_images(self, server: Any, model: Any) -> None:
        """An image of a message is sent."""
        if not self.takes_images:
            pytest.skip("takes_images = False")
        image = pytest.importorskip("PIL.Image").new("RGB", (2, 2), "red")
        parts = [{"type": "text", "text": "What is this?"}, {"type": "image", "image": image}]
        server.reply("Red.")
        assert model.generate([ChatMessage(MessageRole.USER, parts)]).content == "Red."
        assert "iVBORw0KGgo" in json.dumps(server.requests[-1].body), "the image is not there as base64 of PNG"

    @pytest.mark.parametrize("honours_stop", [True, False])
    def test_ends_at_stop_sequences(self, server: Any, model: Any, honours_stop: bool) -> None:
        """The answer ends before the first stop sequence, also where the server ignores them."""
        server.honours_stop = honours_stop
        server.always("One. Observation: two. </code> three.")
        stops = ["</code>", "Observation:"]
        assert model.generate(HELLO, stop_sequences=stops).content == "One. "
        if self.streams:
            assert joined(model.generate_stream(HELLO, stop_sequences=stops)).content == "One. "

    def test_calls_tools(self, server: Any, model: Any) -> None:
        """The tools' schemas are sent, and parallel calls come back in order with their ids."""
        server.reply([tool_call("weather", call_id="a", city="Rome"), tool_call("weather", call_id="b", city="Oslo")])
        message = model.generate(HELLO, tools_to_call_from=[Weather()])
        sent = json.dumps(server.requests[-1].body)
        assert "Tells the weather of a city." in sent
        assert "Name of the city." in sent
        calls = model.parse_tool_calls(message).tool_calls
        assert [call.id for call in calls] == ["a", "b"]
        assert [call.function.name for call in calls] == ["weather", "weather"]
        assert [call.function.arguments for call in calls] == [{"city": "Rome"}, {"city": "Oslo"}]

    def test_keeps_malformed_arguments(self, server: Any, model: Any) -> None:
        """Arguments that are no JSON reach the agent as they are, so that it can tell the model."""
        call = tool_call("weather")
        call.function.arguments = '{"city": '
        server.reply(call)
        message = model.parse_tool_calls(model.generate(HELLO, tools_to_call_from=[Weather()]))
        assert message.tool_calls[0].function.arguments == '{"city": '

    def test_reads_tool_calls_from_text(self, server: Any, model: Any) -> None:
        """A call that the model writes as JSON text counts; text without one is a ValueError."""
        server.reply('I call {"name": "weather", "arguments": {"city": "Rome"}}', "Nothing to call.")
        (call,) = model.parse_tool_calls(model.generate(HELLO)).tool_calls
        assert (call.function.name, call.function.arguments) == ("weather", {"city": "Rome"})
        with pytest.raises(ValueError):
            model.parse_tool_calls(model.generate(HELLO))

    def test_counts_tokens(self, server: Any, model: Any) -> None:
        """Usage has the prompt, the reply, and what of them was cached and reasoning."""
        usage = TokenUsage(100, 20, cached_input_tokens=64, reasoning_tokens=8 if self.counts_reasoning else 0)
        server.usage = usage
        server.always("Good day.")
        assert _counts(model.generate(HELLO).token_usage) == _counts(usage)
        if self.streams:
            assert _counts(joined(model.generate_stream(HELLO)).token_usage) == _counts(usage)

    @pytest.mark.parametrize(
        "answer",
        ["Good  day,\n\n  Sir. ", [tool_call("weather", call_id="a", city="Rome"), tool_call("weather", call_id="b")]],
        ids=["text", "tool-calls"],
    )
    def test_streams_what_it_generates(self, server: Any, model: Any, answer: Any) -> None:
        """The pieces of a stream make the message that `generate` returns."""
        if not self.streams:
            pytest.skip("streams = False")
        server.always(answer)
        deltas = list(model.generate_stream(HELLO, tools_to_call_from=[Weather()]))
        assert len(deltas) > 2, "the answer came in one piece"
        _assert_same(joined(deltas), model.generate(HELLO, tools_to_call_from=[Weather()]))

    @pytest.mark.parametrize("failure", PASSING_FAILURES, ids=repr)
    def test_tries_again_what_may_pass(self, server: Any, model: Any, failure: Any) -> None:
        """Rate limits, server errors and dropped connections are tried again, streamed or not."""
        server.reply(failure, failure, "At last.")
        assert model.generate(HELLO).content == "At last."
        assert len(server.requests) == 3
        if self.streams:
            server.reply(failure, "At last.")
            assert joined(model.generate_stream(HELLO)).content == "At last."

    @pytest.mark.parametrize("failure", LASTING_FAILURES, ids=repr)
    def test_gives_up_what_lasts(self, server: Any, model: Any, failure: Failure) -> None:
        """A bad request is not sent again, and its error has the server's words."""
        server.always(failure)
        with pytest.raises(Exception, match=failure.message):
            model.generate(HELLO)
        assert len(server.requests) == 1

    def test_does_not_try_again_if_told(self, server: Any) -> None:
        """With retry=False the first failure is the last."""
        server.always(Failure(503, "Overloaded."))
        with pytest.raises(Exception, match="Overloaded"):
            self.make_model(server, retry=False).generate(HELLO)
        assert len(server.requests) == 1

    def test_waits_as_told(self, server: Any, model: Any) -> None:
        """A server's Retry-After goes before the model's own wait."""
        model.retryer.wait_seconds = 3600.0
        server.reply(Failure(429, "Slow down.", headers={"Retry-After": "0"}), "Thanks.")
        assert model.generate(HELLO).content == "Thanks."

    def test_reports_broken_streams(self, server: Any, model: Any) -> None:
        """A stream that breaks after it began is an error, not a shorter answer."""
        if not self.streams:
            pytest.skip("streams = False")
        server.reply(Dropped(after_events=3))
        with pytest.raises(Exception, match=r"(?i)connection|closed|incomplete"):
            joined(model.generate_stream(HELLO))
        assert len(server.requests) == 1

    def test_times_out(self, server: Any) -> None:
        """A server that doesn't answer in time is an error."""
        if not self.impatient:
            pytest.skip("impatient is not set")
        server.always(Delayed(30.0))
        model = self._hasty(self.make_model(server, retry=False, **self.impatient))
        with pytest.raises(Exception, match=r"(?i)time"):
            model.generate(HELLO)

    def test_answers_async_callers(self, server: Any, model: Any) -> None:
        """`agenerate` and `agenerate_stream` do as their sync twins, in any number of event loops."""
        self._needs_async()
        server.always([tool_call("weather", call_id="a", city="Rome")])
        expected = model.generate(HELLO, tools_to_call_from=[Weather()])
        for _ in range(3):
            _assert_same(asyncio.run(model.agenerate(HELLO, tools_to_call_from=[Weather()])), expected)
            if self.streams:
                stream = model.agenerate_stream(HELLO, tools_to_call_from=[Weather()])
                _assert_same(joined(asyncio.run(_collected(stream))), expected)

    def test_serves_many_async_callers_at_once(self, server: Any, model: Any) -> None:
        """Each of many calls at the same time gets its own answer."""
        self._needs_async()
        server.always(lambda body: json.dumps(body["messages"][-1]["content"]))

        async def all_answers() -> list[Any]:
            questions = [[{"role": "user", "content": f"I am {number}."}] for number in range(16)]
            return list(await asyncio.gather(*map(model.agenerate, questions)))

        for number, message in enumerate(asyncio.run(all_answers())):
            assert f"I am {number}." in message.content

    def test_async_callers_can_cancel(self, server: Any, model: Any) -> None:
        """A cancelled call ends its request."""
        self._needs_async()
        server.always(Delayed(30.0))

        async def cancel() -> None:
            task = asyncio.create_task(model.agenerate(HELLO))
            await asyncio.to_thread(server.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        assert server.requests[0].disconnected.wait(10.0), "the request goes on after it was cancelled"

    def test_async_calls_try_again(self, server: Any, model: Any) -> None:
        """Async calls have the retries of sync ones."""
        self._needs_async()
        server.reply(Dropped(), Failure(503), "At last.")
        assert asyncio.run(model.agenerate(HELLO)).content == "At last."

    def test_names_missing_credentials(self, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without credentials the error names the environment variable that takes them."""
        if self.key_variable is None:
            pytest.skip("key_variable is not set")
        monkeypatch.delenv(self.key_variable, raising=False)
        with pytest.raises(Exception, match=self.key_variable):
            self.make_model(server, api_key=None).generate(HELLO)

    def test_hides_credentials(self, server: Any, caplog: pytest.LogCaptureFixture) -> None:
        """A wrong key leads to the server's own error, and shows in no error, log, repr or saved form."""
        if self.key_variable is None:
            pytest.skip("key_variable is not set")
        caplog.set_level("DEBUG", logger="smolagents")
        model = self._hasty(self.make_model(server, api_key=WRONG_KEY))
        with pytest.raises(Exception, match="Incorrect API key") as caught:
            model.generate(HELLO)
        shown = [str(caught.value), repr(caught.value), repr(model), str(model), json.dumps(model.to_dict())]
        assert WRONG_KEY not in "\n".join([*shown, caplog.text])
        assert server.requests == []

    def test_survives_saving(self, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """`to_dict` is JSON without credentials, and `from_dict` restores all that was configured."""
        if self.key_variable is not None:
            monkeypatch.setenv(self.key_variable, server.api_key)
        options = {"temperature": 0.25, "seed": 7, "top_p": REMOVE_PARAMETER, "tool_name_key": "tool"}
        options |= {"requests_per_minute": 6000, "custom_role_conversions": {"tool-call": "user"}}
        model = self.make_model(server, **options)
        data = model.to_dict()
        assert data["model_id"] == model.model_id
        assert server.api_key not in json.dumps(data)
        again = type(model).from_dict(json.loads(json.dumps(data)))
        assert again.to_dict() == data
        server.always("Good day.")
        for same in (model, again):
            assert same.generate(HELLO).content == "Good day."
            assert same.tool_name_key == "tool"
        first, second = (request.body for request in server.requests)
        assert first == second

    def _needs_async(self) -> None:
        if not self.native_async:
            pytest.skip("native_async = False")

    def _hasty(self, model: Any) -> Any:
        if hasattr(model, "retryer"):
            model.retryer.wait_seconds = 0.001
        return model


async def _collected(deltas: AsyncIterator[Any]) -> list[Any]:
    return [delta async for delta in deltas]


def _counts(usage: TokenUsage | None) -> dict[str, Any]:
    assert usage is not None, "the model reports no usage"
    return usage.dict() | {"cost": None}


def _assert_same(message: ChatMessage, expected: ChatMessage) -> None:
    assert message.role == expected.role
    assert (message.content or None) == (expected.content or None)
    assert (message.tool_calls or None) == (expected.tool_calls or None)
    assert _counts(message.token_usage) == _counts(expected.token_usage)
