"""Drive a loop in the calling thread."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

from smolagents.drivers.common import ModelCall, as_message, report, resolved
from smolagents.events import StreamEvent, ToolOutput
from smolagents.executors import CodeOutput
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, agglomerate_stream_deltas
from smolagents.requests import CallFunction, CallModel, CallTools, Outcome, Request, RunCode, Steps
from smolagents.run import Run
from smolagents.steps import ToolCall

T = TypeVar("T")


def drive(run: Run, loop: Steps[T]) -> Generator[StreamEvent, None, T]:
    """Perform a loop's requests one after the other; yield its events and return its result."""
    reply: Any = None
    problem: BaseException | None = None
    try:
        while True:
            try:
                with run.active():
                    asked = loop.send(reply) if problem is None else loop.throw(problem)
            except StopIteration as done:
                result: T = done.value
                return result
            reply = problem = None
            if not isinstance(asked, Request):
                yield from report(run, asked)
                continue
            try:
                reply = yield from _perform(run, asked)
            except BaseException as error:
                problem = error
    finally:
        loop.close()


def _perform(run: Run, asked: Request) -> Generator[StreamEvent, None, Any]:
    if isinstance(asked, CallTools):
        return (yield from _call_tools(run, asked))
    if isinstance(asked, CallModel) and asked.stream:
        return (yield from _stream_model(run, asked))
    with run.active():
        if isinstance(asked, CallModel):
            return _call_model(run, asked)
        if isinstance(asked, CallFunction):
            return resolved(asked.function(*asked.args, **asked.kwargs))
        return run_code(run, asked)


def _call_model(run: Run, asked: CallModel) -> ChatMessage:
    with ModelCall(run, asked) as call:
        call.reply = as_message(resolved(run.agent.model.generate(list(asked.messages), **asked.arguments)))
        return call.reply


def _stream_model(run: Run, asked: CallModel) -> Generator[StreamEvent, None, ChatMessage]:
    deltas: list[ChatMessageStreamDelta] = []
    with ModelCall(run, asked) as call:
        model: Any = run.agent.model
        for delta in model.generate_stream(list(asked.messages), **asked.arguments):
            deltas.append(delta)
            yield from report(run, delta)
        call.reply = as_message(agglomerate_stream_deltas(deltas))
        return call.reply


def run_code(run: Run, asked: RunCode) -> CodeOutput:
    """Run an action; actions of runs that share one interpreter wait for each other."""
    assert run.executor is not None
    with run.session.executor_lock:
        seconds = getattr(run.executor, "timeout_seconds", None)
        run.session.action_deadline = None if seconds is None else time.monotonic() + seconds
        try:
            return run.executor(asked.code)
        finally:
            run.session.action_deadline = None


def _call_tools(run: Run, asked: CallTools) -> Generator[StreamEvent, None, list[Outcome]]:
    """Call tools, those of a group at the same time; yield outputs as they come, return outcomes in order of calls."""
    outcomes: dict[int, Outcome] = {}
    for group in asked.groups:
        for call, outcome in _call_group(run, asked, group):
            outcomes[id(call)] = outcome
            if isinstance(outcome, ToolOutput):
                yield from report(run, outcome)
    return [outcomes[id(call)] for call in asked.calls]


def _call_group(run: Run, asked: CallTools, group: list[ToolCall]) -> Generator[tuple[ToolCall, Outcome], None, None]:
    if len(group) == 1:
        with run.active():
            outcome = asked.call(group[0])
        yield group[0], outcome
        return
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(asked.max_threads) as threads:
        waiting = {threads.submit(run.context().run, asked.call, call): call for call in group}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
