"""What the models' conformance kit is made of: the features that it knows, its messages, failures and comparisons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from smolagents import Tool
from smolagents.messages import ChatMessage, MessageRole
from smolagents.usage import TokenUsage

from smolagents_testing.openai_server import Dropped, Failure, Stalled
from smolagents_testing.scripted import tool_call

Test = TypeVar("Test", bound=Callable[..., Any])

HELLO = [ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}])]
SYSTEM_PROMPT = "You are polite."
WRONG_KEY = "sk-wrong-9876543210fedcba"
PASSING_FAILURES = [
    Failure(429, "Too many requests.", headers={"Retry-After": "0"}),
    Failure(500, "Internal error."),
    Failure(503, "Overloaded."),
    Dropped(),
]
LASTING_FAILURES = [
    Failure(400, "This is a bad request."),
    Failure(403, "You are not allowed to."),
    Failure(404, "This does not exist."),
    Failure(422, "This makes no sense."),
    Failure(429, "You exceeded your current quota.", code="insufficient_quota"),
]

# The error that ends it shows who reads whole answers before saying anything; nobody else sees it.
BEGUN = Stalled(after_events=3, seconds=1.0)

FEATURES = {
    "streams": "`generate_stream`",
    "async": "`agenerate`, and `agenerate_stream` where it streams, that block no event loop",
    "images": "images in messages are sent",
    "structured output": "`response_format` is sent; without, it is a ValueError",
    "tool calls": "tools are sent, and answers have calls with ids; without, calls are read from the text",
    "credentials": "the server wants a key",
    "timeout": "a server that doesn't answer in time is an error",
    "retry-after": "a server's wish when to come again is heard",
    "error codes": "the server's code tells a used-up quota from a rate limit",
    "cached tokens": "the provider tells how much of the prompt it had cached",
    "reasoning tokens": "the provider tells how much of the reply was reasoning",
    "cost": "the provider tells the price in dollars",
}
"""What `lacks` may name."""


class Weather(Tool):
    """Tell the weather; what the kit's models call."""

    name = "weather"
    description = "Tells the weather of a city."
    inputs = {"city": {"type": "string", "description": "Name of the city."}}
    output_type = "string"

    def forward(self, city: str) -> str:
        """Return the weather."""
        return f"Sunny in {city}"


CONVERSATIONS: dict[str, tuple[list[Any], list[str]]] = {
    "parts": (HELLO, ["Hello"]),
    "dict": ([{"role": "user", "content": "Hello"}], ["Hello"]),
    "dict-parts": ([{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], ["Hello"]),
    "consecutive-roles": (
        [
            ChatMessage(MessageRole.USER, [{"type": "text", "text": "Hello"}]),
            {"role": "user", "content": "Are you"},
            ChatMessage(MessageRole.USER, [{"type": "text", "text": "still"}, {"type": "text", "text": "there?"}]),
        ],
        ["Hello", "Are you", "still", "there?"],
    ),
    "every-role": (
        [
            ChatMessage(MessageRole.SYSTEM, [{"type": "text", "text": SYSTEM_PROMPT}]),
            ChatMessage(MessageRole.USER, "Hello"),
            ChatMessage(MessageRole.ASSISTANT, "I call a tool."),
            ChatMessage(MessageRole.TOOL_CALL, "Calling tools: weather"),
            ChatMessage(MessageRole.TOOL_RESPONSE, [{"type": "text", "text": "Observation: sunny"}]),
            {"role": MessageRole.USER, "content": "And now?"},
        ],
        [SYSTEM_PROMPT, "Hello", "I call a tool.", "Calling tools: weather", "Observation: sunny", "And now?"],
    ),
    "tool-results": (
        [
            *HELLO,
            ChatMessage(MessageRole.ASSISTANT, None, tool_calls=[tool_call("weather", call_id="a", city="Rome")]),
            ChatMessage(MessageRole.TOOL_RESPONSE, [{"type": "text", "text": "Observation: sunny"}]),
        ],
        ["Hello", "Rome", "Observation: sunny"],
    ),
}
"""Messages in every form, each conversation with the texts that have to reach the provider, in order."""


def needs(feature: str) -> Callable[[Test], Test]:
    """Mark a test that a model without this feature skips."""

    def mark(test: Test) -> Test:
        test.features = (*getattr(test, "features", ()), feature)  # type: ignore[attr-defined]
        return test

    return mark


@contextmanager
def timing_out() -> Iterator[None]:
    """Check that what is done here ends with an error about time: its text says so, or its class, as some have none."""
    with pytest.raises(Exception) as caught:
        yield
    named = any("timeout" in base.__name__.lower() for base in type(caught.value).__mro__)
    assert named or "time" in str(caught.value).lower(), f"this is no error about time: {caught.value!r}"


@contextmanager
def while_it_comes() -> Iterator[None]:
    """Check that the piece of a stream that is waited for here comes before the server has sent the whole answer."""
    try:
        yield
    except Exception as error:
        pytest.fail(f"the stream yields nothing before it has read the whole answer: {error!r}")


async def collected(deltas: AsyncIterator[Any]) -> list[Any]:
    """Return what an async iterator yields."""
    return [delta async for delta in deltas]


def counts_of(usage: TokenUsage | None) -> dict[str, Any]:
    """Return the counts of a usage, which must be there."""
    assert usage is not None, "the model reports no usage"
    return usage.dict()


def assert_same(message: ChatMessage, expected: ChatMessage) -> None:
    """Check that two messages say, call and count the same."""
    assert message.role == expected.role
    assert (message.content or None) == (expected.content or None)
    assert (message.tool_calls or None) == (expected.tool_calls or None)
    assert counts_of(message.token_usage) == counts_of(expected.token_usage)
