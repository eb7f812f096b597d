"""One agent serves many threads and tasks; sync code leaves the event loop free; leaving early leaves nothing."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents import ChatMessage, CodeAgent, LogLevel, MessageRole, Model, Tool, ToolCallingAgent, tool
from smolagents.agents.start import events_of, result_of, start
from smolagents.errors import AgentError
from smolagents.run import _claiming
from smolagents_testing import ScriptedModel, code, tool_call


def count_up(messages: list[ChatMessage]) -> str:
    """Play a model that computes the number of its task plus one in three steps."""
    task = next(message for message in messages if message.role == MessageRole.USER).content[0]["text"]
    turn = sum(message.role == MessageRole.ASSISTANT for message in messages)
    return [code(f"y = {task.split()[-1]}"), code("z = y + 1\nprint('seen', z)"), code("final_answer(z)")][turn]


def counting_agent(**options: Any) -> CodeAgent:
    return CodeAgent(model=ScriptedModel([count_up] * 3, per_run=True), verbosity_level=LogLevel.OFF, **options)


@tool
async def double_later(x: int) -> int:
    """Double a number after a while.

    Args:
        x: The number.
    """
    await asyncio.sleep(0.02)
    return 2 * x


class BlockingModel(Model):
    """Take a while to reply without awaiting anything."""

    def generate(self, messages: list[ChatMessage], **kwargs: Any) -> ChatMessage:
        time.sleep(1)
        return ChatMessage(MessageRole.ASSISTANT, "<code>\nfinal_answer(1)\n</code>")


def test_32_threads_get_32_right_answers() -> None:
    agent = counting_agent()
    with ThreadPoolExecutor(32) as threads:
        results = list(threads.map(lambda n: agent.run(f"add one to {n}", return_full_result=True), range(32)))
    assert [result.output for result in results] == list(range(1, 33))
    assert [result.steps[2].observations.splitlines()[1] for result in results] == [f"seen {n}" for n in range(1, 33)]
    assert {len(result.steps) for result in results} == {4}


def test_what_a_run_came_to_outlives_the_next_run_of_its_session() -> None:
    agent = counting_agent(provide_run_summary=True)
    run = start(agent, "add one to 1", True, None, None, None, dict.fromkeys(("image", "audio", "video")))
    assert len(list(events_of(run))) == 10
    agent.run("add one to 5")
    assert agent.memory.steps[0].task == "add one to 5"
    result = result_of(run, True)
    assert result.steps[0].task == "add one to 1"
    assert [step.observations.splitlines()[1] for step in result.steps[2:3]] == ["seen 2"]
    assert "add one to 1" in str(run.summary)
    assert "add one to 5" not in str(run.summary)


def test_32_tasks_get_32_right_answers() -> None:
    agent = counting_agent()

    async def all_of_them() -> list[Any]:
        runs = [agent.arun(f"add one to {n}", return_full_result=True) for n in range(32)]
        return await asyncio.gather(*runs)

    results = asyncio.run(all_of_them())
    assert [result.output for result in results] == list(range(1, 33))
    assert {len(result.steps) for result in results} == {4}


def test_a_callback_sees_the_memory_of_its_own_run() -> None:
    seen: dict[str, list[int]] = {}

    def note(step: Any, agent: CodeAgent) -> None:
        seen.setdefault(agent.memory.steps[0].task, []).append(len(agent.memory.steps))

    agent = counting_agent(step_callbacks=[note])
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: agent.run(f"add one to {n}"), range(8)))
    assert seen == {f"add one to {n}": [1, 2, 3] for n in range(8)}


def test_runs_beside_each_other_share_no_variables() -> None:
    barrier = threading.Barrier(2, timeout=300)

    @tool
    def meet() -> str:
        """Wait until the other run is here too."""
        barrier.wait()
        return "met"

    replies = [code("meet()"), code("final_answer(extra)")]
    agent = CodeAgent(tools=[meet], model=ScriptedModel(replies, per_run=True), verbosity_level=LogLevel.OFF)
    with ThreadPoolExecutor(2) as threads:
        with_extra = threads.submit(agent.run, "task", additional_args={"extra": "mine"})
        without = threads.submit(agent.run, "task", max_steps=2, return_full_result=True)
        assert with_extra.result() == "mine"
        assert "extra" in without.result().errors[0]


def test_one_run_after_the_other_finds_the_same_objects() -> None:
    replies = [code("kept = 41"), code("final_answer(kept)"), code("final_answer(kept + 1)")]
    agent = CodeAgent(model=ScriptedModel(replies), verbosity_level=LogLevel.OFF)
    memory, executor, state = agent.memory, agent.python_executor, agent.state
    agent.run("first")
    assert agent.run("second") == 42
    assert (agent.memory, agent.python_executor, agent.state) == (memory, executor, state)
    assert agent.memory is memory


def test_async_tools_are_awaited_side_by_side_in_both_drivers() -> None:
    calls = [tool_call("double_later", x=n) for n in range(5)]
    replies = [calls, tool_call("final_answer", answer="done")]
    agent = ToolCallingAgent(
        tools=[double_later], model=ScriptedModel(replies, per_run=True), verbosity_level=LogLevel.OFF
    )
    for answer in (agent.run("task"), asyncio.run(agent.arun("task"))):
        assert answer == "done"
        assert agent.memory.steps[1].observations == "0\n2\n4\n6\n8"


def test_async_tools_work_inside_code_in_both_drivers() -> None:
    replies = [code("final_answer([double_later(1), await double_later(x=2)])")]
    agent = CodeAgent(tools=[double_later], model=ScriptedModel(replies, per_run=True), verbosity_level=LogLevel.OFF)
    assert agent.run("task") == [2, 4]
    assert asyncio.run(agent.arun("task")) == [2, 4]

    async def sync_run_on_a_loop() -> Any:
        return agent.run("task")

    assert asyncio.run(sync_run_on_a_loop()) == [2, 4]


def test_a_blocking_model_and_blocking_tools_leave_the_loop_free() -> None:
    @tool
    def slow() -> str:
        """Block the thread."""
        time.sleep(1)
        return "slept"

    model = ScriptedModel([[tool_call("slow")], tool_call("final_answer", answer="done")], per_run=True)
    agents = [
        CodeAgent(model=BlockingModel(), verbosity_level=LogLevel.OFF),
        ToolCallingAgent(tools=[slow], model=model, verbosity_level=LogLevel.OFF),
    ]

    async def ticks_during(agent: Any) -> int:
        ticks = 0
        running = asyncio.create_task(agent.arun("task"))
        while not running.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await running
        return ticks

    for agent in agents:
        assert asyncio.run(ticks_during(agent)) > 5


def test_an_async_stream_gives_the_events_of_the_sync_one() -> None:
    agent = counting_agent(stream_outputs=True)

    async def names() -> list[str]:
        return [type(event).__name__ async for event in agent.arun("add one to 1", stream=True)]

    sync_names = [type(event).__name__ for event in agent.run("add one to 1", stream=True)]
    assert asyncio.run(names()) == sync_names
    assert sync_names[-2:] == ["ActionStep", "FinalAnswerStep"]


def test_leaving_a_stream_keeps_the_step_and_frees_the_agent() -> None:
    agent = counting_agent()
    memory = agent.memory
    events = agent.run("add one to 1", stream=True)
    next(events)
    events.close()
    assert [type(step).__name__ for step in memory.steps] == ["TaskStep", "ActionStep"]
    assert agent.run("add one to 1") == 2
    assert agent.memory is memory


def test_a_stream_that_nobody_starts_does_not_hold_the_agent() -> None:
    agent = counting_agent()
    memory = agent.memory
    agent.run("add one to 1", stream=True)
    gc.collect()
    agent.run("add one to 1")
    assert agent.memory is memory


def test_cancelling_stops_the_code() -> None:
    stopped = threading.Event()

    class Loops(Tool):
        name = "note"
        description = "Note that the code goes on."
        inputs: dict[str, Any] = {}
        output_type = "null"
        count = 0

        def forward(self) -> None:
            type(self).count += 1

    agent = CodeAgent(
        tools=[Loops()],
        model=ScriptedModel([code("while True:\n    note()")]),
        executor_kwargs={"timeout_seconds": 20},
        verbosity_level=LogLevel.OFF,
    )

    async def cancelled() -> None:
        running = asyncio.create_task(agent.arun("task"))
        while Loops.count == 0:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not stopped.is_set():
        before = Loops.count
        time.sleep(0.2)
        if Loops.count == before:
            stopped.set()
    assert stopped.is_set()


def test_interrupt_stops_every_run_that_is_going_on() -> None:
    agent = CodeAgent(model=ScriptedModel([code("1")] * 5, per_run=True), max_steps=5, verbosity_level=LogLevel.OFF)
    started, interrupted = threading.Barrier(3, timeout=300), threading.Event()

    def endless() -> str:
        events: Iterator[Any] = agent.run("task", stream=True)
        next(events)
        started.wait()
        try:
            assert interrupted.wait(300)
            for _ in events:
                pass
        except AgentError as error:
            return str(error)
        return "ran to its end"

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(endless) for _ in range(2)]
        started.wait()
        agent.interrupt()
        interrupted.set()
        assert [run.result() for run in runs] == ["Agent interrupted."] * 2


def test_ctrl_c_may_come_while_a_run_begins_or_ends() -> None:
    agent = CodeAgent([], ScriptedModel([]), verbosity_level=LogLevel.OFF)

    def handle_ctrl_c() -> None:
        with _claiming:
            agent.interrupt()

    thread = threading.Thread(target=handle_ctrl_c, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_leaving_a_run_gives_up_the_async_tool_that_its_code_waits_for() -> None:
    begun, left = threading.Event(), threading.Event()

    @tool
    async def wait_for_ever() -> str:
        """Wait."""
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            left.set()
        return ""

    model = ScriptedModel([code("wait_for_ever()"), code("final_answer(1)")])
    agent = CodeAgent([wait_for_ever], model, verbosity_level=LogLevel.OFF)

    async def leave() -> None:
        run = asyncio.create_task(agent.arun("Wait."))
        await asyncio.to_thread(begun.wait)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert await asyncio.wait_for(agent.arun("Answer."), 60) == 1
        assert left.is_set()

    asyncio.run(leave())
