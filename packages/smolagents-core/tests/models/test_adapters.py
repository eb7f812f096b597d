import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.messages import ChatMessage, MessageRole
from smolagents.models import Model, as_model

DIALOGUE = [
    ChatMessage(MessageRole.SYSTEM, [{"type": "text", "text": "Be brief."}]),
    ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}]),
    ChatMessage(MessageRole.TOOL_CALL, "Calling f"),
    ChatMessage(MessageRole.TOOL_RESPONSE, "Observation: 1"),
]


def test_models_are_passed_on() -> None:
    model = Model(model_id="m")
    duck = SimpleNamespace(generate=lambda messages: None)
    assert as_model(model) is model
    assert as_model(duck) is duck


@pytest.mark.parametrize("thing", [None, 3, Model, "gpt-4o"])
def test_other_things_are_refused(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"generate\(messages|instance"):
        as_model(thing)


def test_a_callable_gets_plain_dicts_and_returns_text() -> None:
    seen: list[Any] = []

    def answer(messages: list[dict[str, Any]]) -> str:
        seen.append(messages)
        return "Answer Observation: rest"

    model = as_model(answer)
    message = model.generate(DIALOGUE, stop_sequences=["Observation:"], temperature=1)
    assert message == ChatMessage(MessageRole.ASSISTANT, "Answer ")
    assert seen == [
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Calling f"},
            {"role": "user", "content": "Observation: 1"},
        ]
    ]
    assert model.model_id == "answer"
    assert not hasattr(model, "generate_stream")
    assert not hasattr(model, "agenerate")


def test_a_callable_gets_the_options_that_it_names() -> None:
    def answer(messages: Any, stop_sequences: Any = None, temperature: float = 0.0) -> ChatMessage:
        return ChatMessage(MessageRole.ASSISTANT, f"{stop_sequences} {temperature}")

    assert as_model(answer)(DIALOGUE, ["x"], temperature=0.5, seed=1).content == "['x'] 0.5"


def test_a_callable_may_return_an_sdks_message() -> None:
    reply = SimpleNamespace(content="Hi", tool_calls=None)
    message = as_model(lambda messages: reply).generate(DIALOGUE)
    assert (message.role, message.content, message.raw) == (MessageRole.ASSISTANT, "Hi", reply)


def test_a_callable_that_returns_something_else_is_told() -> None:
    with pytest.raises(TypeError, match="returned int"):
        as_model(lambda messages: 3).generate(DIALOGUE)


def test_a_callable_keeps_images() -> None:
    parts = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]
    message = as_model(lambda messages: repr(messages)).generate([ChatMessage(MessageRole.USER, parts)])
    assert "https://example.com/a.png" in str(message.content)


class AsyncObject:
    async def __call__(self, messages: Any) -> str:
        await asyncio.sleep(0)
        return str(messages[-1]["content"])


def test_async_callables_serve_sync_and_async_callers() -> None:
    async def answer(messages: Any) -> str:
        return await AsyncObject()(messages)

    for function in (answer, AsyncObject()):
        model = as_model(function)
        assert model.generate(DIALOGUE).content == "Observation: 1"
        assert asyncio.run(model.agenerate(DIALOGUE, ["1"])).content == "Observation: "


class Texting(Model):
    def __init__(self) -> None:
        self.model_id = "texting"

    def generate_text(self, prompt: str, **kwargs: Any) -> str:
        return f"<{prompt}>"


class Prompted:
    def generate_text(self, prompt: str, system_prompt: str | None = None, max_tokens: int = 10) -> str:
        return f"{system_prompt} | {prompt}"


def test_generate_text_is_enough() -> None:
    assert as_model(Texting()).generate([ChatMessage(MessageRole.USER, "Hello")]).content == "<Hello>"
    assert Texting().generate(DIALOGUE, stop_sequences=["Observation:"]).content == (
        "<System: Be brief.\n\nUser: Hello\n\nAssistant: Calling f\n\nUser: "
    )


def test_generate_text_gets_the_system_prompt_where_it_takes_one() -> None:
    model = as_model(Prompted())
    assert model.model_id == "Prompted"
    assert model.generate(DIALOGUE[:2]).content == "Be brief. | Hello"
