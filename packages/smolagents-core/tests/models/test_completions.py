from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.messages import ChatMessageStreamDelta, agglomerate_stream_deltas
from smolagents.models.completions import StreamReader, read_completion, read_usage
from smolagents.usage import TokenUsage


class Message:
    def __init__(self, **data: Any) -> None:
        self.data = data

    def model_dump(self, include: set[str]) -> dict[str, Any]:
        return {name: value for name, value in self.data.items() if name in include}


def completion(**data: Any) -> Any:
    return SimpleNamespace(choices=[SimpleNamespace(message=Message(**data))], usage=None)


def event(content: str | None = None, calls: Any = None, usage: Any = None, choices: int = 1) -> Any:
    delta = SimpleNamespace(content=content, tool_calls=calls)
    return SimpleNamespace(choices=[SimpleNamespace(delta=delta)] * choices, usage=usage)


def call(index: int | None, call_id: str | None, name: str | None, arguments: str | None) -> Any:
    return SimpleNamespace(
        index=index, id=call_id, type="function", function=SimpleNamespace(name=name, arguments=arguments)
    )


def read(*events: Any, stop: list[str] | None = None) -> list[ChatMessageStreamDelta]:
    reader = StreamReader(stop)
    return [delta for item in events for delta in reader.feed(item)] + list(reader.finish())


@pytest.mark.parametrize(
    ("data", "content"),
    [
        ({"content": "Hi END more"}, "Hi "),
        ({"content": None, "refusal": "I won't."}, "I won't."),
        ({"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]}, "Hi"),
        ({"content": None}, None),
    ],
)
def test_contents_of_answers(data: dict[str, Any], content: str | None) -> None:
    message = read_completion(completion(role=None, **data), ["END"])
    assert (message.role, message.content, message.token_usage) == ("assistant", content, None)


@pytest.mark.parametrize("choices", [[], None])
def test_an_answer_without_choice_is_an_error(choices: Any) -> None:
    with pytest.raises(RuntimeError, match="out of credit"):
        read_completion(SimpleNamespace(choices=choices, error={"message": "out of credit"}))


def test_usage_has_what_the_server_tells() -> None:
    details = SimpleNamespace(cached_tokens=3, reasoning_tokens=None)
    usage = SimpleNamespace(
        prompt_tokens=10,
        completion_tokens=5,
        prompt_tokens_details=details,
        completion_tokens_details=details,
        cost=0.25,
    )
    assert read_usage(usage) == TokenUsage(10, 5, cached_input_tokens=3, cost=0.25)
    assert read_usage(SimpleNamespace(prompt_tokens=1, completion_tokens=None)) == TokenUsage(1, 0)
    assert read_usage(None) is None


def test_the_last_usage_counts() -> None:
    totals = [SimpleNamespace(prompt_tokens=10, completion_tokens=count) for count in (1, 2)]
    message = agglomerate_stream_deltas(read(event("a", usage=totals[0]), event("b", usage=totals[1])))
    assert (message.content, message.token_usage) == ("ab", TokenUsage(10, 2))


def test_empty_events_are_skipped() -> None:
    empty = SimpleNamespace(choices=[SimpleNamespace(delta=None)], usage=None)
    assert read(event(), event(""), event(choices=0), empty) == []


def test_calls_without_index_are_numbered() -> None:
    events = [event(calls=[call(None, "a", "f", "{}")]), event(calls=[call(None, "b", "g", None)])]
    calls = agglomerate_stream_deltas(read(*events)).tool_calls or []
    assert [(one.id, one.function.name, one.function.arguments) for one in calls] == [("a", "f", "{}"), ("b", "g", "")]


def test_whole_calls_of_one_number_stay_apart() -> None:
    pieces = [call(0, "a", "f", '{"x": '), call(0, None, None, "1}"), call(0, "b", "g", "{}"), call(0, "b", None, " ")]
    calls = agglomerate_stream_deltas(read(*(event(calls=[piece]) for piece in pieces))).tool_calls or []
    found = [(one.id, one.function.name, one.function.arguments) for one in calls]
    assert found == [("a", "f", '{"x": 1}'), ("b", "g", "{} ")]


def test_usage_and_calls_after_the_stop_stay() -> None:
    usage = SimpleNamespace(prompt_tokens=1, completion_tokens=1)
    deltas = read(event("a E"), event("ND b"), event(calls=[call(0, "a", "f", "{}")]), event(usage=usage), stop=["END"])
    message = agglomerate_stream_deltas(deltas)
    assert (message.content, len(message.tool_calls or ()), message.token_usage) == ("a ", 1, TokenUsage(1, 1))
