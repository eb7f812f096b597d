import itertools

import pytest
from smolagents.models import Model, remove_content_after_stop_sequences, supports_stop_parameter
from smolagents.models.stopping import StreamCutter


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("o3", False),
        ("o3-2025-04-16", False),
        ("o4-mini", False),
        ("openai/o3", False),
        ("gpt-5", False),
        ("gpt-5-mini", False),
        ("gpt-5.1", False),
        ("openrouter/x-ai/grok-4", False),
        ("grok-3-mini", False),
        ("oci/xai.grok-4", False),
        ("o3-mini", True),
        ("openai/o3-mini", True),
        ("o3-mini-2025-01-31", True),
        ("o1", True),
        ("gpt-4o", True),
        ("oo3", True),
        ("o30", True),
        ("gpt-4.5", True),
        ("o3/llama", True),
        ("", True),
    ],
)
def test_supports_stop_parameter(model_id: str, expected: bool) -> None:
    assert supports_stop_parameter(model_id) is expected
    assert Model(model_id=model_id).supports_stop_parameter is expected


@pytest.mark.parametrize(
    ("content", "stops", "expected"),
    [
        ("a STOP b END c", ["END", "STOP"], "a "),
        ("a", ["STOP"], "a"),
        ("", ["STOP"], ""),
        (None, ["STOP"], None),
        ("a STOP", None, "a STOP"),
        ("a STOP", [], "a STOP"),
        ("a", [""], "a"),
        ("STOP", ["STOP"], ""),
    ],
)
def test_content_is_cut(content: str | None, stops: list[str] | None, expected: str | None) -> None:
    assert remove_content_after_stop_sequences(content, stops) == expected


@pytest.mark.parametrize("text", ["ab</x>cd", "ab</</x>", "no stop <", "</x>", "aaEND</x>", "<</x", ""])
def test_a_stream_is_cut_like_the_whole(text: str) -> None:
    stops = ["</x>", "END"]
    expected = remove_content_after_stop_sequences(text, stops)
    # All ways of breaking the text into three pieces.
    for first, second in itertools.combinations_with_replacement(range(len(text) + 1), 2):
        cutter = StreamCutter(stops)
        pieces = [cutter.feed(part) for part in (text[:first], text[first:second], text[second:])]
        assert "".join(pieces) + cutter.rest() == expected


def test_a_stream_without_stops_waits_for_nothing() -> None:
    cutter = StreamCutter(None)
    assert cutter.feed("<") == "<"
    cutter = StreamCutter(["</x>"])
    assert (cutter.feed("a<"), cutter.feed("b")) == ("a", "<b")
