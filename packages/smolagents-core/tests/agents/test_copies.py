"""`copy()`: one configuration, several conversations."""

import threading
from typing import Any

import pytest
from smolagents import CodeAgent, ToolCallingAgent
from smolagents.steps import TaskStep
from smolagents_testing import ScriptedModel, code, tool_call


def tasks(agent: Any) -> list[str]:
    return [step.task for step in agent.memory.steps if isinstance(step, TaskStep)]


@pytest.mark.parametrize("executor_type", ["local", "process"])
def test_conversations_and_variables_are_apart(executor_type: str) -> None:
    look = "try:\n    found = x\nexcept NameError:\n    found = None\nfinal_answer(found)"
    model = ScriptedModel([code("x = 1\nfinal_answer(x)"), code(look), code(look)])
    with CodeAgent([], model, executor_type=executor_type, verbosity_level=-1) as agent:
        assert agent.run("first", reset=False) == 1
        with agent.copy() as other:
            assert type(other) is CodeAgent
            assert other.model is agent.model
            assert other.executor_type == executor_type
            assert other.python_executor is not agent.python_executor
            assert tasks(other) == []
            assert other.run("second", reset=False) is None
            assert tasks(other) == ["second"]
        assert tasks(agent) == ["first"]
        assert agent.run("third", reset=False) == 1
        assert tasks(agent) == ["first", "third"]


def test_runs_of_one_are_not_interrupted_by_the_other() -> None:
    begun, go = threading.Event(), threading.Event()

    def reply(messages: Any, **options: Any) -> Any:
        begun.set()
        assert go.wait(60)
        return tool_call("final_answer", answer="done")

    agent = ToolCallingAgent([], ScriptedModel([reply]), verbosity_level=-1)
    other = agent.copy()
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(agent.run("work")))
    thread.start()
    assert begun.wait(60)
    other.interrupt()
    go.set()
    thread.join()
    assert answers == ["done"]
