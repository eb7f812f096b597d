"""What one action does in this process: it calls tools, prints, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smolagents.concurrency import wait_for

from smolagents_exec_monty.program import ANSWER

nothing: Any = object()


class Answered(BaseException):
    """End the action: its tool has given the final answer."""


class Action:
    """Keep what an action does here.

    Args:
        tools: The tools that it can call, by name.
        limit: Length in characters to which its prints are cut.

    Attributes:
        answer: The final answer; `nothing` if it has given none.
        ended: What ends the program itself, as Ctrl-C in a tool does.
        functions: The tools as Monty takes them.
        interrupted: Whether somebody has stopped it.
        raised: The exception that a tool has raised last.
    """

    def __init__(self, tools: Mapping[str, Any], limit: int) -> None:
        self.answer: Any = nothing
        self.ended: BaseException | None = None
        self.interrupted = False
        self.raised: Exception | None = None
        self.functions = {name: self._function(name, tool) for name, tool in tools.items()}
        self._limit = limit
        self._prints: list[str] = []
        self._room = limit
        self._cut = False

    @property
    def logs(self) -> str:
        """Return what it has printed."""
        notice = f"\n..._This content has been truncated to stay below {self._limit} characters_...\n"
        return "".join(self._prints) + notice * self._cut

    def note(self, stream: str, text: str) -> None:
        """Keep what it prints; what comes after the answer is not meant for anybody."""
        if self.answer is not nothing:
            return
        self._cut = self._cut or len(text) > self._room
        if self._room:
            self._prints.append(text[: self._room])
            self._room -= len(self._prints[-1])

    def _function(self, name: str, tool: Any) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            if self.answer is not nothing:
                raise Answered  # the code has caught the first one
            try:
                value = tool(*args, **kwargs)
                if hasattr(value, "__await__"):
                    value = wait_for(value)
            except Exception as error:
                self.raised = error
                raise
            except BaseException as error:
                self.ended = error
                raise
            if name == ANSWER:
                self.answer = value
                raise Answered
            return value

        return function
