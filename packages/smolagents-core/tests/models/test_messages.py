import json
from types import SimpleNamespace

import pytest
from smolagents.messages import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
    MessageRole,
    agglomerate_stream_deltas,
    parse_json_if_needed,
    split_into_deltas,
)
from smolagents.usage import TokenUsage

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


def piece(index: int | None, name: str = "", arguments: str = "", call_id: str | None = None) -> ChatMessageStreamDelta:
    function = ChatMessageToolCallFunction(name=name, arguments=arguments)
    return ChatMessageStreamDelta(tool_calls=[ChatMessageToolCallStreamDelta(index, call_id, None, function)])


def test_roles_are_their_texts() -> None:
    assert MessageRole.roles() == ["user", "assistant", "system", "tool-call", "tool-response"]
    assert MessageRole.TOOL_CALL == "tool-call"


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        SimpleNamespace(id="1", type="function", function=SimpleNamespace(name="f", arguments='{"a": 1}')),
        ChatMessageToolCall(ChatMessageToolCallFunction('{"a": 1}', "f"), "1", "function"),
    ],
    ids=["dict", "sdk-object", "ours"],
)
def test_tool_calls_are_converted(call: object) -> None:
    message = ChatMessage(MessageRole.ASSISTANT, tool_calls=[call])  # type: ignore[list-item]
    assert message.tool_calls == [ChatMessageToolCall(ChatMessageToolCallFunction('{"a": 1}', "f"), "1", "function")]
    assert str(message.tool_calls[0]) == 'Call: 1: Calling f with arguments: {"a": 1}'


def test_dict_holds_everything_and_json_leaves_raw_out() -> None:
    message = ChatMessage.from_dict(
        {"role": "assistant", "content": "Hi", "tool_calls": [CALL]}, raw=object(), token_usage=TokenUsage(3, 4)
    )
    assert message.role is MessageRole.ASSISTANT
    data = message.dict()
    assert data["raw"] is message.raw
    assert data["token_usage"] == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    loaded = json.loads(message.model_dump_json())
    assert "raw" not in loaded
    assert loaded["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a": 1}', "description": None}
    assert ChatMessage.from_dict(loaded).tool_calls == message.tool_calls


def test_json_has_images_as_base64() -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (1, 1))
    message = ChatMessage(MessageRole.USER, [{"type": "image", "image": image}])
    assert json.loads(message.model_dump_json())["content"][0]["image"].startswith("iVBORw0KGgo")


def test_markdown_shows_content_and_calls() -> None:
    message = ChatMessage(MessageRole.ASSISTANT, "Hi", tool_calls=[CALL])  # type: ignore[list-item]
    assert message.render_as_markdown() == 'Hi{"tool": "f", "arguments": "{\\"a\\": 1}"}'
    assert ChatMessage(MessageRole.ASSISTANT).render_as_markdown() == "None"


def test_deltas_make_a_message() -> None:
    message = agglomerate_stream_deltas(
        [
            ChatMessageStreamDelta("Hel"),
            ChatMessageStreamDelta("lo", token_usage=TokenUsage(1, 2)),
            piece(1, "g", "", "b"),
            piece(0, "f", '{"a"', "a"),
            piece(0, arguments=": 1}"),
            ChatMessageStreamDelta(None, token_usage=TokenUsage(10, 20)),
        ]
    )
    assert message.content == "Hello"
    assert message.token_usage == TokenUsage(11, 22)
    assert [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()] == [
        ("a", "f", '{"a": 1}'),
        ("b", "g", ""),
    ]
    assert {call.type for call in message.tool_calls or ()} == {"function"}


def test_no_deltas_make_an_empty_message() -> None:
    message = agglomerate_stream_deltas([], role=MessageRole.USER)
    assert message == ChatMessage(MessageRole.USER, "", [], None, TokenUsage(0, 0))


def test_a_call_without_index_is_refused() -> None:
    with pytest.raises(ValueError, match="no index"):
        agglomerate_stream_deltas([piece(None, "f")])


def test_joining_deltas_leaves_them_as_they_are() -> None:
    deltas = [piece(0, "f", "{", "a"), piece(0, arguments="}")]
    before = repr(deltas)
    first, second = agglomerate_stream_deltas(deltas), agglomerate_stream_deltas(deltas)
    assert first == second
    assert repr(deltas) == before


@pytest.mark.parametrize("content", ["", " ", "one", " two  words\n\nand more \n", None])
def test_splitting_and_joining_are_inverse(content: str | None) -> None:
    message = ChatMessage(MessageRole.ASSISTANT, content, tool_calls=[CALL], token_usage=TokenUsage(1, 2))  # type: ignore[list-item]
    joined = agglomerate_stream_deltas(split_into_deltas(message))
    assert (joined.content, joined.tool_calls, joined.token_usage) == (
        content or "",
        message.tool_calls,
        TokenUsage(1, 2),
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [('{"a": 1}', {"a": 1}), ("[1]", [1]), ("3", 3), ("plain", "plain"), ({"a": 1}, {"a": 1}), (None, None)],
)
def test_parse_json_if_needed(arguments: object, expected: object) -> None:
    assert parse_json_if_needed(arguments) == expected  # type: ignore[arg-type]
