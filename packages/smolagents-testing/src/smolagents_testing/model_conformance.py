"""The conformance kit for models: subclass it, say how to make one, and pytest tells when you are done.

    class TestMyModel(ModelConformance):
        key_variable = "MY_API_KEY"
        impatient = {"timeout": 0.2}

        def make_model(self, server, **options):
            return MyModel("fake-model", api_base=server.url, **{"api_key": server.api_key, **options})

The kit's server speaks the protocol of OpenAI. A model that speaks another brings its own `make_server`, with the same
attributes and methods. What a model can't do it says in `lacks`, and the tests about that are skipped with its reason.
Models that run in the program itself have a kit of their own: `LocalModelConformance`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas as joined
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, REMOVE_PARAMETER

from smolagents_testing.model_conformance_async import AsyncTests
from smolagents_testing.model_conformance_parts import (
    BEGUN,
    CONVERSATIONS,
    FEATURES,
    HELLO,
    LASTING_FAILURES,
    PASSING_FAILURES,
    SYSTEM_PROMPT,
    WRONG_KEY,
    Weather,
    assert_same,
    needs,
    while_it_comes,
)
from smolagents_testing.model_conformance_server import ServerTests
from smolagents_testing.openai_server import FakeOpenAIServer
from smolagents_testing.scripted import tool_call

__all__ = ["FEATURES", "HELLO", "LASTING_FAILURES", "PASSING_FAILURES", "WRONG_KEY", "ModelConformance", "Weather"]

PARALLEL = [tool_call("weather", call_id="a", city="Rome"), tool_call("weather", call_id="b", city="Oslo")]
ANSWERS = {
    "text": "Good  day,\n\n  Sir. Żółw 🐢 ",
    "tool-calls": PARALLEL,
    "text-and-call": ChatMessage(MessageRole.ASSISTANT, "I look it up.", tool_calls=PARALLEL[:1]),
}


class ModelConformance(ServerTests, AsyncTests):
    """Check a model against what agents rely on.

    Attributes:
        key_variable: Environment variable of the credentials.
        impatient: Options of `make_model` by which a request times out after a fraction of a second.
        lacks: Names of `FEATURES` that the model does not have, each with the reason.
    """

    key_variable: ClassVar[str | None] = None
    impatient: ClassVar[dict[str, Any]] = {}
    lacks: ClassVar[dict[str, str]] = {}

    def make_model(self, server: Any, **options: Any) -> Any:
        """Return a model that talks to the server; options are arguments of its constructor and win over yours."""
        raise NotImplementedError(f"{type(self).__name__} must define make_model(server, **options).")

    def make_server(self) -> Any:
        """Return the fake server, a context manager."""
        return FakeOpenAIServer()

    def answering(self, server: Any, answer: Any, **options: Any) -> Any:
        """Return a model that is always given this answer, and doesn't wait between attempts."""
        server.always(answer)
        return self.hasty(self.make_model(server, **options))

    @pytest.fixture(autouse=True)
    def skip_what_is_lacking(self, request: pytest.FixtureRequest) -> None:
        """Skip tests of features that the model says it lacks."""
        unknown = self.lacks.keys() - FEATURES.keys()
        assert not unknown, f"`lacks` names no features of the kit: {sorted(unknown)}. Known: {sorted(FEATURES)}"
        for feature in getattr(request.function, "features", ()):
            if (reason := self.lacks.get(feature)) is not None:
                pytest.skip(f"{feature}: {reason}")

    @pytest.fixture
    def server(self) -> Iterator[Any]:
        """Return the running server."""
        with self.make_server() as server:
            yield server

    @pytest.fixture
    def model(self, server: Any) -> Any:
        """Return a model that doesn't wait between attempts."""
        return self.hasty(self.make_model(server))

    # ---- messages

    def test_answers(self, server: Any) -> None:
        """A text answer becomes an assistant's message; calling the model is generating."""
        model = self.answering(server, "Good day.")
        for message in (model.generate(HELLO), model(HELLO)):
            assert isinstance(message, ChatMessage)
            assert message.role == MessageRole.ASSISTANT
            assert message.content == "Good day."
            assert not message.tool_calls

    @pytest.mark.parametrize("form", CONVERSATIONS)
    def test_takes_messages_in_every_form(self, server: Any, form: str) -> None:
        """Messages and dicts, text and parts, and every role are sent in order, and are not changed."""
        messages, texts = CONVERSATIONS[form]
        before = repr(messages)
        model = self.answering(server, "Good day.")
        assert model.generate(messages).content == "Good day."
        body = sent(server)
        assert [text for text in texts if text not in body] == [], "not all is sent"
        places = [body.find(text) for text in texts if text != SYSTEM_PROMPT]  # some APIs take that beside the messages
        assert places == sorted(places), "the messages are in another order"
        assert repr(messages) == before

    @needs("images")
    @pytest.mark.parametrize("role", [MessageRole.USER, MessageRole.TOOL_RESPONSE])
    def test_takes_images(self, server: Any, role: MessageRole) -> None:
        """An image of a task or of an observation is sent."""
        image = pytest.importorskip("PIL.Image").new("RGB", (2, 2), "red")
        parts = [{"type": "text", "text": "What is this?"}, {"type": "image", "image": image}]
        model = self.answering(server, "Red.")
        assert model.generate([*HELLO, ChatMessage(role, parts)]).content == "Red."
        assert "iVBORw0KGgo" in sent(server), "the image is not there as base64 of PNG"

    @pytest.mark.parametrize("honours_stop", [True, False])
    @pytest.mark.parametrize("answer", ["One. Observation: two. </code>", "One. THE END </code> of it"])
    def test_ends_at_stop_sequences(self, server: Any, answer: str, honours_stop: bool) -> None:
        """The answer ends before the first stop sequence, also where the server ignores them."""
        server.honours_stop = honours_stop
        stops = ["</code>", "Observation:", "THE END"]
        model = self.answering(server, answer)
        assert model.generate(HELLO, stop_sequences=stops).content == "One. "
        if "streams" not in self.lacks:
            assert joined(model.generate_stream(HELLO, stop_sequences=stops)).content == "One. "

    def test_takes_response_formats(self, server: Any) -> None:
        """The form that an answer shall have is sent, or refused."""
        answer = '{"thought": "Easy.", "code": "1"}'
        model = self.answering(server, answer)
        if "structured output" in self.lacks:
            with pytest.raises(ValueError, match="response_format"):
                model.generate(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT)
            return
        assert json.loads(model.generate(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT).content)["code"] == "1"
        if "streams" not in self.lacks:
            list(model.generate_stream(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT))
        for request in server.requests:
            assert "additionalProperties" in json.dumps(request.body), "the schema is not there"

    # ---- tool calls

    @needs("tool calls")
    def test_tells_of_tools(self, server: Any) -> None:
        """The tools' schemas are sent."""
        self.answering(server, "Good day.").generate(HELLO, tools_to_call_from=[Weather()])
        for text in ("weather", "Tells the weather of a city.", "city", "Name of the city."):
            assert text in sent(server)

    @needs("tool calls")
    def test_calls_tools(self, server: Any) -> None:
        """Parallel calls come back in order with their ids."""
        model = self.answering(server, PARALLEL)
        calls = model.parse_tool_calls(model.generate(HELLO, tools_to_call_from=[Weather()])).tool_calls
        assert [call.id for call in calls] == ["a", "b"]
        assert [call.function.name for call in calls] == ["weather", "weather"]
        assert [call.function.arguments for call in calls] == [{"city": "Rome"}, {"city": "Oslo"}]

    @needs("tool calls")
    def test_keeps_malformed_arguments(self, server: Any) -> None:
        """Arguments that are no JSON reach the agent as they are, so that it can tell the model."""
        call = tool_call("weather")
        call.function.arguments = '{"city": '
        model = self.answering(server, call)
        messages = [model.generate(HELLO, tools_to_call_from=[Weather()])]
        if "streams" not in self.lacks:
            messages.append(joined(model.generate_stream(HELLO, tools_to_call_from=[Weather()])))
        for message in map(model.parse_tool_calls, messages):
            assert message.tool_calls[0].function.arguments == '{"city": '

    def test_reads_tool_calls_from_text(self, server: Any) -> None:
        """Calls that the model writes as JSON text count."""
        model = self.answering(server, 'I call {"name": "weather", "arguments": {"city": "Rome"}}')
        (call,) = model.parse_tool_calls(model.generate(HELLO, tools_to_call_from=[Weather()])).tool_calls
        assert (call.function.name, call.function.arguments) == ("weather", {"city": "Rome"})

    def test_text_without_call_is_an_error(self, server: Any) -> None:
        """Where a call is asked for, a text without one is a ValueError, which the agent tells the model."""
        model = self.answering(server, "Nothing to call.")
        with pytest.raises(ValueError):
            model.parse_tool_calls(model.generate(HELLO, tools_to_call_from=[Weather()]))

    # ---- streams

    @needs("streams")
    @pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
    def test_streams_what_it_generates(self, server: Any, answer: Any) -> None:
        """The pieces of a stream make the message that `generate` returns."""
        if not isinstance(answer, str) and (reason := self.lacks.get("tool calls")):
            pytest.skip(f"tool calls: {reason}")
        model = self.answering(server, answer)
        deltas = list(model.generate_stream(HELLO, tools_to_call_from=[Weather()]))
        assert len(deltas) > 2, "the answer came in one piece"
        assert_same(joined(deltas), model.generate(HELLO, tools_to_call_from=[Weather()]))

    @needs("streams")
    def test_streams_while_the_answer_comes(self, server: Any, model: Any) -> None:
        """The first text of a stream is there before the server has said the rest."""
        server.reply(BEGUN)
        stream = model.generate_stream(HELLO)
        with while_it_comes():
            next(delta.content for delta in stream if delta.content)

    def test_takes_empty_answers(self, server: Any) -> None:
        """A model may say nothing: that is a message without content, and no error."""
        model = self.answering(server, "")
        assert not model.generate(HELLO).content
        if "streams" not in self.lacks:
            assert not joined(model.generate_stream(HELLO)).content

    def test_counts_tokens(self, server: Any) -> None:
        """Answers tell their usage, and streams the same."""
        model = self.answering(server, "Good day.")
        usage = model.generate(HELLO).token_usage
        assert usage is not None, "the model reports no usage"
        assert usage.input_tokens > 0
        assert usage.output_tokens > 0
        if "streams" not in self.lacks:
            assert joined(model.generate_stream(HELLO)).token_usage == usage

    # ---- saving

    def test_survives_saving(self, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """`to_dict` is JSON without credentials, and `from_dict` restores all that was configured."""
        if self.key_variable is not None:
            monkeypatch.setenv(self.key_variable, server.api_key)
        options = {"temperature": 0.25, "seed": 7, "top_p": REMOVE_PARAMETER, "tool_name_key": "tool"}
        options |= {"requests_per_minute": 6000, "custom_role_conversions": {"tool-call": "user"}}
        model = self.answering(server, "Good day.", **options)
        data = model.to_dict()
        assert data["model_id"] == model.model_id
        again = type(model).from_dict(json.loads(json.dumps(data)))
        assert again.to_dict() == data
        for same in (model, again):
            assert same.generate(HELLO).content == "Good day."
            assert same.tool_name_key == "tool"
        first, second = (request.body for request in server.requests)
        assert first == second

    def hasty(self, model: Any) -> Any:
        """Return the model, whose waits between attempts are short now."""
        if hasattr(model, "retryer"):
            model.retryer.wait_seconds = 0.001
        return model


def sent(server: Any) -> str:
    """Return the JSON that was sent last."""
    return json.dumps(server.requests[-1].body)
