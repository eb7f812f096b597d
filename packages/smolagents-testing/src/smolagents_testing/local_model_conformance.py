"""The conformance kit for models that run in the program's own process, beside `ModelConformance` for those of an API.

    class TestMyModel(LocalModelConformance):
        def make_model(self, folder, **options):
            return MyModel(str(folder), **options)

The models are tiny, made in the test, and say what the test wants; needs numpy, safetensors and tokenizers.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from smolagents import CodeAgent
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas as joined
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, REMOVE_PARAMETER, get_tool_json_schema

from smolagents_testing.model_conformance import HELLO, Weather
from smolagents_testing.tiny_models import CHAT_TEMPLATE, make_tiny_model

Make = Callable[..., Any]

CALL = '<tool_call>{"name": "weather", "arguments": {"city": "CITY"}}</tool_call>'
EVERY_ROLE = [
    ChatMessage(MessageRole.SYSTEM, [{"type": "text", "text": "You are polite."}]),
    ChatMessage(MessageRole.USER, "Hello"),
    {"role": MessageRole.USER, "content": "Who are you?"},
    ChatMessage(MessageRole.ASSISTANT, "I call a tool."),
    ChatMessage(MessageRole.TOOL_CALL, "Calling tools: weather"),
    ChatMessage(MessageRole.TOOL_RESPONSE, [{"type": "text", "text": "Observation: sunny"}]),
]
AS_SENT = [
    {"role": "system", "content": "You are polite."},
    {"role": "user", "content": "Hello\nWho are you?"},
    {"role": "assistant", "content": "I call a tool.\nCalling tools: weather"},
    {"role": "user", "content": "Observation: sunny"},
]
ENDLESS = 1_000_000
"""Tokens of an answer that nobody waits for."""
SECONDS = 60.0
"""After so long, what should have stopped has not."""


class LocalModelConformance:
    """Check a model against what agents rely on.

    Attributes:
        holds_to_schemas: Whether `response_format` is enforced; else it must be refused.
        lacks: What the model does not have, each with the reason: "streams" (`generate_stream`), "async" (`agenerate`
            and, if it streams, `agenerate_stream`).
    """

    holds_to_schemas: ClassVar[bool] = False
    lacks: ClassVar[dict[str, str]] = {}

    def make_model(self, folder: Path, **options: Any) -> Any:
        """Return a model with the weights of this folder; options are arguments of its constructor."""
        raise NotImplementedError(f"{type(self).__name__} must define make_model(folder, **options).")

    @pytest.fixture(autouse=True)
    def _check_lacks(self) -> None:
        unknown = self.lacks.keys() - {"streams", "async"}
        assert not unknown, f"`lacks` names no features of the kit: {sorted(unknown)}. Known: streams, async"

    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        """Return a function that makes a model which gives these replies; one without any writes noise, on and on."""
        numbers = itertools.count()

        def make(*replies: str | Sequence[str], template: str | None = CHAT_TEMPLATE, **options: Any) -> Any:
            folder = make_tiny_model(tmp_path / f"model-{next(numbers)}", replies, chat_template=template)
            return self.make_model(folder, **options)

        return make

    def test_answers(self, make: Make) -> None:
        """A text answer becomes an assistant's message; calling the model is generating."""
        model = make("Good day, naïve 🤖 Sir.\n")
        for message in (model.generate(HELLO), model(HELLO)):
            assert isinstance(message, ChatMessage)
            assert message.role == MessageRole.ASSISTANT
            assert message.content == "Good day, naïve 🤖 Sir.\n"
            assert not message.tool_calls

    def test_takes_messages_in_every_form(self, make: Make) -> None:
        """Messages and dicts, text and parts, and every role reach the chat template, and are not changed."""
        model = make("First.", "Second.")
        before = repr(EVERY_ROLE)
        message = model.generate(EVERY_ROLE)
        assert message.content == "Second."
        assert message.token_usage.input_tokens == len(prompt(model, AS_SENT))
        assert repr(EVERY_ROLE) == before

    def test_ends_at_stop_sequences(self, make: Make) -> None:
        """The answer ends before the first stop sequence, also where that lies across tokens, and so does the work."""
        model = make(["One. ", "Obser", "vation", ": two. </", "code> th", "ree.", *"and so on, and on"])
        for stops in (["</code>", "Observation:"], ["Observation:"], ["bser"]):
            message = model.generate(HELLO, stop_sequences=stops)
            assert message.content == ("One. O" if stops == ["bser"] else "One. ")
            assert message.token_usage.output_tokens <= 5
            if "streams" not in self.lacks:
                assert_same(joined(model.generate_stream(HELLO, stop_sequences=stops)), message)
        assert model.generate(HELLO, stop_sequences=["</code>"]).content == "One. Observation: two. "

    def test_takes_stop_sequences_of_its_own(self, make: Make) -> None:
        """`stop` as an argument of the model or of a call counts too."""
        assert make("One, two, three.", stop=["three"]).generate(HELLO, stop_sequences=["four"]).content == "One, two, "
        assert make("One, two, three.").generate(HELLO, stop="two").content == "One, "

    def test_offers_tools(self, make: Make) -> None:
        """The template gets the tools' schemas, and calls in the answer are found, parallel ones too."""
        model = make(CALL.replace("CITY", "Rome") + CALL.replace("CITY", "Oslo"))
        message = model.generate(HELLO, tools_to_call_from=[Weather()])
        tools = [get_tool_json_schema(Weather())]
        assert message.token_usage.input_tokens == len(prompt(model, HELLO_AS_SENT, tools=tools))
        calls = model.parse_tool_calls(message).tool_calls
        assert [call.function.name for call in calls] == ["weather", "weather"]
        assert [call.function.arguments for call in calls] == [{"city": "Rome"}, {"city": "Oslo"}]
        assert len({call.id for call in calls}) == 2

    def test_malformed_calls_are_errors_for_the_model(self, make: Make) -> None:
        """Text without a call in it is a ValueError that an agent shows to the model."""
        for reply in ("Nothing to call.", '<tool_call>{"name": </tool_call>'):
            model = make(reply)
            with pytest.raises(ValueError):
                model.parse_tool_calls(model.generate(HELLO, tools_to_call_from=[Weather()]))

    def test_counts_tokens(self, make: Make) -> None:
        """Usage has the tokens of the prompt and those of the answer, with or without the one that ends it."""
        usage = make([*"Good day."]).generate(HELLO).token_usage
        assert usage.output_tokens in (9, 10)
        assert usage.input_tokens > 0

    def test_streams_what_it_generates(self, make: Make) -> None:
        """The pieces of a stream make the message that `generate` returns, and a letter of several tokens is whole."""
        self._needs("streams")
        model = make("Good  day,\n\n  naïve 🤖 Sir. ")
        deltas = list(model.generate_stream(HELLO))
        assert len([delta for delta in deltas if delta.content]) > 2, "the answer came in one piece"
        assert not any("\ufffd" in (delta.content or "") for delta in deltas)
        assert_same(joined(deltas), model.generate(HELLO))

    def test_an_abandoned_stream_stops(self, make: Make) -> None:
        """Closing a stream ends the work on it: the model is free for the next call."""
        self._needs("streams")
        model = make()
        stream = model.generate_stream(HELLO, max_tokens=ENDLESS)
        next(stream)
        stream.close()
        assert_free(model)

    def test_limits_answers(self, make: Make) -> None:
        """An answer ends after `max_tokens`, also by the name `max_new_tokens`."""
        for options in ({"max_tokens": 3}, {"max_new_tokens": 3}):
            assert make([*"Good day."]).generate(HELLO, **options).content == "Goo"
            assert make([*"Good day."], **options).generate(HELLO).token_usage.output_tokens == 3

    def test_samples_as_told(self, make: Make) -> None:
        """The same seed gives the same text, and another one another."""
        model = make(max_tokens=20, temperature=1.0, top_p=0.95)
        texts = [model.generate(HELLO, seed=seed).content for seed in (1, 1, 2)]
        assert texts[0] == texts[1] != texts[2]

    def test_refuses_what_it_does_not_know(self, make: Make) -> None:
        """A parameter that means nothing is an error with its name, not dropped."""
        model = make("Good day.")
        with pytest.raises((TypeError, ValueError), match="no_such_parameter"):
            model.generate(HELLO, no_such_parameter=1)
        assert model.generate(HELLO).content == "Good day."

    def test_schemas_are_enforced_or_refused(self, make: Make) -> None:
        """A `response_format` is never dropped."""
        model = make(max_tokens=200)
        if not self.holds_to_schemas:
            with pytest.raises(ValueError, match="response_format"):
                model.generate(HELLO, response_format=CODEAGENT_RESPONSE_FORMAT)
            return
        answer = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]}
        schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": answer}}
        message = model.generate(HELLO, response_format=schema)
        assert isinstance(json.loads(message.content)["yes"], bool)

    def test_gives_arguments_to_the_template(self, make: Make) -> None:
        """`apply_chat_template_kwargs` reach the template, and survive saving."""
        template = CHAT_TEMPLATE.replace("bos_token", "bos_token + greeting", 1)
        model = make("Good day.", template=template, apply_chat_template_kwargs={"greeting": "Be polite and brief."})
        expected = len(prompt(model, HELLO_AS_SENT, template=template, greeting="Be polite and brief."))
        for same in (model, type(model).from_dict(model.to_dict())):
            assert same.generate(HELLO).token_usage.input_tokens == expected

    def test_says_what_a_model_without_template_needs(self, make: Make) -> None:
        """Weights that are not for chats are an error that says so."""
        with pytest.raises(Exception, match=r"chat.template"):
            make("Good day.", template=None).generate(HELLO)

    def test_serves_many_threads(self, make: Make) -> None:
        """Each of many calls at the same time gets its own answer."""
        model = make(*(f"I am {number}." for number in range(8)))
        with ThreadPoolExecutor(8) as threads:
            messages = threads.map(model.generate, [_conversation(number) for number in range(8)])
            assert [message.content for message in messages] == [f"I am {number}." for number in range(8)]

    def test_answers_async_callers(self, make: Make) -> None:
        """`agenerate` and `agenerate_stream` do as their sync twins, many at once, in any number of event loops."""
        self._needs("async")
        model = make(*(f"I am {number}." for number in range(8)))

        async def all_answers() -> list[Any]:
            return list(await asyncio.gather(*(model.agenerate(_conversation(number)) for number in range(8))))

        for _ in range(2):
            messages = asyncio.run(all_answers())
            assert [message.content for message in messages] == [f"I am {number}." for number in range(8)]
            if "streams" not in self.lacks:
                assert_same(joined(asyncio.run(_collected(model.agenerate_stream(_conversation(3))))), messages[3])

    def test_async_callers_can_cancel(self, make: Make) -> None:
        """A cancelled call ends its work: the model is free for the next one."""
        self._needs("async")
        model = make()

        async def cancel() -> None:
            if "streams" not in self.lacks:
                async for _ in (stream := model.agenerate_stream(HELLO, max_tokens=ENDLESS)):
                    break
                await stream.aclose()
            task = asyncio.create_task(model.agenerate(HELLO, max_tokens=ENDLESS))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        assert_free(model)

    def test_survives_saving(self, make: Make) -> None:
        """`to_dict` is JSON, and `from_dict` restores all that was configured."""
        options = {"max_tokens": 7, "seed": 7, "top_p": REMOVE_PARAMETER, "tool_name_key": "tool"}
        model = make("Good day, Sir.", **options)
        data = model.to_dict()
        again = type(model).from_dict(json.loads(json.dumps(data)))
        assert again.to_dict() == data
        assert again.tool_name_key == "tool"
        assert again.generate(HELLO).content == model.generate(HELLO).content

    def test_serves_agents(self, make: Make) -> None:
        """An agent runs on it from task to answer, streamed or not."""
        model = make("Thought: I add.\n<code>\ntotal = 40 + 2\n</code>", "<code>\nfinal_answer(total)\n</code>")
        for stream_outputs in (False,) if "streams" in self.lacks else (False, True):
            result = CodeAgent(model=model, stream_outputs=stream_outputs, return_full_result=True).run("How much?")
            assert result.output == 42
            assert result.token_usage.output_tokens > 10
        assert asyncio.run(CodeAgent(model=model).arun("How much?")) == 42

    def _needs(self, feature: str) -> None:
        if (reason := self.lacks.get(feature)) is not None:
            pytest.skip(f"{feature}: {reason}")


HELLO_AS_SENT = [{"role": "user", "content": "Hello"}]


def prompt(model: Any, messages: list[dict[str, Any]], template: str = CHAT_TEMPLATE, **variables: Any) -> list[int]:
    """Return the tokens of a conversation, computed without the library under test."""
    from jinja2 import Environment
    from tokenizers import Tokenizer

    jinja = Environment(trim_blocks=True, lstrip_blocks=True)
    jinja.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    text = jinja.from_string(template).render(
        messages=messages, bos_token="<|begin|>", add_generation_prompt=True, **variables
    )
    tokenizer = Tokenizer.from_file(f"{model.model_id}/tokenizer.json")
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def assert_same(message: ChatMessage, expected: ChatMessage) -> None:
    """Check that two messages say the same and cost the same."""
    assert message.role == expected.role
    assert message.content == expected.content
    assert message.token_usage == expected.token_usage


def assert_free(model: Any) -> None:
    """Check that a model takes a call, which it would not while it works on an endless one."""
    thread = ThreadPoolExecutor(1)
    thread.submit(model.generate, HELLO, max_tokens=1).result(SECONDS)
    thread.shutdown()


def _conversation(turns: int) -> list[dict[str, Any]]:
    turn = [{"role": "user", "content": "Who are you?"}, {"role": "assistant", "content": "I?"}]
    return [*turn * turns, {"role": "user", "content": "Who are you?"}]


async def _collected(deltas: AsyncIterator[Any]) -> list[Any]:
    return [delta async for delta in deltas]
