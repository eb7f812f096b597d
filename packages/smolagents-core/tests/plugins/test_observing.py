"""What an agent's run tells the plugins, and that a failing plugin does not touch the run."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents import AgentError, CodeAgent, ToolCallingAgent, plugins, tool
from smolagents.hooks import hookimpl
from smolagents.plugins import PluginWarning
from smolagents_testing import ScriptedModel, code, tool_call


@tool
def double(number: int) -> int:
    """Double a number.

    Args:
        number: What to double.
    """
    if number < 0:
        raise ValueError("too small")
    return number * 2


class Witness:
    """Note everything that hooks tell."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    @hookimpl
    def run_started(self, agent: Any, run_id: Any, task: Any, memory: Any) -> None:
        self.events.append(("run_started", locals()))

    @hookimpl
    def step_finished(self, agent: Any, run_id: Any, step: Any) -> None:
        self.events.append(("step_finished", locals()))

    @hookimpl
    def run_finished(self, agent: Any, run_id: Any, result: Any, error: Any) -> None:
        self.events.append(("run_finished", locals()))

    @hookimpl
    def model_called(self, agent: Any, run_id: Any, messages: Any, reply: Any, error: Any, timing: Any) -> None:
        self.events.append(("model_called", locals()))

    @hookimpl
    def tool_called(
        self, agent: Any, run_id: Any, tool_name: Any, arguments: Any, output: Any, error: Any, timing: Any
    ) -> None:
        self.events.append(("tool_called", locals()))

    def of(self, hook: str) -> list[dict[str, Any]]:
        """Return the arguments of each call of a hook."""
        return [arguments for name, arguments in self.events if name == hook]


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Register a witness for the length of a test."""
    plugin = Witness()
    plugins.register(plugin)
    yield plugin
    plugins.unregister(plugin)


CODE = [code("x = double(number=4)\nprint(x)"), code("final_answer(double(21))")]
CALLS = [tool_call("double", number=21), tool_call("final_answer", answer=42)]


@pytest.mark.parametrize(("agent_class", "replies"), [(CodeAgent, CODE), (ToolCallingAgent, CALLS)])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_run_is_told_from_start_to_end(witness: Witness, agent_class: Any, replies: Any, asynchronous: bool) -> None:
    agent = agent_class(tools=[double], model=ScriptedModel(replies), verbosity_level=-1)
    answer = asyncio.run(agent.arun("Double 21.")) if asynchronous else agent.run("Double 21.")
    assert int(answer) == 42
    told = [name for name, _ in witness.events]
    assert told[0] == "run_started"
    assert told[-1] == "run_finished"
    assert [name for name in told if name == "step_finished" or name == "model_called"] == [
        "model_called",
        "step_finished",
    ] * 2
    assert {arguments["agent"] for _, arguments in witness.events} == {agent}
    (run_id,) = {arguments["run_id"] for _, arguments in witness.events}
    assert isinstance(run_id, str)
    (started,) = witness.of("run_started")
    assert "Double 21." in started["task"]
    assert [step.step_number for step in (one["step"] for one in witness.of("step_finished"))] == [1, 2]
    for called in witness.of("model_called"):
        assert called["reply"].role == "assistant"
        assert called["error"] is None
        assert called["timing"].duration >= 0
        assert called["messages"]
    (finished,) = witness.of("run_finished")
    assert finished["error"] is None
    assert int(finished["result"].output) == 42


@pytest.mark.parametrize(("agent_class", "replies"), [(CodeAgent, CODE), (ToolCallingAgent, CALLS)])
def test_tool_calls_are_told(witness: Witness, agent_class: Any, replies: Any) -> None:
    agent_class(tools=[double], model=ScriptedModel(replies), verbosity_level=-1).run("Double 21.")
    called = [one for one in witness.of("tool_called") if one["tool_name"] == "double"][-1]
    assert list(called["arguments"].values()) == [21]
    assert (called["output"], called["error"]) == (42, None)
    assert called["timing"].duration >= 0


@pytest.mark.parametrize(
    ("agent_class", "replies"),
    [
        (CodeAgent, [code("double(-1)"), code("final_answer(1)")]),
        (ToolCallingAgent, [tool_call("double", number=-1), tool_call("final_answer", answer=1)]),
    ],
)
def test_a_failing_tool_is_told_with_its_error(witness: Witness, agent_class: Any, replies: Any) -> None:
    agent_class(tools=[double], model=ScriptedModel(replies), verbosity_level=-1).run("Double -1.")
    called = next(one for one in witness.of("tool_called") if one["tool_name"] == "double")
    assert called["output"] is None
    assert "too small" in str(called["error"])
    assert witness.of("step_finished")[0]["step"].error is not None


def test_a_failing_model_is_told_with_its_error(witness: Witness) -> None:
    agent = CodeAgent(tools=[], model=ScriptedModel([ConnectionError("no network")]), verbosity_level=-1)
    with pytest.raises(AgentError, match="no network"):
        agent.run("Say something.")
    (called,) = witness.of("model_called")
    assert called["reply"] is None
    assert "no network" in str(called["error"])
    (finished,) = witness.of("run_finished")
    assert finished["result"] is None
    assert "no network" in str(finished["error"])


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_stream_that_nobody_begins_is_no_run(witness: Witness, asynchronous: bool) -> None:
    agent = CodeAgent(tools=[], model=ScriptedModel([code("final_answer(1)")]), verbosity_level=-1)
    stream = (agent.arun if asynchronous else agent.run)("Say something.", stream=True)
    del stream
    assert witness.events == []
    assert agent.run("Say something.") == 1
    assert [name for name, _ in witness.events if name.startswith("run_")] == ["run_started", "run_finished"]


def test_a_run_that_can_not_be_set_up_is_none(witness: Witness) -> None:
    agent = CodeAgent(tools=[double], model=ScriptedModel([]), verbosity_level=-1)
    with pytest.raises(ValueError, match="double"):
        agent.run("Say something.", additional_args={"double": 1})
    assert witness.events == []


def test_planning_steps_are_told(witness: Witness) -> None:
    model = ScriptedModel(["Facts and a plan.", code("final_answer(1)")])
    CodeAgent(tools=[], model=model, planning_interval=5, verbosity_level=-1).run("Plan it.")
    assert [type(one["step"]).__name__ for one in witness.of("step_finished")] == ["PlanningStep", "ActionStep"]


def test_a_failing_plugin_does_not_touch_the_run(witness: Witness) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

        @hookimpl
        def run_started(self) -> None:
            raise RuntimeError("broken hook")

        @hookimpl
        def step_finished(self) -> None:
            raise AssertionError("it was left out before")

    broken = Broken()
    plugins.register(broken, "broken-in-a-run")
    try:
        agent = CodeAgent(tools=[], model=ScriptedModel([code("final_answer(42)")]), verbosity_level=-1)
        with pytest.warns(PluginWarning, match="plugin broken-in-a-run of this program failed in hook run_started"):
            answer = agent.run("Answer.")
        assert answer == 42
    finally:
        plugins.unregister(broken)
    assert len(witness.of("run_finished")) == 1


def test_contributed_prompts_reach_the_model() -> None:
    class Polite:
        @hookimpl
        def prompt_templates(self, name: str, templates: dict[str, Any]) -> dict[str, Any]:
            return {"system_prompt": f"{templates['system_prompt']}\nSay please. ({name})"}

    polite = Polite()
    plugins.register(polite)
    try:
        model = ScriptedModel([code("final_answer(1)")])
        CodeAgent(tools=[], model=model, verbosity_level=-1).run("Ask.")
    finally:
        plugins.unregister(polite)
    system = model.calls[0].messages[0]
    assert "Say please. (code_agent)" in str(system)


def test_a_memory_store_gets_the_task_and_every_step() -> None:
    class Store:
        def __init__(self) -> None:
            self.runs: dict[str, list[dict[str, Any]]] = {}

        def append(self, run_id: str, record: dict[str, Any]) -> None:
            self.runs.setdefault(run_id, []).append(json.loads(json.dumps(record)))

        def read(self, run_id: str) -> list[dict[str, Any]]:
            return self.runs.get(run_id, [])

    class Archive:
        def __init__(self) -> None:
            self.stores: dict[str, Store] = {}

        @hookimpl
        def memory_store(self, uri: str) -> Store | None:
            return self.stores.setdefault(uri, Store()) if uri.startswith("archive:") else None

    archive = Archive()
    plugins.register(archive)
    try:
        model = ScriptedModel(CODE, per_run=True)
        agent = CodeAgent(tools=[double], model=model, memory_store="archive:here", verbosity_level=-1)
        for _ in range(2):
            assert agent.run("Double 21.") == 42
        with pytest.raises(ValueError, match="No memory store for 'elsewhere:'"):
            CodeAgent(tools=[], model=model, memory_store="elsewhere:", verbosity_level=-1).run("Double 21.")
    finally:
        plugins.unregister(archive)
    runs = archive.stores["archive:here"].runs
    assert len(runs) == 2
    for records in runs.values():
        assert [record["type"] for record in records] == ["TaskStep", "ActionStep", "ActionStep"]
        assert records[0]["task"] == "Double 21."
        assert "Execution logs:\n8\n" in records[1]["observations"]
