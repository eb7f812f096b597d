"""One person's conversation with an agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from smolagents import MultiStepAgent
from smolagents.memory import ActionStep, FinalAnswerStep, PlanningStep
from smolagents.messages import ChatMessageStreamDelta
from smolagents.usage import Timing, TokenUsage

from smolagents_ui_gradio.messages import block, fenced, figures, pull_messages_from_step

if TYPE_CHECKING:
    import gradio

_BETWEEN_UPDATES = 0.05  # seconds; a page that is sent every single token does nothing else


class Conversation:
    """Talk to an agent, with a memory that nobody else shares.

    Args:
        agent: Whose configuration is used; its own memory stays as it is.
    """

    def __init__(self, agent: MultiStepAgent) -> None:
        self.agent = agent.copy()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Stop what goes on: the model's answer, a tool or code."""
        self._stopping.set()

    def close(self) -> None:
        """Free what the agent holds, such as a sandbox."""
        cleanup = getattr(self.agent, "cleanup", None)
        if cleanup is not None:
            cleanup()

    async def messages(self, task: str, images: list[Any], reset: bool) -> AsyncIterator[list[gradio.ChatMessage]]:
        """Run a task and yield all messages that it has brought so far, each time that there is more to see."""
        import gradio

        self._stopping.clear()
        shown: list[gradio.ChatMessage] = []
        used: list[TokenUsage | None] = []
        timing, written, last = Timing.start(), "", 0.0
        try:
            async for event in self._events(task, images, reset):
                if isinstance(event, ChatMessageStreamDelta):
                    written += event.content or ""
                    if time.monotonic() - last >= _BETWEEN_UPDATES:
                        yield [
                            *shown,
                            gradio.ChatMessage(written, "assistant", {"title": "Writing", "status": "pending"}),
                        ]
                        last = time.monotonic()
                elif isinstance(event, (ActionStep, PlanningStep, FinalAnswerStep)):
                    written = ""
                    used.append(getattr(event, "token_usage", None))
                    shown += pull_messages_from_step(event)
                    yield shown
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            shown.append(block("Stopped", "You have stopped the agent. It remembers what it had done."))
        except Exception as error:  # whatever it is: the person reads it, and the conversation goes on
            shown.append(block("Error", fenced(f"{type(error).__name__}: {error}")))
        timing.stop()
        shown.append(gradio.ChatMessage(figures("In all", TokenUsage.sum(used), timing)))
        yield shown

    async def _events(self, task: str, images: list[Any], reset: bool) -> AsyncIterator[Any]:
        """Yield the events of a run; raise CancelledError when it is stopped."""
        events = self.agent.arun(task, stream=True, reset=reset, images=images or None)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            while True:
                upcoming = asyncio.ensure_future(anext(events, None))
                await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not upcoming.done():
                    upcoming.cancel()
                event = await upcoming
                if event is None:
                    return
                yield event
        finally:
            stopping.cancel()
            await events.aclose()
