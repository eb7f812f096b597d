"""What the loop asks of its driver: the only ways in which a run touches the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from smolagents.errors import AgentError
from smolagents.events import Event, ToolOutput
from smolagents.messages import ChatMessage
from smolagents.steps import ToolCall

T = TypeVar("T")


# What a tool call came to.
Outcome: TypeAlias = ToolOutput | AgentError


@dataclass(slots=True)
class CallModel:
    """Ask for the model's reply: answered with a ChatMessage."""

    messages: Sequence[ChatMessage]
    arguments: dict[str, Any]
    stream: bool = False


@dataclass(slots=True)
class RunCode:
    """Ask to run an action: answered with a CodeOutput."""

    code: str


@dataclass(slots=True)
class CallTools:
    """Ask for tool calls: answered with a ToolOutput or an AgentError for each, in the order of the calls.

    Args:
        groups: The calls; those of a group may run at the same time, the groups run one after the other.
        call: What performs a call.
        call_async: The same for an event loop.
        max_threads: How many calls may run at the same time; None for no limit.
    """

    groups: list[list[ToolCall]]
    call: Callable[[ToolCall], Outcome]
    call_async: Callable[[ToolCall], Awaitable[Outcome]]
    max_threads: int | None = None

    @property
    def calls(self) -> list[ToolCall]:
        """Return all calls in order."""
        return [call for group in self.groups for call in group]


@dataclass(slots=True)
class CallFunction:
    """Ask to call a function of the program (a callback, a check), which may be async: answered with its result."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


Request: TypeAlias = CallModel | RunCode | CallTools | CallFunction

# A part of the loop: yields requests, which its driver answers, and events; returns a T.
Steps: TypeAlias = Generator[Request | Event, Any, T]
