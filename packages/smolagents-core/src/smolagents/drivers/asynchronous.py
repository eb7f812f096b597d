"""Drive a loop on an event loop: what is async is awaited, what would block runs in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TypeVar

from smolagents.concurrency import in_thread
from smolagents.drivers.common import ModelCall, as_message, report
from smolagents.drivers.synchronous import run_code
from smolagents.events import StreamEvent, ToolOutput
from smolagents.executors import CodeOutput
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, agglomerate_stream_deltas
from smolagents.requests import CallFunction, CallModel, CallTools, Outcome, Request, RunCode, Steps
from smolagents.run import Run
from smolagents.steps import ToolCall

T = TypeVar("T")
_END = object()


class _Reply:
    """Carry a request's result at the end of an async generator, which can't return one."""

    def __init__(self, value: Any) -> None:
        self.value = value


async def drive_async(run: Run, loop: Steps[Any]) -> AsyncGenerator[StreamEvent, None]:
    """Perform a loop's requests one after the other and yield its events."""
    reply: Any = None
    problem: BaseException | None = None
    try:
        while True:
            try:
                with run.active():
                    asked = loop.send(reply) if problem is None else loop.throw(problem)
            except StopIteration:
                return
            reply = problem = None
            if not isinstance(asked, Request):
                for event in report(run, asked):
                    yield event
                continue
            try:
                async for item in _perform(run, asked):
                    if isinstance(item, _Reply):
                        reply = item.value
                    else:
                        yield item
            except (asyncio.CancelledError, GeneratorExit):
                run.session.interrupted = True  # runs of managed agents in threads stop at their next step
                raise
            except BaseException as error:
                problem = error
    finally:
        loop.close()


async def _perform(run: Run, asked: Request) -> AsyncGenerator[StreamEvent | _Reply, None]:
    if isinstance(asked, CallTools):
        outcomes: dict[int, Outcome] = {}
        async for call, outcome in _call_tools(run, asked):
            outcomes[id(call)] = outcome
            if isinstance(outcome, ToolOutput):
                for event in report(run, outcome):
                    yield event
        yield _Reply([outcomes[id(call)] for call in asked.calls])
    elif isinstance(asked, CallModel) and asked.stream:
        deltas: list[ChatMessageStreamDelta] = []
        with ModelCall(run, asked) as model_call:
            async for delta in _deltas(run, asked):
                deltas.append(delta)
                for event in report(run, delta):
                    yield event
            model_call.reply = as_message(agglomerate_stream_deltas(deltas))
        yield _Reply(model_call.reply)
    elif isinstance(asked, CallModel):
        yield _Reply(await _call_model(run, asked))
    elif isinstance(asked, CallFunction):
        yield _Reply(await _in_run(run, asked.function, *asked.args, **asked.kwargs))
    else:
        yield _Reply(await _run_code(run, asked))


async def _in_run(run: Run, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function with the run active: await it if it is async, else in a thread."""

    async def call() -> Any:
        if iscoroutinefunction(function):
            return await function(*args, **kwargs)
        result = await in_thread(function, *args, **kwargs)
        return await result if isawaitable(result) else result

    # A task of its own, since a generator's caller may leave it from another context than it entered it from.
    return await asyncio.create_task(call(), context=run.context())


async def _call_model(run: Run, asked: CallModel) -> ChatMessage:
    model = run.agent.model
    with ModelCall(run, asked) as call:
        generate = getattr(model, "agenerate", None) or model.generate
        call.reply = as_message(await _in_run(run, generate, list(asked.messages), **asked.arguments))
        return call.reply


async def _deltas(run: Run, asked: CallModel) -> AsyncGenerator[ChatMessageStreamDelta, None]:
    model: Any = run.agent.model
    stream = getattr(model, "agenerate_stream", None)
    if stream is not None:
        async for delta in stream(list(asked.messages), **asked.arguments):
            yield delta
        return
    deltas = await in_thread(model.generate_stream, list(asked.messages), **asked.arguments)
    while (delta := await in_thread(next, deltas, _END)) is not _END:
        yield delta


async def _run_code(run: Run, asked: RunCode) -> CodeOutput:
    try:
        output: CodeOutput = await _in_run(run, run_code, run, asked)
        return output
    except asyncio.CancelledError:
        interrupt = getattr(run.executor, "interrupt", None)
        if interrupt is not None:
            interrupt()
        raise


async def _call_tools(run: Run, asked: CallTools) -> AsyncGenerator[tuple[ToolCall, Outcome], None]:
    """Call tools, those of a group at the same time, and yield their outcomes as they come."""
    limit = asyncio.Semaphore(asked.max_threads or len(asked.calls))

    async def outcome_of(call: ToolCall) -> tuple[ToolCall, Outcome]:
        async with limit:
            return call, await asked.call_async(call)

    for group in asked.groups:
        tasks = [asyncio.create_task(outcome_of(call), context=run.context()) for call in group]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
