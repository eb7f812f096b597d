"""A failing provider never loses a run: the error is in memory, and the run goes on from there. With real HTTP."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smolagents import AgentGenerationError, AgentMaxStepsError, CodeAgent, ToolCallingAgent, tool
from smolagents.memory import ActionStep, PlanningStep, TaskStep
from smolagents_models_openai import OpenAIModel
from smolagents_testing import FakeOpenAIServer, code, tool_call
from smolagents_testing.openai_server import Dropped, Failure, Garbled, Stalled

Ways = dict[str, tuple[bool, Callable[..., Any]]]


@tool
def look_up(key: str) -> str:
    """Look something up.

    Args:
        key: What.
    """
    return f"value of {key}"


async def _to_end(events: Any) -> Any:
    return [event async for event in events][-1].output


WAYS: Ways = {
    "run": (False, lambda agent, *args, **options: agent.run(*args, **options)),
    "run, streaming outputs": (True, lambda agent, *args, **options: agent.run(*args, **options)),
    "stream": (True, lambda agent, *args, **options: list(agent.run(*args, stream=True, **options))[-1].output),
    "arun": (False, lambda agent, *args, **options: asyncio.run(agent.arun(*args, **options))),
    "arun, streaming outputs": (True, lambda agent, *args, **options: asyncio.run(agent.arun(*args, **options))),
    "astream": (True, lambda agent, *args, **options: asyncio.run(_to_end(agent.arun(*args, stream=True, **options)))),
}
WORK = {
    CodeAgent: (code("found = look_up('a')\nprint(found)"), code("final_answer(found + '!')")),
    ToolCallingAgent: (tool_call("look_up", key="a"), tool_call("final_answer", answer="value of a!")),
}
FAILURES = {
    "error": (Failure(500, "The provider is down."), "The provider is down."),
    "refusal": (Failure(400, "Your account is closed."), "Your account is closed."),
    "dropped": (Dropped(), "onnection"),
    "no answer": (Garbled(), "sign in|stream before it said anything"),
}
IMPATIENT = 1.5  # seconds: the answers before the one that is late take less


@pytest.fixture
def server() -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer() as running:
        yield running


def agent_of(kind: Any, server: FakeOpenAIServer, streams: bool = False, timeout: float = 60.0, **options: Any) -> Any:
    client = {"api_base": server.url, "api_key": server.api_key, "client_kwargs": {"timeout": timeout}}
    model = OpenAIModel("fake-model", retry=False, **client)
    return kind(**{"tools": [look_up], "model": model, "stream_outputs": streams, "verbosity_level": -1, **options})


def last_prompt(server: FakeOpenAIServer) -> str:
    return json.dumps(server.requests[-1].body["messages"], ensure_ascii=False)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", WORK)
def test_a_run_goes_on_where_the_provider_failed(server: FakeOpenAIServer, kind: Any, way: str, failure: str) -> None:
    check_going_on(agent_of(kind, server, WAYS[way][0]), server, WAYS[way][1], *FAILURES[failure])


@pytest.mark.parametrize("way", ["run", "astream"])
@pytest.mark.parametrize("kind", WORK)
def test_a_run_goes_on_where_the_provider_was_late(server: FakeOpenAIServer, kind: Any, way: str) -> None:
    streams, run = WAYS[way]
    agent = agent_of(kind, server, streams, timeout=IMPATIENT)
    check_going_on(agent, server, run, Stalled(after_events=0), "did not answer in time")


def check_going_on(agent: Any, server: FakeOpenAIServer, run: Callable[..., Any], fault: Any, said: str) -> None:
    first, last = WORK[type(agent)]
    server.reply(first, fault)
    with pytest.raises(AgentGenerationError, match=said) as caught:
        run(agent, "Find it.")
    task, worked, failed = agent.memory.steps
    assert isinstance(task, TaskStep)
    assert "value of a" in str(worked.observations)
    assert isinstance(failed, ActionStep)
    assert failed.error is caught.value
    assert (failed.step_number, failed.timing.end_time is not None) == (2, True)
    server.reply(last)
    assert run(agent, "Go on.", reset=False) == "value of a!"
    for text in ("Find it.", "value of a", "Error in generating model output", "Go on."):
        assert text in last_prompt(server)
    assert [type(step) for step in agent.memory.steps[-2:]] == [TaskStep, ActionStep]


@pytest.mark.parametrize("way", ["stream", "astream"])
@pytest.mark.parametrize("fault", [Dropped(after_events=4), Stalled(after_events=4)], ids=["broken", "stalled"])
@pytest.mark.parametrize("kind", WORK)
def test_a_stream_that_ends_in_the_middle_is_no_answer(
    server: FakeOpenAIServer, kind: Any, way: str, fault: Any
) -> None:
    _, run = WAYS[way]
    agent = agent_of(kind, server, streams=True, timeout=IMPATIENT)
    fault.message = "<code>\nfinal_answer('half of it')\n</code> and more to come, which never comes"
    server.reply(fault)
    with pytest.raises(AgentGenerationError, match=r"onnection|did not answer in time"):
        run(agent, "Find it.")
    assert isinstance(agent.memory.steps[-1].error, AgentGenerationError)
    assert agent.memory.steps[-1].model_output is None
    server.reply(*WORK[kind])
    assert run(agent, "Go on.", reset=False) == "value of a!"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", WORK)
def test_a_plan_that_fails(server: FakeOpenAIServer, kind: Any, way: str) -> None:
    streams, run = WAYS[way]
    agent = agent_of(kind, server, streams, planning_interval=2)
    server.reply(Failure(500, "The provider is down."))
    with pytest.raises(AgentGenerationError) as caught:
        run(agent, "Find it.")
    task, failed = agent.memory.steps
    assert isinstance(task, TaskStep)
    assert failed.error is caught.value
    server.reply("I look it up.", WORK[kind][0], Failure(500, "Not again."))
    with pytest.raises(AgentGenerationError, match="Not again"):
        run(agent, "Go on.", reset=False)
    server.reply("I look it up, as I said.", *WORK[kind])
    assert run(agent, "Go on.", reset=False) == "value of a!"
    assert sum(isinstance(step, PlanningStep) for step in agent.memory.steps) == 2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", WORK)
def test_a_last_answer_that_fails(server: FakeOpenAIServer, kind: Any, way: str) -> None:
    streams, run = WAYS[way]
    agent = agent_of(kind, server, streams, max_steps=1)
    server.reply(WORK[kind][0], Failure(500, "The provider is down."))
    assert "The provider is down." in str(run(agent, "Find it."))
    last = agent.memory.steps[-1]
    assert isinstance(last.error, AgentMaxStepsError)
    assert "The provider is down." in str(last.error)
    server.reply(WORK[kind][1])
    assert run(agent, "Go on.", reset=False) == "value of a!"
    assert "The provider is down." in last_prompt(server)


@pytest.mark.parametrize("way", WAYS)
def test_a_managed_agent_whose_provider_fails(server: FakeOpenAIServer, way: str) -> None:
    streams, run = WAYS[way]
    with FakeOpenAIServer() as other:
        helper = agent_of(ToolCallingAgent, other, streams, name="helper", description="Helps.")
        agent = agent_of(CodeAgent, server, streams, managed_agents=[helper])
        other.reply(Failure(500, "The helper is down."), tool_call("final_answer", answer="helped"))
        server.reply(code("helper('Help me.')"), code("final_answer(helper('Again.'))"))
        assert "helped" in run(agent, "Find it.")
        assert "The helper is down." in str(agent.memory.steps[1].error)
        assert "The helper is down." in last_prompt(server)


@pytest.mark.parametrize("way", WAYS)
def test_a_managed_agent_as_a_tool_whose_provider_fails(server: FakeOpenAIServer, way: str) -> None:
    streams, run = WAYS[way]
    with FakeOpenAIServer() as other:
        helper = agent_of(CodeAgent, other, streams, name="helper", description="Helps.")
        agent = agent_of(ToolCallingAgent, server, streams, managed_agents=[helper])
        other.reply(Dropped(), code("final_answer('helped')"))
        calls = [tool_call("helper", task=task) for task in ("Help me.", "Again.")]
        server.reply(*calls, tool_call("final_answer", answer="done"))
        assert run(agent, "Find it.") == "done"
        assert "onnection" in str(agent.memory.steps[1].error)
        assert "helped" in agent.memory.steps[2].observations


def test_a_run_that_went_on_may_fail_and_go_on_again(server: FakeOpenAIServer) -> None:
    agent = agent_of(CodeAgent, server)
    for number in range(3):
        server.reply(code(f"count = {number} + 1"), Failure(500, "The provider is down."))
        with pytest.raises(AgentGenerationError):
            agent.run("Count.", reset=False)
    server.reply(code("final_answer(count)"))
    assert agent.run("How far?", reset=False) == 3
    assert (
        sum(isinstance(step.error, AgentGenerationError) for step in agent.memory.steps if hasattr(step, "error")) == 3
    )
