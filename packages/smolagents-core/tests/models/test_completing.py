"""What a subclass of the completion models gets from them, with a client that is a list of answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.messages import agglomerate_stream_deltas as joined
from smolagents.models import AsyncCompletionModel, CompletionModel
from smolagents.models.completing import makes_both_clients

HELLO = [{"role": "user", "content": "Hello"}]


def event(text: str) -> Any:
    delta = SimpleNamespace(content=text, tool_calls=None)
    return SimpleNamespace(choices=[SimpleNamespace(delta=delta)], usage=None)


class Stream:
    """A stream of pieces, an exception among them is raised; knows whether it was closed."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = iter(pieces)
        self.closed = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        piece = next(self.pieces)
        if isinstance(piece, Exception):
            raise piece
        return event(piece)

    def close(self) -> None:
        self.closed = True


class AsyncStream(Stream):
    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        try:
            return Stream.__next__(self)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self.closed = True


class Listed(AsyncCompletionModel):
    """Answers with what the list holds."""

    def __init__(self, *streams: Any) -> None:
        super().__init__("listed", client=list(streams))
        self.retryer.wait_seconds = 0.0
        self.asked: list[Any] = []

    def _complete(self, **parameters: Any) -> Any:
        self.asked.append(parameters)
        return self.client.pop(0)

    async def _acomplete(self, **parameters: Any) -> Any:
        return self._complete(**parameters)


async def collected(deltas: Any) -> list[Any]:
    return [delta async for delta in deltas]


def test_requests_are_those_of_chat_completions() -> None:
    model = Listed(Stream("One ", "two."))
    assert joined(model.generate_stream(HELLO, stop_sequences=["END"], seed=3)).content == "One two."
    (sent,) = model.asked
    assert (sent["model"], sent["stop"], sent["seed"]) == ("listed", ["END"], 3)
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize("stream", [Stream, AsyncStream])
def test_a_stream_that_breaks_before_it_begins_is_tried_again(stream: Any) -> None:
    broken, empty, whole = stream(ConnectionResetError()), stream(), stream("One ", "two.")
    model = Listed(broken, empty, whole)
    asynchronous = stream is AsyncStream
    deltas = asyncio.run(collected(model.agenerate_stream(HELLO))) if asynchronous else model.generate_stream(HELLO)
    assert joined(deltas).content == "One two."
    assert [broken.closed, empty.closed, whole.closed] == [True, True, True]


@pytest.mark.parametrize("stream", [Stream, AsyncStream])
def test_a_stream_that_breaks_later_is_an_error(stream: Any) -> None:
    broken = stream("One ", ConnectionResetError("It broke."))
    model = Listed(broken, stream("Never read."))
    with pytest.raises(ConnectionResetError, match="It broke"):
        if stream is AsyncStream:
            asyncio.run(collected(model.agenerate_stream(HELLO)))
        else:
            list(model.generate_stream(HELLO))
    assert broken.closed
    assert len(model.client) == 1


def test_a_stream_that_is_left_early_is_closed() -> None:
    stream = Stream("One ", "two ", "three.")
    deltas = Listed(stream).generate_stream(HELLO)
    assert next(deltas).content == "One "
    deltas.close()
    assert stream.closed


def test_a_server_that_says_nothing_is_named() -> None:
    model = Listed(Stream())
    model.retryer.max_attempts = 1
    with pytest.raises(ConnectionError, match="The server of listed ended the stream before it said anything"):
        list(model.generate_stream(HELLO))


def test_without_an_async_client_calls_are_made_in_threads() -> None:
    class Plain(Listed):
        _has_async_twin = False

        async def _acomplete(self, **parameters: Any) -> Any:
            raise AssertionError("there is none")

    assert joined(asyncio.run(collected(Plain(Stream("One.")).agenerate_stream(HELLO)))).content == "One."


def test_what_a_subclass_has_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"CompletionModel must define _complete\(\*\*parameters\)"):
        CompletionModel("m", client=object()).generate(HELLO)
    with pytest.raises(NotImplementedError, match=r"coroutine _acomplete\(\*\*parameters\)"):
        asyncio.run(AsyncCompletionModel("m", client=object()).agenerate(HELLO))


def test_clients_are_twins_if_one_class_makes_both() -> None:
    class Both(Listed):
        def create_client(self) -> Any: ...
        def create_async_client(self) -> Any: ...

    class OnlyOne(Both):
        def create_client(self) -> Any: ...

    assert makes_both_clients(Both())
    assert not makes_both_clients(OnlyOne())
