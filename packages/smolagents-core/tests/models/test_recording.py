import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from smolagents.messages import ChatMessage, MessageRole, agglomerate_stream_deltas
from smolagents.models import Model, RecordingModel, ReplayModel
from smolagents.usage import TokenUsage
from smolagents_testing import ScriptedModel, tool_call


def ask(text: str) -> list[ChatMessage]:
    return [ChatMessage(MessageRole.USER, text)]


def write(path: Path, *turns: Any) -> str:
    path.write_text("".join(json.dumps(turn) + "\n" for turn in turns))
    return str(path)


def test_plays_turns_in_order_and_then_says_so(tmp_path: Path) -> None:
    path = write(
        tmp_path / "run.jsonl", "One", {"content": "Two", "token_usage": {"input_tokens": 3, "output_tokens": 4}}
    )
    model = ReplayModel(model_id=path)
    first, second = model.generate(ask("a")), model(ask("b"))
    assert (first.role, first.content, first.token_usage) == (MessageRole.ASSISTANT, "One", None)
    assert (second.content, second.token_usage) == ("Two", TokenUsage(3, 4))
    with pytest.raises(RuntimeError, match=r"run\.jsonl is exhausted: all 2 turns"):
        model.generate(ask("c"))


def test_plays_json_lists_and_given_turns(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(["One", {"content": "Two"}], indent=2))
    for model in (ReplayModel(str(path)), ReplayModel(path), ReplayModel(turns=["One", {"content": "Two"}])):
        assert [model.generate(ask("x")).content for _ in range(2)] == ["One", "Two"]


def test_streams() -> None:
    turn = {"content": "One two", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]}
    deltas = list(ReplayModel(turns=[turn]).generate_stream(ask("x")))
    message = agglomerate_stream_deltas(deltas)
    assert len(deltas) > 3
    assert message.content == "One two"
    assert message.tool_calls is not None
    assert message.tool_calls[0].function.name == "f"


def test_every_turn_is_played_once_however_many_ask() -> None:
    model = ReplayModel(turns=[str(number) for number in range(200)])
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda _: model.generate(ask("x")).content, range(200)))
    assert Counter(contents) == Counter(str(number) for number in range(200))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "needs a recording"),
        ({"model_id": "a", "turns": []}, "needs a recording"),
        ({"model_id": "missing.jsonl"}, r"missing\.jsonl: No such file"),
        ({"turns": [3]}, "not 3"),
        ({"turns": [{"text": "x"}]}, "content or tool_calls"),
    ],
)
def test_bad_recordings_are_named(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ReplayModel(**arguments)


def test_bad_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text('"One"\n\nTwo\n')
    with pytest.raises(ValueError, match="line 3 is no JSON"):
        ReplayModel(str(path))


def test_saving_keeps_the_recording(tmp_path: Path) -> None:
    model = ReplayModel(write(tmp_path / "run.jsonl", "One"), check_prompt=True)
    data = model.to_dict()
    assert data == {"model_id": str(tmp_path / "run.jsonl"), "check_prompt": True}
    assert ReplayModel.from_dict(data).to_dict() == data


def script() -> ScriptedModel:
    replies = ["One", [tool_call("f", a=1), tool_call("g")], ChatMessage(MessageRole.ASSISTANT, "Dré\n  i")]
    return ScriptedModel(replies, usage=TokenUsage(7, 8, cached_input_tokens=2))


def answers(model: Any, way: str) -> list[ChatMessage]:
    async def collect(stream: Any) -> list[Any]:
        return [delta async for delta in stream]

    calls = {
        "generate": lambda messages: model.generate(messages),
        "generate_stream": lambda messages: agglomerate_stream_deltas(model.generate_stream(messages)),
        "agenerate": lambda messages: asyncio.run(model.agenerate(messages)),
        "agenerate_stream": lambda messages: agglomerate_stream_deltas(
            asyncio.run(collect(model.agenerate_stream(messages)))
        ),
    }
    return [calls[way](ask(text)) for text in ("a", "b", "c")]


def essence(message: ChatMessage) -> tuple[Any, ...]:
    return message.role, message.content or None, message.tool_calls or None, message.token_usage


@pytest.mark.parametrize("way", ["generate", "generate_stream", "agenerate", "agenerate_stream"])
def test_what_was_recorded_is_replayed(tmp_path: Path, way: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("an older recording\n")
    recorded = answers(RecordingModel(script(), path), way)
    assert [essence(message) for message in recorded] == [essence(message) for message in answers(script(), way)]
    replayed = answers(ReplayModel(str(path)), "generate")
    assert [essence(message) for message in replayed] == [essence(message) for message in recorded]


def test_turns_can_be_found_by_their_prompt(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recording = RecordingModel(ScriptedModel(["to a", "to b", "to a again"]), path)
    for text in ("a", "b", "a"):
        recording.generate(ask(text))
    model = ReplayModel(str(path), check_prompt=True)
    assert [model.generate(ask(text)).content for text in ("b", "a", "a")] == ["to b", "to a", "to a again"]
    model = ReplayModel(str(path), check_prompt=True)
    with pytest.raises(RuntimeError, match="no turn left for this prompt"):
        model.generate(ask("c"))


def test_failed_and_abandoned_calls_leave_no_turn(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    model = RecordingModel(ScriptedModel([ValueError("boom"), "one two three", "Last"]), path)
    with pytest.raises(ValueError, match="boom"):
        model.generate(ask("a"))
    stream = model.generate_stream(ask("a"))
    next(stream)
    stream.close()
    assert model(ask("a")).content == "Last"
    assert [json.loads(line)["content"] for line in path.read_text().splitlines()] == ["Last"]


def test_a_recorded_model_looks_like_the_model(tmp_path: Path) -> None:
    class Plain(Model):
        supports_audio = True

        def generate(self, messages: Any, **kwargs: Any) -> ChatMessage:  # type: ignore[override]
            return ChatMessage(MessageRole.ASSISTANT, "Hi")

    model = RecordingModel(Plain(model_id="plain"), tmp_path / "run.jsonl")
    assert (model.model_id, model.supports_audio, model.to_dict()) == ("plain", True, {"model_id": "plain"})
    assert not hasattr(model, "generate_stream")
    assert not hasattr(model, "agenerate")
    assert model.parse_tool_calls(ChatMessage(MessageRole.ASSISTANT, '{"name": "f", "arguments": {}}')).tool_calls
    assert "plain" in repr(model)
