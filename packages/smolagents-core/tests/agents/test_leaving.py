"""A cancelled `arun` stops what works for it in threads, before its event loop gets round to telling it."""

import asyncio
import threading
import time
from typing import Any

import pytest
from smolagents import CodeAgent, LogLevel, tool
from smolagents.concurrency import in_thread, in_thread_to_end, wait_for
from smolagents.errors import AgentError
from smolagents.local_python_executor import LocalPythonExecutor
from smolagents.run import reason_to_stop
from smolagents_testing import ScriptedModel, code


class Held(LocalPythonExecutor):
    """Keep the event loop that leaves a run from going on until `moved` is set."""

    def __init__(self) -> None:
        super().__init__([], timeout_seconds=300)
        self.moved = threading.Event()
        self.held_out = False

    def interrupt(self) -> None:
        self.held_out = self.moved.wait(60)
        super().interrupt()


def leave(agent: CodeAgent, begun: threading.Event) -> None:
    """Run the agent and leave the run once it has begun to wait."""

    async def run_and_leave() -> None:
        running = asyncio.create_task(agent.arun("Go."))
        await asyncio.to_thread(begun.wait)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run_and_leave())


def test_a_managed_agent_calls_its_model_no_more() -> None:
    executor, begun, calls = Held(), threading.Event(), []

    @tool
    async def look_up() -> str:
        """Look something up for a long time."""
        begun.set()
        await asyncio.sleep(3600)
        return ""

    @tool
    def move() -> None:
        """Note that the managed agent has ended."""
        executor.moved.set()

    def think(messages: Any) -> str:
        calls.append(messages)
        if len(calls) > 1:
            executor.moved.set()
        return code("look_up()")

    helper = CodeAgent(
        [look_up], ScriptedModel([think] * 5), name="helper", description="Helps.", verbosity_level=LogLevel.OFF
    )
    model = ScriptedModel([code("try:\n    helper('Go.')\nfinally:\n    move()")])
    agent = CodeAgent([move], model, managed_agents=[helper], executor=executor, verbosity_level=LogLevel.OFF)
    leave(agent, begun)
    assert executor.held_out
    assert len(calls) == 1


def test_a_tool_that_waits_knows_at_once() -> None:
    executor, begun, reasons = Held(), threading.Event(), []

    @tool
    def wait() -> None:
        """Wait until there is a reason to stop."""
        begun.set()
        while (reason := reason_to_stop()) is None:
            time.sleep(0.01)
        reasons.append(reason)
        executor.moved.set()

    agent = CodeAgent([wait], ScriptedModel([code("wait()")]), executor=executor, verbosity_level=LogLevel.OFF)
    leave(agent, begun)
    assert executor.held_out
    assert reasons == ["the run was interrupted"]


def test_what_must_be_done_at_the_end_is_not_given_up_with_the_rest() -> None:
    begun, done = threading.Event(), threading.Event()

    async def clean_up() -> None:
        await asyncio.sleep(0)
        done.set()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await in_thread_to_end(lambda: wait_for(clean_up()))

    async def run_and_leave() -> None:
        running = asyncio.create_task(in_thread(lambda: wait_for(work())))
        await asyncio.to_thread(begun.wait)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await asyncio.to_thread(done.wait, 60)

    asyncio.run(run_and_leave())


def test_an_interrupt_in_the_last_step_asks_for_no_last_answer() -> None:
    model = ScriptedModel([code("stop()"), "Never asked for."])

    @tool
    def stop() -> None:
        """Stop the run."""
        agent.interrupt()

    agent = CodeAgent([stop], model, max_steps=1, verbosity_level=LogLevel.OFF)
    with pytest.raises(AgentError, match="interrupted"):
        agent.run("Go.")
    assert len(model.calls) == 1
