"""The kit finds faults: each of these models has one, and fails the test that is about it."""

from copy import deepcopy
from typing import Any

import pytest
from smolagents_testing import FakeOpenAIServer, ModelConformance
from smolagents_testing.model_conformance import ANSWERS, LASTING_FAILURES, PASSING_FAILURES
from smolagents_testing.model_conformance_parts import CONVERSATIONS
from smolagents_testing.openai_server import Garbled

from .faulty_models import (
    Async,
    AsyncBlamesTheRuntime,
    AsyncForgetsTools,
    AsyncGivesUp,
    AsyncIgnoresStops,
    AsyncWordless,
    BlamesTheRuntime,
    ChangesMessages,
    CountsNoCache,
    CountsNoCost,
    DropsFormat,
    DropsImages,
    ForgetsSettings,
    ForgetsTools,
    ForgetsUsage,
    GivesUp,
    IgnoresStops,
    LosesIds,
    MixesAnswers,
    NeverGivesUp,
    PlainModel,
    RefusesMalformedCalls,
    RefusesSilence,
    SavesHeaders,
    SavesKey,
    SendsBackwards,
    SendsTheLast,
    ServerError,
    ShowsKey,
    Streaming,
    StreamsInOnePiece,
    StreamsOtherText,
    TriesForEver,
    TripsOverPages,
    Wordless,
)


class PlainKit(ModelConformance):
    model_class: type = PlainModel
    lacks = {"streams": "it is plain", "async": "it is plain"}
    key_variable = "FAKE_API_KEY"
    impatient = {"timeout": 0.2}

    def make_model(self, server: FakeOpenAIServer, **options: Any) -> Any:
        return self.model_class("fake-model", **{"url": server.url, "api_key": server.api_key, **options})


class TestPlainModel(PlainKit):
    """The kit passes a sound model that has neither streams nor async."""


class TestStreamingModel(PlainKit):
    model_class = Streaming
    lacks = {"async": "it is plain"}

    test_reports_broken_streams = test_streams_while_the_answer_comes = None  # its streams are whole answers


class TestAsyncModel(PlainKit):
    model_class = Async
    lacks = {}

    test_reports_broken_streams = test_reports_broken_async_streams = None
    test_streams_while_the_answer_comes = test_async_streams_while_the_answer_comes = None
    test_async_callers_can_cancel = None  # a thread can't be cancelled


FORM = "test_takes_messages_in_every_form"
AGAIN = "test_tries_again_what_may_pass"
STREAMS = "test_streams_what_it_generates"


@pytest.mark.parametrize(
    ("model_class", "test", "arguments"),
    [
        (ChangesMessages, FORM, {"form": "parts"}),
        (SendsTheLast, FORM, {"form": "consecutive-roles"}),
        (SendsTheLast, FORM, {"form": "tool-results"}),
        (SendsBackwards, FORM, {"form": "every-role"}),
        (DropsImages, "test_takes_images", {"role": "user"}),
        (IgnoresStops, "test_ends_at_stop_sequences", {"answer": "One. THE END", "honours_stop": False}),
        (DropsFormat, "test_takes_response_formats", {}),
        (ForgetsTools, "test_tells_of_tools", {}),
        (LosesIds, "test_calls_tools", {}),
        (RefusesMalformedCalls, "test_keeps_malformed_arguments", {}),
        (RefusesSilence, "test_takes_empty_answers", {}),
        (ForgetsUsage, "test_counts_tokens", {}),
        (CountsNoCache, "test_reads_usage", {}),
        (CountsNoCost, "test_reads_usage", {}),
        (MixesAnswers, "test_serves_many_threads_at_once", {}),
        (GivesUp, AGAIN, {"failure": PASSING_FAILURES[0]}),
        (GivesUp, AGAIN, {"failure": PASSING_FAILURES[-1]}),
        (NeverGivesUp, "test_gives_up_what_lasts", {"failure": LASTING_FAILURES[0]}),
        (TriesForEver, "test_gives_up_in_the_end", {}),
        (TripsOverPages, "test_reports_answers_that_are_none", {"page": Garbled()}),
        (ShowsKey, "test_hides_credentials", {}),
        (SavesKey, "test_saves_no_credentials", {}),
        (SavesHeaders, "test_saves_no_credentials", {}),
        (ForgetsSettings, "test_survives_saving", {}),
        (StreamsInOnePiece, STREAMS, {"answer": ANSWERS["text"]}),
        (StreamsOtherText, STREAMS, {"answer": ANSWERS["text"]}),
        (Streaming, "test_streams_while_the_answer_comes", {}),
        (Async, "test_async_streams_while_the_answer_comes", {}),
        (BlamesTheRuntime, "test_times_out", {}),
        (AsyncBlamesTheRuntime, "test_async_calls_time_out", {}),
        (Streaming, "test_reports_broken_streams", {}),
        (Async, "test_reports_broken_async_streams", {}),
        (AsyncGivesUp, "test_async_calls_try_again", {}),
        (AsyncIgnoresStops, "test_async_answers_end_at_stop_sequences", {}),
        (AsyncForgetsTools, "test_answers_async_callers", {}),
    ],
    ids=lambda value: getattr(value, "__name__", None) or (value if isinstance(value, str) else ""),
)
def test_the_kit_finds(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    model_class: type,
    test: str,
    arguments: dict[str, Any],
) -> None:
    monkeypatch.setattr("smolagents_testing.model_conformance.CONVERSATIONS", deepcopy(CONVERSATIONS))
    lacks = {} if issubclass(model_class, Async) else {"async": "it is plain"}
    lacks |= {} if issubclass(model_class, Streaming) else {"streams": "it is plain"}
    kit = type("Kit", (PlainKit,), {"model_class": model_class, "lacks": lacks})()
    method = getattr(kit, test)
    wanted = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    with kit.make_server() as server:
        known = {"server": server, "model": kit.hasty(kit.make_model(server)), **arguments}
        fixtures = {name: known[name] if name in known else request.getfixturevalue(name) for name in wanted}
        with pytest.raises((AssertionError, pytest.fail.Exception, ServerError, OSError, ValueError)):
            method(**fixtures)


@pytest.mark.parametrize(
    ("model_class", "test"), [(Wordless, "test_times_out"), (AsyncWordless, "test_async_calls_time_out")]
)
def test_errors_without_text_may_stand_for_timeouts(model_class: type, test: str) -> None:
    kit = type("Kit", (PlainKit,), {"model_class": model_class})()
    with kit.make_server() as server:
        getattr(kit, test)(server)


@pytest.mark.parametrize("forgotten", ["key_variable", "impatient"])
def test_what_a_kit_forgets_to_say_is_no_reason_to_skip(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = type("Kit", (PlainKit,), {forgotten: None})()
    with kit.make_server() as server, pytest.raises(AssertionError, match=f"set `{forgotten}`, or say in `lacks`"):
        if forgotten == "impatient":
            kit.test_times_out(server)
        else:
            kit.test_names_missing_credentials(server, monkeypatch)


pytest_plugins = ["pytester"]
LACKING = """
from smolagents_testing import ModelConformance

class TestModel(ModelConformance):
    lacks = {lacks}
"""


def test_what_a_model_lacks_is_skipped_with_its_reason(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LACKING.format(lacks={"images": "it is blind"}))
    result = pytester.runpytest_subprocess("-rs", "-k", "test_takes_images", "-p", "no:cacheprovider")
    assert result.parseoutcomes()["skipped"] == 2
    result.stdout.fnmatch_lines(["*images: it is blind"])


def test_what_the_kit_does_not_know_can_not_be_lacking(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LACKING.format(lacks={"speed": "it is slow"}))
    result = pytester.runpytest_subprocess("-k", "test_calls_tools", "-p", "no:cacheprovider")
    assert result.parseoutcomes()["errors"] == 1
    result.stdout.fnmatch_lines(["*`lacks` names no features of the kit: ?'speed'?*"])


def test_a_kit_without_model_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"make_model\(server"):
        ModelConformance().make_model(None)
