"""`arun`: the same as `run`, awaited; nothing in it blocks the event loop."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from smolagents import AgentError, AgentGenerationError, RunResult, tool
from smolagents.memory import ActionStep, ToolCall
from smolagents_testing import ScriptedModel, code, tool_call

from .contract_agents import ANSWER, actions, answer, caller, coder, kinds

SCRIPTS: dict[str, Callable[[], Any]] = {
    "answer": lambda: coder(ANSWER),
    "several steps": lambda: coder(code("x = add(1)\nprint(x)"), code("1 / 0"), "no code", code("final_answer(x)")),
    "plans": lambda: coder("p1", code("1"), "p2", ANSWER, planning_interval=1),
    "streamed": lambda: coder("p1", code("1"), ANSWER, planning_interval=5, stream_outputs=True),
    "out of steps": lambda: coder(code("1"), code("2"), "guess", max_steps=2),
    "async tools in code": lambda: coder(code("final_answer([greet('Ann'), await greet('Bob')])")),
    "tool calls": lambda: caller(
        [tool_call("add", a=1), tool_call("greet", name="Ann")],
        tool_call("fail", message="x"),
        tool_call("no"),
        answer("é"),
    ),
    "streamed tool calls": lambda: caller(tool_call("add", a=1), answer(), stream_outputs=True),
    "structured": lambda: coder('{"thought": "t", "code": "final_answer(1)"}', use_structured_outputs_internally=True),
    "managed": lambda: coder(
        code("final_answer(helper('Go.'))"), managed_agents=[coder(ANSWER, name="helper", description="d")]
    ),
    "managed by calls": lambda: caller(
        [tool_call("h1", task="Go."), tool_call("h2", task="Go.")],
        answer(),
        managed_agents=[coder(ANSWER, name="h1", description="d"), caller(answer(), name="h2", description="d")],
    ),
}


def comparable(agent: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = agent.memory.get_full_steps()
    for step in steps:
        step.pop("timing", None)
    return steps


@pytest.mark.parametrize("make", SCRIPTS.values(), ids=list(SCRIPTS))
def test_same_as_run(make: Callable[[], Any]) -> None:
    first, second = make(), make()
    result = first.run("Do it.", return_full_result=True)
    awaited = asyncio.run(second.arun("Do it.", return_full_result=True))
    assert isinstance(awaited, RunResult)
    assert (awaited.output, awaited.state, awaited.token_usage) == (result.output, result.state, result.token_usage)
    assert comparable(second) == comparable(first)


@pytest.mark.parametrize("make", SCRIPTS.values(), ids=list(SCRIPTS))
def test_same_events_as_run(make: Callable[[], Any]) -> None:
    async def collect() -> list[Any]:
        return [event async for event in make().arun("Do it.", stream=True)]

    assert kinds(asyncio.run(collect())) == kinds(make().run("Do it.", stream=True))


def test_errors_are_the_same() -> None:
    with pytest.raises(AgentGenerationError, match="down"):
        asyncio.run(coder(ValueError("down")).arun("Do it."))

    def stop(step: ActionStep, agent: Any) -> None:
        agent.interrupt()

    with pytest.raises(AgentError, match="interrupted"):
        asyncio.run(coder(code("1"), ANSWER, step_callbacks=[stop]).arun("Do it."))


def test_callback_that_runs_out_of_items_does_not_hang_the_run() -> None:
    for raising in (lambda step: next(iter([])), lambda step, agent: next(iter([]))):
        with pytest.raises(RuntimeError, match="StopIteration"):
            asyncio.run(coder(ANSWER, step_callbacks=[raising]).arun("Do it."))
        with pytest.raises(RuntimeError, match="StopIteration"):
            coder(ANSWER, step_callbacks=[raising]).run("Do it.")


async def ticks_while(work: Any) -> tuple[Any, int]:
    """Return a result and how often the event loop came round meanwhile."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    result = await work
    ticking.cancel()
    return result, ticks


def wait(seconds: float) -> None:
    time.sleep(seconds)


@tool
def slow(n: int) -> int:
    """Take a while.

    Args:
        n: Any number.
    """
    wait(0.05)
    return n


def slow_reply(reply: Any) -> Callable[[Any], Any]:
    def say(messages: Any) -> Any:
        wait(0.05)
        return reply

    return say


class SyncOnly(ScriptedModel):
    """A model without async methods."""

    agenerate = None  # type: ignore[assignment]
    agenerate_stream = None  # type: ignore[assignment]


def slow_check(value: Any) -> bool:
    wait(0.05)
    return True


@pytest.mark.parametrize(
    "agent",
    [
        lambda: coder(code("final_answer(slow(1))"), tools=[slow]),
        lambda: caller(tool_call("slow", n=1), answer(), tools=[slow]),
        lambda: coder(model=SyncOnly([slow_reply(ANSWER)])),
        lambda: coder(model=SyncOnly([slow_reply(ANSWER)]), stream_outputs=True),
        lambda: coder(ANSWER, step_callbacks=[lambda step: wait(0.05)]),
        lambda: coder(ANSWER, final_answer_checks=[slow_check]),
        lambda: coder(code("n = 0\nfor i in range(1_000_000):\n    n += i\nfinal_answer(n)")),
    ],
    ids=["code tool", "tool call", "model", "streaming model", "callback", "check", "code"],
)
def test_what_is_slow_does_not_block_the_event_loop(agent: Callable[[], Any]) -> None:
    _, ticks = asyncio.run(ticks_while(agent().arun("Do it.")))
    assert ticks > 3


def test_async_tools_run_on_the_callers_loop() -> None:
    loops = []

    @tool
    async def where(n: int) -> int:
        """Note the event loop.

        Args:
            n: Any number.
        """
        loops.append(asyncio.get_running_loop())
        return n

    async def main() -> None:
        agent = coder(code("where(1)\nawait where(2)"), ANSWER, tools=[where])
        await agent.arun("Do it.")
        await caller([tool_call("where", n=1), tool_call("where", n=2)], answer(), tools=[where]).arun("Do it.")
        assert loops == [asyncio.get_running_loop()] * 4

    asyncio.run(main())


def test_run_inside_a_running_loop() -> None:
    async def main() -> Any:
        return coder(code("final_answer(greet('Ann'))")).run("Do it.")

    assert asyncio.run(main()) == "Hello Ann"


def test_async_callbacks_and_checks_are_awaited() -> None:
    seen = []

    async def note(step: ActionStep, agent: Any) -> None:
        await asyncio.sleep(0)
        seen.append(step.step_number)

    async def check(value: Any) -> bool:
        await asyncio.sleep(0)
        return bool(value == 5)

    agent = coder(code("final_answer(4)"), code("final_answer(5)"), step_callbacks=[note], final_answer_checks=[check])
    assert asyncio.run(agent.arun("Do it.")) == 5
    assert seen == [1, 2]


def test_cancelling_stops_the_run() -> None:
    async def main() -> None:
        agent = coder(code("while True:\n    pass"), ANSWER)
        running = asyncio.create_task(agent.arun("Do it."))
        while not agent.model.calls:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(agent.model.calls) == 1
        agent.model.replies.append(ANSWER)
        agent.model.calls.clear()
        agent.model.replies = [ANSWER]
        assert await agent.arun("Again.") == "done"

    asyncio.run(main())


def test_timeout_of_the_caller() -> None:
    async def forever(messages: Any) -> Any:
        await asyncio.sleep(3600)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(coder(forever).arun("Do it."), 0.05)

    asyncio.run(main())


def test_async_stream_may_be_left() -> None:
    async def main() -> Any:
        agent = coder(code("x = 1"), ANSWER)
        events = agent.arun("Do it.", stream=True)
        async for event in events:
            if isinstance(event, ToolCall):
                break
        await events.aclose()
        return await agent.arun("Again."), agent

    result, agent = asyncio.run(main())
    assert result == "done"
    assert actions(agent)[-1].is_final_answer
