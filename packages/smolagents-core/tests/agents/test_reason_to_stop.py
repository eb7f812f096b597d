"""Tools that wait can ask whether anybody still waits for them."""

import threading
import time

import pytest
from smolagents import CodeAgent, ToolCallingAgent, tool
from smolagents.errors import AgentError
from smolagents.run import reason_to_stop
from smolagents_testing import ScriptedModel, code, tool_call

waiting = threading.Event()


@tool
def wait() -> str:
    """Wait until there is a reason to stop."""
    waiting.set()
    while (reason := reason_to_stop()) is None:
        time.sleep(0.01)
    reasons.append(reason)
    return reason


reasons: list[str] = []


@pytest.fixture(autouse=True)
def begin() -> None:
    waiting.clear()
    reasons.clear()


def test_nobody_runs() -> None:
    assert reason_to_stop() is None


def test_the_time_of_the_action(executor_type: str) -> None:
    model = ScriptedModel([code("wait()"), code("final_answer(1)")])
    with CodeAgent([wait], model, executor_type=executor_type, timeout=5, verbosity_level=-1) as agent:
        assert agent.run("Go.") == 1
    assert reasons == ["the time of the action is up"]
    assert reason_to_stop() is None


@pytest.mark.parametrize("kind", [CodeAgent, ToolCallingAgent])
def test_an_interrupted_run_also_of_a_managed_agent(kind: type[CodeAgent | ToolCallingAgent]) -> None:
    inner = ToolCallingAgent(
        [wait], ScriptedModel([tool_call("wait")]), name="inner", description="Waits.", verbosity_level=-1
    )
    reply = code("inner(task='Wait.')") if kind is CodeAgent else tool_call("inner", task="Wait.")
    agent = kind([], ScriptedModel([reply]), managed_agents=[inner], verbosity_level=-1)

    def interrupt() -> None:
        waiting.wait()
        agent.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(AgentError):
        agent.run("Go.")
    thread.join()
    assert reasons == ["the run was interrupted"]
