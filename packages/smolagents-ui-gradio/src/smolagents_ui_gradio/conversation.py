"""One person's conversation with an agent."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents import MultiStepAgent
from smolagents.events import ToolOutput
from smolagents.memory import ActionStep, CallbackRegistry, FinalAnswerStep, PlanningStep
from smolagents.messages import ChatMessageStreamDelta
from smolagents.steps import ToolCall
from smolagents.usage import Timing, TokenUsage

from smolagents_ui_gradio.media import forget, media_in
from smolagents_ui_gradio.messages import (
    block,
    call,
    figures,
    media_message,
    pull_messages_from_step,
    step_of_managed,
    writing,
)
from smolagents_ui_gradio.text import fenced

if TYPE_CHECKING:
    import gradio

_BETWEEN_UPDATES = 0.05  # seconds; a page that is sent every single token does nothing else
_SHARE = 0.25  # of the time, at most, goes into sending a page, which takes longer the more there is on it
_END = object()


class Conversation:
    """Talk to an agent, with a memory that nobody else shares.

    Args:
        agent: Whose configuration is used; its own memory stays as it is.
        folder: Where files are kept that the person hands over.
    """

    def __init__(self, agent: MultiStepAgent, folder: Path) -> None:
        self.folder = folder
        self.agent = agent.copy()
        self.agent.managed_agents = _watched(agent, self._tell)
        self._shared = [owner.python_executor for owner in _with_managed(agent)]
        self.shown: list[gradio.ChatMessage] = []
        self.busy = False
        self.closed = False
        self._next = 0.0  # when the page may grow again
        self._work: asyncio.Task[None] | None = None
        self._report: Callable[[Any], object] = lambda event: None

    def stop(self) -> None:
        """Stop what goes on: the model's answer, a tool or code."""
        if self._work is not None:
            self._work.cancel()

    def close(self) -> None:
        """Stop, delete the files that were shown, and free what the agent holds, such as a sandbox."""
        self.closed = True
        self.stop()
        _forget(self.shown)
        threading.Thread(target=self._free).start()  # a sandbox may take seconds to go

    def _free(self) -> None:
        for agent in _with_managed(self.agent):
            cleanup = getattr(agent, "cleanup", None)
            if cleanup is not None and not any(agent.python_executor is shared for shared in self._shared):
                cleanup()

    async def talk(
        self, said: list[gradio.ChatMessage], task: str, images: list[Any], reset: bool
    ) -> AsyncIterator[list[gradio.ChatMessage]]:
        """Do a task and yield the whole conversation, each time that there is more of it to see.

        Args:
            said: The person's messages.
            task: What to do.
            images: Images for the model.
            reset: Forget earlier tasks.
        """
        self.busy = True
        self.shown += said
        progress = _Progress(self.shown)
        work, queue = self._start(task, images, reset)
        try:
            yield progress.messages
            async for events in self._events(queue):
                await asyncio.to_thread(progress.take, events)  # images take a while
                before = time.monotonic()
                yield progress.messages
                after = time.monotonic()
                self._next = after + max(_BETWEEN_UPDATES, (after - before) / _SHARE)
        finally:
            work.cancel()
            self.busy = False
            if self.closed:
                _forget(progress.messages)
        if work.cancelled():
            progress.end("**Stopped**\n\nThe agent remembers what it had done.")
        elif error := work.exception():  # whatever it is: the person reads it, and the conversation goes on
            progress.end(f"**The run has failed**\n\n{fenced(f'{type(error).__name__}: {error}')}")
        self.shown.append(progress.figures())
        yield self.shown

    def _start(self, task: str, images: list[Any], reset: bool) -> tuple[asyncio.Task[None], asyncio.Queue[Any]]:
        """Let the agent do a task, and return where its events and those of its managed agents come."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        self._report = lambda event: loop.call_soon_threadsafe(queue.put_nowait, event)

        async def run() -> None:
            async for event in self.agent.arun(task, stream=True, reset=reset, images=images or None):
                queue.put_nowait(event)

        self._work = asyncio.create_task(run())
        self._work.add_done_callback(lambda done: queue.put_nowait(_END))
        return self._work, queue

    async def _events(self, queue: asyncio.Queue[Any]) -> AsyncIterator[list[Any]]:
        """Yield events, those together that come while the page can't grow yet."""
        while (event := await queue.get()) is not _END:
            if isinstance(event, ChatMessageStreamDelta):
                await asyncio.sleep(self._next - time.monotonic())
            events = [event]
            while not queue.empty() and (event := queue.get_nowait()) is not _END:
                events.append(event)
            yield events
            if event is _END:
                return

    def _tell(self, name: str, step: ActionStep) -> None:
        self._report(_OfManaged(name, step))


class _OfManaged:
    """A step of a managed agent."""

    def __init__(self, name: str, step: ActionStep) -> None:
        self.name = name
        self.step = step


class _Progress:
    """What has come of a task so far.

    Args:
        shown: The conversation, which grows with each step.
    """

    def __init__(self, shown: list[gradio.ChatMessage]) -> None:
        self._shown = shown
        self._now: gradio.ChatMessage | None = block("Thinking", "", "pending")  # None: what is being written
        self._below: list[gradio.ChatMessage] = []  # what comes from tools and managed agents while a step goes on
        self._written = ""
        self._used: list[TokenUsage | None] = []
        self._timing = Timing.start()

    @property
    def messages(self) -> list[gradio.ChatMessage]:
        """Return the conversation, with what goes on at its end."""
        return [*self._shown, self._now or block("Writing", writing(self._written), "pending"), *self._below]

    def take(self, events: list[Any]) -> None:
        """Add what events bring."""
        import gradio

        for event in events:
            try:
                self._take(event)
            except Exception as error:  # objects of a model's code raise whatever they like when they are looked at
                self._shown.append(gradio.ChatMessage(f"Not shown: {type(error).__name__}"))

    def _take(self, event: Any) -> None:
        if isinstance(event, ChatMessageStreamDelta):
            self._written += event.content or ""
            self._now = None
        elif isinstance(event, ToolCall):
            self._now = call(event, "pending")
        elif isinstance(event, ToolOutput) and not event.is_final_answer:
            self._below += map(media_message, media_in(event.output))
        elif isinstance(event, _OfManaged):
            self._used.append(event.step.token_usage)
            self._below += step_of_managed(event.name, event.step)
        elif isinstance(event, (ActionStep, PlanningStep, FinalAnswerStep)):
            self._used.append(getattr(event, "token_usage", None))
            # Behind the code or the calls that it came of.
            messages = list(pull_messages_from_step(event))
            place = 1 + len(getattr(event, "tool_calls", None) or [])
            self._shown += [*messages[:place], *self._below, *messages[place:]]
            self._below, self._written, self._now = [], "", block("Thinking", "", "pending")

    def end(self, reason: str) -> None:
        """Say why there is no answer."""
        import gradio

        self._shown += [*self._below, gradio.ChatMessage(reason)]

    def figures(self) -> gradio.ChatMessage:
        """Return the line that says what the task took."""
        self._timing.stop()
        return figures("In all", TokenUsage.sum(self._used), self._timing)


def _forget(messages: list[gradio.ChatMessage]) -> None:
    for message in messages:
        forget(message.content)


def _watched(agent: MultiStepAgent, tell: Callable[[str, ActionStep], None]) -> dict[str, MultiStepAgent]:
    """Return an agent's managed agents, and theirs, as copies that tell of each step."""
    watched = {}
    for name, managed in agent.managed_agents.items():
        twin = watched[name] = managed.copy()
        twin.managed_agents = _watched(managed, tell)
        twin.step_callbacks = _Listening(managed.step_callbacks, partial(tell, name))
    return watched


def _with_managed(agent: MultiStepAgent) -> Iterator[MultiStepAgent]:
    yield agent
    for managed in agent.managed_agents.values():
        yield from _with_managed(managed)


class _Listening(CallbackRegistry):
    """Run the callbacks of another registry, then one more."""

    def __init__(self, registry: CallbackRegistry, listener: Callable[[ActionStep], None]) -> None:
        super().__init__()
        self._registry = registry
        self.register(ActionStep, listener)

    def callbacks_for(self, step: Any) -> Any:
        """Return the callbacks of a step."""
        yield from self._registry.callbacks_for(step)
        yield from super().callbacks_for(step)
