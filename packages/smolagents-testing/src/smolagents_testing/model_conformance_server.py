"""The part of the models' conformance kit about servers: what they count, how they fail, whom they let in."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from smolagents.messages import agglomerate_stream_deltas as joined
from smolagents.usage import TokenUsage

from smolagents_testing.model_conformance_parts import (
    HELLO,
    LASTING_FAILURES,
    PASSING_FAILURES,
    WRONG_KEY,
    counts_of,
    needs,
    timing_out,
)
from smolagents_testing.openai_server import Delayed, Dropped, Failure, Garbled, Stalled


class ServerTests:
    """Check what a model makes of its server."""

    key_variable: ClassVar[str | None]
    impatient: ClassVar[dict[str, Any]]
    lacks: ClassVar[dict[str, str]]
    make_model: Callable[..., Any]
    hasty: Callable[[Any], Any]

    def test_reads_usage(self, server: Any, model: Any) -> None:
        """Usage has the prompt, the reply, and what of them was cached and reasoning, and the price if it is told."""
        told = TokenUsage(100, 20, cached_input_tokens=64, reasoning_tokens=8, cost=0.25)
        server.usage = told
        server.always("Good day.")
        messages = [model.generate(HELLO)]
        if "streams" not in self.lacks:
            messages.append(joined(model.generate_stream(HELLO)))
        for usage in (message.token_usage for message in messages):
            counts = counts_of(usage)
            for feature, name in (("cached tokens", "cached_input_tokens"), ("reasoning tokens", "reasoning_tokens")):
                assert counts.get(name, 0) == (0 if feature in self.lacks else told[name]), feature
            assert (usage.input_tokens, usage.output_tokens) == (100, 20)
            assert "cost" in self.lacks or usage.cost == told.cost

    def test_serves_many_threads_at_once(self, server: Any, model: Any) -> None:
        """Each of many calls at the same time gets its own answer."""
        server.always(lambda body: json.dumps(body["messages"][-1]["content"]))
        questions = [[{"role": "user", "content": f"I am {number}."}] for number in range(16)]
        with ThreadPoolExecutor(8) as threads:
            for number, message in enumerate(threads.map(model.generate, questions)):
                assert f"I am {number}." in message.content

    # ---- failures

    @pytest.mark.parametrize("failure", PASSING_FAILURES, ids=repr)
    def test_tries_again_what_may_pass(self, server: Any, model: Any, failure: Any) -> None:
        """Rate limits, server errors and dropped connections are tried again, streamed or not."""
        server.reply(failure, failure, "At last.")
        assert model.generate(HELLO).content == "At last."
        assert len(server.requests) == 3
        if "streams" not in self.lacks:
            server.reply(failure, "At last.")
            assert joined(model.generate_stream(HELLO)).content == "At last."

    @pytest.mark.parametrize("failure", LASTING_FAILURES, ids=repr)
    def test_gives_up_what_lasts(self, server: Any, model: Any, failure: Failure) -> None:
        """A bad request is not sent again, and its error has the server's words."""
        if failure.code is not None and (reason := self.lacks.get("error codes")):
            pytest.skip(f"error codes: {reason}")
        server.always(failure)
        with pytest.raises(Exception, match=failure.message):
            model.generate(HELLO)
        assert len(server.requests) == 1

    def test_gives_up_in_the_end(self, server: Any, model: Any) -> None:
        """A server that stays overloaded is an error after as many attempts as were allowed."""
        model.retryer.max_attempts = 3
        server.always(Failure(503, "Overloaded."))
        with pytest.raises(Exception, match="Overloaded"):
            model.generate(HELLO)
        assert len(server.requests) == 3

    def test_does_not_try_again_if_told(self, server: Any) -> None:
        """With retry=False the first failure is the last."""
        server.always(Failure(503, "Overloaded."))
        with pytest.raises(Exception, match="Overloaded"):
            self.make_model(server, retry=False).generate(HELLO)
        assert len(server.requests) == 1

    @needs("retry-after")
    def test_waits_as_told(self, server: Any, model: Any) -> None:
        """A server's Retry-After goes before the model's own wait, and one of a day is a refusal."""
        model.retryer.wait_seconds = 3600.0
        server.reply(Failure(429, "Slow down.", headers={"Retry-After": "0"}), "Thanks.")
        assert model.generate(HELLO).content == "Thanks."
        server.reply(Failure(429, "Come tomorrow.", headers={"Retry-After": "86400"}), "Thanks.")
        with pytest.raises(Exception, match="Come tomorrow"):
            model.generate(HELLO)

    @needs("streams")
    def test_reports_broken_streams(self, server: Any, model: Any) -> None:
        """A stream that breaks after it began is an error, not a shorter answer."""
        server.reply(Dropped(after_events=3))
        with pytest.raises(Exception, match=r"(?i)connection|closed|incomplete"):
            joined(model.generate_stream(HELLO))
        assert len(server.requests) == 1

    @pytest.mark.parametrize("page", [Garbled(), Garbled('{"choices": [', "application/json")], ids=["page", "half"])
    def test_reports_answers_that_are_none(self, server: Any, model: Any, page: Garbled) -> None:
        """A proxy's page instead of JSON, or half an answer, is an error, and none of the program's own."""
        server.always(page)
        with pytest.raises(Exception) as caught:
            model.generate(HELLO)
        assert not isinstance(caught.value, (AttributeError, TypeError, LookupError)), repr(caught.value)

    @needs("timeout")
    def test_times_out(self, server: Any) -> None:
        """A server that doesn't answer in time, or stops in the middle of a stream, is an error."""
        assert self.impatient, "set `impatient`, or say in `lacks` why there is no timeout"
        model = self.hasty(self.make_model(server, retry=False, **self.impatient))
        server.reply(Delayed(30.0))
        with timing_out():
            model.generate(HELLO)
        if "streams" not in self.lacks:
            server.reply(Stalled(after_events=3))
            with timing_out():
                joined(model.generate_stream(HELLO))

    # ---- credentials

    @needs("credentials")
    def test_names_missing_credentials(self, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without credentials the error names the environment variable that takes them."""
        assert self.key_variable, "set `key_variable`, or say in `lacks` why there are no credentials"
        monkeypatch.delenv(self.key_variable, raising=False)
        with pytest.raises(Exception, match=self.key_variable):
            self.make_model(server, api_key=None).generate(HELLO)

    @needs("credentials")
    def test_hides_credentials(self, server: Any, caplog: pytest.LogCaptureFixture) -> None:
        """A wrong key leads to the server's own error, and shows in no error, log, repr or saved form."""
        caplog.set_level("DEBUG", logger="smolagents")
        model = self.hasty(self.make_model(server, api_key=WRONG_KEY))
        ways: list[Callable[[], Any]] = [lambda: model.generate(HELLO)]
        if "streams" not in self.lacks:
            ways.append(lambda: joined(model.generate_stream(HELLO)))
        for ask in ways:
            with pytest.raises(Exception, match="Incorrect API key") as caught:
                ask()
            shown = [repr(caught.value), *traceback.format_exception(caught.value), caplog.text]
            assert WRONG_KEY not in "\n".join([*shown, repr(model), str(model), json.dumps(model.to_dict())])
        assert server.requests == []

    @needs("credentials")
    def test_saves_no_credentials(self, server: Any) -> None:
        """No saved form has a key: neither the model's own nor one that is in its headers."""
        headers = {"Authorization": f"Bearer {WRONG_KEY}", "X-Title": "agents"}
        saved = json.dumps(self.make_model(server, extra_headers=headers).to_dict())
        assert server.api_key not in saved
        assert WRONG_KEY not in saved
        assert "agents" in saved
