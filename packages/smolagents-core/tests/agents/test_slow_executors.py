"""Executors take seconds to be made and to be cleaned up: nobody but their own runs waits for that."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from smolagents import CodeAgent, LogLevel, tool
from smolagents.errors import AgentError
from smolagents.local_python_executor import LocalPythonExecutor
from smolagents_testing import ScriptedModel, code


class Hosted(LocalPythonExecutor):
    """Wait until the test lets it go on, before it makes a session and before it cleans up."""

    def __init__(self) -> None:
        super().__init__([], timeout_seconds=300)
        self.making, self.make = threading.Event(), threading.Event()
        self.cleaning, self.clean = threading.Event(), threading.Event()
        self.sessions: list[Hosted] = []
        self.cleaned: list[Any] = []
        self.error: Exception | None = None

    def new_session(self) -> "Hosted":
        self.making.set()
        assert self.make.wait(300)
        if self.error is not None:
            raise self.error
        session = Hosted()
        session.make.set()
        session.clean, session.cleaning = self.clean, self.cleaning
        session.sessions, session.cleaned = self.sessions, self.cleaned
        self.sessions.append(session)
        return session

    def cleanup(self) -> None:
        self.cleaning.set()
        assert self.clean.wait(60)
        self.cleaned.append(self)


class Beside:
    """An agent and a gate: runs whose task is "wait" stay in their first step until it opens."""

    def __init__(self) -> None:
        self.begun, self.gate = threading.Event(), threading.Event()

        @tool
        def wait() -> None:
            """Wait for the gate."""
            self.begun.set()
            assert self.gate.wait(300)

        def reply(messages: Any) -> str:
            waits = "wait" in str(messages[1].content)
            return code("wait()\nfinal_answer('waited')" if waits else "final_answer('done')")

        self.executor = Hosted()
        model = ScriptedModel([reply], per_run=True)
        self.agent = CodeAgent([wait], model, executor=self.executor, verbosity_level=LogLevel.OFF)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def second_being_made(beside: Beside) -> Iterator[tuple[Future[Any], Future[Any]]]:
    """Have one run wait in its first step, and a second one for its executor."""
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(beside.agent.run, "wait")
        assert beside.begun.wait(60)
        second = threads.submit(beside.agent.run, "go")
        assert beside.executor.making.wait(60)
        yield first, second


@pytest.fixture
def beside() -> Beside:
    return Beside()


def test_another_agent_runs_while_a_session_is_made(beside: Beside) -> None:
    other = CodeAgent([], ScriptedModel([code("final_answer('other')")]), verbosity_level=LogLevel.OFF)
    with second_being_made(beside) as (first, second), ThreadPoolExecutor(1) as threads:
        third = threads.submit(other.run, "go")
        try:
            assert third.result(60) == "other"
            other.interrupt()
        finally:
            for event in (beside.executor.make, beside.executor.clean, beside.gate):
                event.set()
        assert [first.result(), second.result()] == ["waited", "done"]


def test_an_interrupt_reaches_a_run_whose_session_is_being_made(beside: Beside) -> None:
    with second_being_made(beside) as (first, second):
        beside.executor.clean.set()
        beside.agent.interrupt()
        beside.executor.make.set()
        with pytest.raises(AgentError, match="interrupted"):
            second.result()
        beside.gate.set()
        assert first.result() == "waited"


def test_a_session_left_while_its_successor_is_made_is_cleaned_up_once(beside: Beside) -> None:
    with second_being_made(beside) as (first, second):
        beside.executor.clean.set()
        beside.gate.set()
        try:
            assert first.result(60) == "waited"
            assert beside.executor.cleaned == []
        finally:
            beside.executor.make.set()
        assert second.result() == "done"
    assert beside.executor.cleaned == [beside.executor]
    assert beside.agent.python_executor is beside.executor.sessions[0]


def test_a_session_that_cannot_be_made_leaves_the_agent_as_it_was(beside: Beside) -> None:
    beside.executor.error = RuntimeError("no more sandboxes")
    beside.executor.make.set()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(beside.agent.run, "wait")
        assert beside.begun.wait(60)
        with pytest.raises(RuntimeError, match="no more sandboxes"):
            beside.agent.run("go")
        beside.gate.set()
        assert first.result() == "waited"
    assert beside.agent.run("go") == "done"
    assert beside.agent.python_executor is beside.executor
    assert beside.executor.cleaned == []


def test_many_runs_at_once_get_a_session_each(beside: Beside) -> None:
    beside.executor.make.set()
    beside.executor.clean.set()
    with ThreadPoolExecutor(9) as threads:
        waiting = [threads.submit(beside.agent.run, "wait") for _ in range(9)]
        until(lambda: len(beside.executor.sessions) == 8)
        beside.gate.set()
        assert [run.result() for run in waiting] == ["waited"] * 9
    made = {beside.executor, *beside.executor.sessions}
    assert set(beside.executor.cleaned) == made - {beside.agent.python_executor}
    assert len(beside.executor.cleaned) == len(made) - 1


async def _two_runs(beside: Beside) -> "asyncio.Task[str]":
    """Return the first of two runs, whose session the agent no longer shows, at its end."""
    beside.executor.make.set()
    first = asyncio.create_task(beside.agent.arun("wait"))
    await asyncio.to_thread(beside.begun.wait)
    assert await beside.agent.arun("go") == "done"
    beside.gate.set()
    await asyncio.to_thread(beside.executor.cleaning.wait)
    return first


def test_the_event_loop_goes_on_while_a_session_is_cleaned_up(beside: Beside) -> None:
    async def go_on() -> None:
        first = await _two_runs(beside)
        assert beside.executor.cleaned == []
        beside.executor.clean.set()
        assert await first == "waited"

    asyncio.run(go_on())
    assert beside.executor.cleaned == [beside.executor]


def test_cancelled_while_it_cleans_up_a_run_still_does(beside: Beside) -> None:
    async def cancel() -> None:
        first = await _two_runs(beside)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert beside.executor.cleaned == []
        beside.executor.clean.set()
        assert await beside.agent.arun("go") == "done"

    asyncio.run(cancel())
    until(lambda: beside.executor.cleaned == [beside.executor])
