"""The part of the models' conformance kit about event loops: async calls do as sync ones, and end on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from smolagents.messages import ChatMessage, agglomerate_stream_deltas as joined

from smolagents_testing.model_conformance_parts import (
    BEGUN,
    HELLO,
    Weather,
    assert_same,
    collected,
    needs,
    timing_out,
    while_it_comes,
)
from smolagents_testing.openai_server import Delayed, Dropped, Failure, Stalled
from smolagents_testing.scripted import tool_call


class AsyncTests:
    """Check `agenerate` and `agenerate_stream`."""

    impatient: ClassVar[dict[str, Any]]
    lacks: ClassVar[dict[str, str]]
    make_model: Callable[..., Any]
    hasty: Callable[[Any], Any]
    answering: Callable[..., Any]

    def _ways(self, model: Any) -> list[Callable[[], Any]]:
        """Return how to ask a model for its message in an event loop."""

        async def streamed() -> ChatMessage:
            return joined(await collected(model.agenerate_stream(HELLO)))

        ways = [lambda: model.agenerate(HELLO)]
        return ways if "streams" in self.lacks else [*ways, streamed]

    @needs("async")
    def test_answers_async_callers(self, server: Any) -> None:
        """`agenerate` and `agenerate_stream` do as their sync twins, in any number of event loops."""
        model = self.answering(
            server, "Good day." if "tool calls" in self.lacks else [tool_call("weather", city="Rome")]
        )
        expected = model.generate(HELLO, tools_to_call_from=[Weather()])
        for _ in range(3):
            assert_same(asyncio.run(model.agenerate(HELLO, tools_to_call_from=[Weather()])), expected)
            if "streams" not in self.lacks:
                stream = model.agenerate_stream(HELLO, tools_to_call_from=[Weather()])
                assert_same(joined(asyncio.run(collected(stream))), expected)

    @needs("async")
    @needs("streams")
    def test_async_streams_while_the_answer_comes(self, server: Any, model: Any) -> None:
        """The first text of an async stream is there before the server has said the rest."""

        server.reply(BEGUN)
        stream = model.agenerate_stream(HELLO)  # lives until `asyncio.run` closes it

        async def first_text() -> Any:
            return await anext(delta.content async for delta in stream if delta.content)

        with while_it_comes():
            asyncio.run(first_text())

    @needs("async")
    def test_async_answers_end_at_stop_sequences(self, server: Any) -> None:
        """Async answers are cut where sync ones are."""
        server.honours_stop = False
        model = self.answering(server, "One. THE END of it")
        assert asyncio.run(model.agenerate(HELLO, stop_sequences=["THE END"])).content == "One. "
        if "streams" not in self.lacks:
            stream = model.agenerate_stream(HELLO, stop_sequences=["THE END"])
            assert joined(asyncio.run(collected(stream))).content == "One. "

    @needs("async")
    def test_serves_many_async_callers_at_once(self, server: Any, model: Any) -> None:
        """Each of many calls at the same time gets its own answer."""
        server.always(lambda body: json.dumps(body["messages"][-1]["content"]))

        async def all_answers() -> list[Any]:
            questions = [[{"role": "user", "content": f"I am {number}."}] for number in range(16)]
            return list(await asyncio.gather(*map(model.agenerate, questions)))

        for number, message in enumerate(asyncio.run(all_answers())):
            assert f"I am {number}." in message.content

    @needs("async")
    @pytest.mark.parametrize("answer", [Delayed(30.0), Stalled(after_events=3)], ids=["silent", "stalled"])
    def test_async_callers_can_cancel(self, server: Any, model: Any, answer: Any) -> None:
        """A cancelled call ends its request, whether its answer has begun or not."""
        ways = self._ways(model)
        if isinstance(answer, Stalled):
            if reason := self.lacks.get("streams"):
                pytest.skip(f"streams: {reason}")
            ways = ways[1:]
        server.always(answer)

        async def cancel(ask: Callable[[], Any], number: int) -> None:
            task = asyncio.create_task(ask())
            await asyncio.to_thread(server.wait_for_requests, number)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        for number, ask in enumerate(ways, 1):
            asyncio.run(cancel(ask, number))
            gone = server.requests[-1].disconnected.wait(10.0)
            assert gone, "the request goes on after it was cancelled"

    @needs("async")
    def test_async_calls_try_again(self, server: Any, model: Any) -> None:
        """Async calls have the retries of sync ones, and give up where these do."""
        for ask in self._ways(model):
            server.reply(Dropped(), Failure(503), "At last.")
            assert asyncio.run(ask()).content == "At last."
            server.reply(Failure(400, "This is a bad request."), "Never said.")
            with pytest.raises(Exception, match="This is a bad request"):
                asyncio.run(ask())
            server.reply("Said.")
            assert [asyncio.run(ask()).content for _ in range(2)] == ["Never said.", "Said."]

    @needs("async")
    @needs("streams")
    def test_reports_broken_async_streams(self, server: Any, model: Any) -> None:
        """A stream that breaks after it began is an error in an event loop, too."""
        server.reply(Dropped(after_events=3))
        with pytest.raises(Exception, match=r"(?i)connection|closed|incomplete"):
            asyncio.run(collected(model.agenerate_stream(HELLO)))

    @needs("async")
    @needs("timeout")
    def test_async_calls_time_out(self, server: Any) -> None:
        """A server that doesn't answer in time is an error in an event loop, too."""
        model = self.hasty(self.make_model(server, retry=False, **self.impatient))
        for ask in self._ways(model):
            server.reply(Delayed(30.0))
            with timing_out():
                asyncio.run(ask())
