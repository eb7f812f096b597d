"""One agent, many runs at once: each has its own memory, variables, interpreter and answer."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents import tool
from smolagents.memory import ActionStep
from smolagents_testing import ScriptedModel, code, tool_call

from .contract_agents import answer, caller, coder

MANY = 32


@tool
def twice(n: int) -> int:
    """Double a number.

    Args:
        n: The number.
    """
    return 2 * n


def many_coders(**options: Any) -> Any:
    replies = [
        code("mine = twice(n)\nprint(mine)"),
        code("total = mine + 1\n1 / 0"),
        code("final_answer([n, mine, total])"),
    ]
    return coder(model=ScriptedModel(replies, per_run=True), tools=[twice], **options)


def many_callers(**options: Any) -> Any:
    replies = [[tool_call("twice", n="n"), tool_call("twice", n=1)], tool_call("twice", n="n"), answer("n")]
    return caller(model=ScriptedModel(replies, per_run=True), tools=[twice], **options)


EXPECTED: dict[str, Any] = {
    "code": (many_coders, lambda n: [n, 2 * n, 2 * n + 1]),
    "tools": (many_callers, lambda n: n),
}
agents = pytest.mark.parametrize("kind", EXPECTED)


def check(result: Any, n: int, kind: str) -> None:
    assert result.output == EXPECTED[kind][1](n)
    assert result.state == "success"
    assert len(result.steps) == 4
    assert result.token_usage.input_tokens == 30
    assert f"'n': {n}" in result.steps[0]["task"]
    assert [step["step_number"] for step in result.steps[1:]] == [1, 2, 3]
    assert str(2 * n) in result.steps[1]["observations"]


@agents
def test_threads(kind: str) -> None:
    agent = EXPECTED[kind][0]()
    together = threading.Barrier(MANY)

    def work(n: int) -> Any:
        together.wait()
        return agent.run(f"Task {n}.", additional_args={"n": n}, return_full_result=True)

    with ThreadPoolExecutor(MANY) as threads:
        for n, result in enumerate(threads.map(work, range(MANY))):
            check(result, n, kind)


@agents
def test_tasks(kind: str) -> None:
    agent = EXPECTED[kind][0]()

    async def work() -> list[Any]:
        runs = [agent.arun(f"Task {n}.", additional_args={"n": n}, return_full_result=True) for n in range(MANY)]
        return await asyncio.gather(*runs)

    for n, result in enumerate(asyncio.run(work())):
        check(result, n, kind)


@agents
def test_streams_in_threads(kind: str) -> None:
    agent = EXPECTED[kind][0](stream_outputs=True)
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(
            lambda n: list(agent.run("Do it.", stream=True, additional_args={"n": n}))[-1].output, range(MANY)
        )
        assert list(answers) == [EXPECTED[kind][1](n) for n in range(MANY)]


def test_callbacks_and_checks_see_their_own_run() -> None:
    wrong: list[Any] = []

    def note(step: ActionStep, agent: Any) -> None:
        if f"'n': {agent.state['n']}" not in agent.task or agent.step_number != step.step_number:
            wrong.append(step)
        agent.memory.steps[0].task += f" seen by {agent.state['n']}"

    def own_answer(value: Any, memory: Any, agent: Any) -> bool:
        if value[0] != agent.state["n"] or memory is not agent.memory:
            wrong.append(value)
        return True

    agent = many_coders(step_callbacks=[note], final_answer_checks=[own_answer])
    with ThreadPoolExecutor(MANY) as threads:
        runs = threads.map(
            lambda n: agent.run("Do it.", additional_args={"n": n}, return_full_result=True).steps[0]["task"],
            range(MANY),
        )
        assert all(task.endswith(f" seen by {n}" * 3) for n, task in enumerate(runs))
    assert wrong == []


def test_configuration_is_not_touched_by_runs() -> None:
    agent = many_coders()
    before = {name: value for name, value in vars(agent).items() if not name.startswith("_")}
    prompts = repr(agent.prompt_templates)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: agent.run("Do it.", additional_args={"n": n}), range(8)))
    assert {name: value for name, value in vars(agent).items() if not name.startswith("_")} == before
    assert repr(agent.prompt_templates) == prompts


def test_one_failing_run_leaves_the_others_alone() -> None:
    def say(messages: Any) -> Any:
        if "'n': 3}" in str(messages[1]):
            raise ValueError("not this one")
        return code("final_answer(n)")

    agent = coder(model=ScriptedModel([say], per_run=True))

    def work(n: int) -> Any:
        try:
            return agent.run("Do it.", additional_args={"n": n})
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [0, 1, 2, "AgentGenerationError", 4, 5, 6, 7]


def test_interrupt_from_outside_stops_all_runs_and_none_later() -> None:
    ready = threading.Barrier(5)
    go = threading.Event()

    def hold(step: ActionStep) -> None:
        ready.wait(300)
        go.wait(300)

    agent = coder(model=ScriptedModel([code("1"), code("final_answer(1)")], per_run=True), step_callbacks=[hold])

    def work(n: int) -> str:
        try:
            return str(agent.run("Do it."))
        except Exception as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(work, n) for n in range(4)]
        ready.wait(300)
        agent.interrupt()
        go.set()
        assert [run.result(300) for run in running] == ["Agent interrupted."] * 4
    agent.step_callbacks = type(agent.step_callbacks)()
    assert agent.run("Again.") == 1


def test_attributes_show_the_latest_run() -> None:
    agent = many_coders()
    agent.run("First.", additional_args={"n": 1})
    agent.run("Second.", additional_args={"n": 2})
    assert agent.task is not None
    assert agent.task.startswith("Second.")
    assert agent.state["n"] == 2
    assert agent.memory.steps[0].task == agent.task


def test_managed_agents_in_many_runs() -> None:
    worker = many_coders(name="helper", description="d")
    agent = coder(
        model=ScriptedModel([code("final_answer(helper('Go.', additional_args={'n': n}))")], per_run=True),
        managed_agents=[worker],
    )
    with ThreadPoolExecutor(16) as threads:
        reports = threads.map(lambda n: agent.run("Do it.", additional_args={"n": n}), range(16))
        for n, report in enumerate(reports):
            assert str([n, 2 * n, 2 * n + 1]) in report
