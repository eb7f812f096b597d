import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas
from smolagents.usage import TokenUsage
from smolagents_testing import ScriptedModel, code, tool_call

HELLO = [ChatMessage(MessageRole.USER, "Hello")]


def conversation(name: str, turns: int) -> list[Any]:
    messages: list[Any] = [ChatMessage(MessageRole.USER, name)]
    for turn in range(turns):
        messages += [
            ChatMessage(MessageRole.ASSISTANT, f"Thought {turn}"),
            {"role": "tool-call", "content": "Calling tools"},
            ChatMessage(MessageRole.TOOL_RESPONSE, "Observation"),
        ]
    return messages


def test_replies_of_every_kind() -> None:
    own_usage = ChatMessage(MessageRole.ASSISTANT, "message", token_usage=TokenUsage(1, 2))

    async def later(messages: Any) -> str:
        return f"later {messages[-1].content}"

    model = ScriptedModel(["text", own_usage, tool_call("f", a=1), lambda m: later, KeyError("boom")])
    assert model(HELLO) == ChatMessage(MessageRole.ASSISTANT, "text", token_usage=TokenUsage(10, 5))
    assert model.generate(HELLO) == own_usage
    (call,) = model.generate(HELLO).tool_calls or ()
    assert (call.id, call.function.name, call.function.arguments) == ("call_3_1", "f", '{"a": 1}')
    assert model.generate(HELLO).content == "later Hello"
    with pytest.raises(KeyError, match="boom"):
        model.generate(HELLO)
    with pytest.raises(AssertionError, match=r"5 replies, and reply 6 .*Hello"):
        model.generate(HELLO)


def test_calls_are_recorded() -> None:
    model = ScriptedModel(["a", "b"])
    messages = list(HELLO)
    model.generate(messages, ["END"], {"type": "text"}, ["tool"], seed=1)
    messages.append(ChatMessage(MessageRole.ASSISTANT, "a"))
    list(model.generate_stream(messages))
    first, second = model.calls
    assert (first.messages, first.stop_sequences, first.response_format) == (HELLO, ["END"], {"type": "text"})
    assert (first.tools_to_call_from, first.kwargs, first.streamed) == (["tool"], {"seed": 1}, False)
    assert (len(second.messages), second.streamed) == (2, True)


def test_what_an_agent_changes_stays_its_own() -> None:
    script = [ChatMessage(MessageRole.ASSISTANT, "one", [tool_call("f")])]
    model = ScriptedModel(script, per_run=True)
    first = model.generate(HELLO)
    first.content += " changed"
    first.tool_calls[0].function.arguments = {}
    assert model.generate(HELLO).content == "one"
    assert model.generate(HELLO).tool_calls[0].function.arguments == "{}"


def test_streams_are_the_message_in_pieces() -> None:
    script = ["one  two\nthree ", [tool_call("f", a=1), tool_call("g")]]
    streamed, whole = ScriptedModel(script), ScriptedModel(script)
    for _ in script:
        deltas = list(streamed.generate_stream(HELLO))
        joined, message = agglomerate_stream_deltas(deltas), whole.generate(HELLO)
        assert len(deltas) >= 4
        assert (joined.content or None, joined.tool_calls or None) == (message.content, message.tool_calls)
        assert joined.token_usage == message.token_usage


def test_async_callers() -> None:
    async def reply(messages: Any) -> str:
        await asyncio.sleep(0)
        return "awaited"

    async def run() -> list[Any]:
        model = ScriptedModel([reply, "one two"], usage=None)
        return [await model.agenerate(HELLO), [delta async for delta in model.agenerate_stream(HELLO)]]

    message, deltas = asyncio.run(run())
    assert (message.content, message.token_usage) == ("awaited", None)
    assert [delta.content for delta in deltas] == ["one", " two"]


def test_one_script_serves_many_runs_at_once() -> None:
    model = ScriptedModel(["first", "second", lambda messages: f"third of {messages[0].content}"], per_run=True)

    def run(name: str) -> list[Any]:
        return [model.generate(conversation(name, turn)).content for turn in range(3)]

    names = [f"run {number}" for number in range(32)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, names)) == [["first", "second", f"third of {name}"] for name in names]
    assert len(model.calls) == 96
    with pytest.raises(AssertionError, match="reply 4"):
        model.generate(conversation("x", 3))


def test_code_is_an_action() -> None:
    assert code("x = 1", "Why not?") == "Thought: Why not?\n<code>\nx = 1\n</code>"
