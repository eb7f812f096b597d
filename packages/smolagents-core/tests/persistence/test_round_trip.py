"""Whatever was configured is there again after saving and loading."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents import REMOVE_PARAMETER, CodeAgent, LogLevel, MultiStepAgent, ReplayModel, ToolCallingAgent, load_agent
from smolagents.agents import AGENT_REGISTRY
from smolagents.monitoring import AgentLogger
from smolagents.utils import BASE_BUILTIN_MODULES

from .conftest import PROMPTS, add, code_agent, replay

UPSTREAM_KEYS = {
    "class",
    "tools",
    "model",
    "managed_agents",
    "prompt_templates",
    "max_steps",
    "verbosity_level",
    "planning_interval",
    "name",
    "description",
    "requirements",
}
Way = Callable[[MultiStepAgent, Path], MultiStepAgent]


def by_dict(agent: MultiStepAgent, folder: Path) -> MultiStepAgent:
    return type(agent).from_dict(json.loads(json.dumps(agent.to_dict())))


def by_folder(agent: MultiStepAgent, folder: Path) -> MultiStepAgent:
    agent.save(folder)
    return type(agent).from_folder(str(folder))


def by_load_agent(agent: MultiStepAgent, folder: Path) -> MultiStepAgent:
    agent.save(folder)
    return load_agent(folder)


ways = pytest.mark.parametrize("way", [by_dict, by_folder, by_load_agent])


@ways
def test_code_agent(way: Way, agent: CodeAgent, tmp_path: Path) -> None:
    back = way(agent, tmp_path)
    assert isinstance(back, CodeAgent)
    assert back.prompt_templates == PROMPTS
    assert back.authorized_imports == sorted({*BASE_BUILTIN_MODULES, "json", "numpy.random"})
    assert back.planning_interval == 3
    assert (back.executor_type, back.executor_kwargs) == ("local", {"timeout_seconds": 7})
    assert back.max_print_outputs_length == 1234
    assert back.stream_outputs
    assert back._use_structured_outputs_internally
    assert back.code_block_tags == ("<py>", "</py>")
    assert back.instructions == "See https://me@example.org, 'quoted'."
    assert back.max_steps == 9
    assert back.logger.level == LogLevel.ERROR
    assert (back.name, back.description) == ("boss", 'It "manages".')
    assert back.provide_run_summary
    assert back.return_full_result
    assert back.memory_size == 5
    assert list(back.tools) == ["add", "shout", "final_answer"]
    assert back.tools["add"](1) == 3
    assert back.tools["shout"](text="hi") == "HI"
    assert back.to_dict() == agent.to_dict()


@ways
def test_managed_agent_keeps_its_own_settings(way: Way, agent: CodeAgent, tmp_path: Path) -> None:
    worker = way(agent, tmp_path).managed_agents["worker"]
    assert isinstance(worker, ToolCallingAgent)
    assert (worker.max_steps, worker.max_tool_threads) == (4, 3)
    assert worker.provide_run_summary
    assert worker.stream_outputs
    assert not worker.return_full_result
    assert worker.description == "It adds."
    assert worker.tools["add"](a=2, b=3) == 5
    assert worker.inputs["task"]["type"] == "string"


@ways
def test_model_with_all_its_arguments(way: Way, agent: CodeAgent, tmp_path: Path) -> None:
    model = way(agent, tmp_path).model
    assert isinstance(model, ReplayModel)
    assert model.kwargs == {"temperature": 0.5, "stop": REMOVE_PARAMETER, "extra": {"reasoning": ["low"]}}
    assert model.kwargs["stop"] is REMOVE_PARAMETER


def test_managed_agents_of_managed_agents(tmp_path: Path) -> None:
    inner = CodeAgent(tools=[add], model=replay(), name="inner", description="d", max_steps=2)
    middle = ToolCallingAgent(tools=[], model=replay(), name="middle", description="d", managed_agents=[inner])
    by_folder(CodeAgent(tools=[], model=replay(), managed_agents=[middle]), tmp_path)
    back = CodeAgent.from_folder(tmp_path).managed_agents["middle"].managed_agents["inner"]
    assert (type(back), back.max_steps) == (CodeAgent, 2)
    assert (tmp_path / "managed_agents/middle/managed_agents/inner/tools/add.py").is_file()


def test_agent_as_it_comes_out_of_the_box_has_the_keys_that_programs_expect() -> None:
    described = ToolCallingAgent(tools=[], model=replay()).to_dict()
    assert described.keys() == UPSTREAM_KEYS
    assert described["verbosity_level"] == 1
    assert described["requirements"] == ["smolagents"]
    assert [tool.keys() for tool in described["tools"]] == [{"name", "code", "requirements"}]
    own = {"authorized_imports", "executor_type", "executor_kwargs", "max_print_outputs_length"}
    assert own <= CodeAgent(tools=[], model=replay()).to_dict().keys()


def test_options_replace_what_was_saved(agent: CodeAgent, saved: Callable[[Any], Path]) -> None:
    model = replay("other")
    back = CodeAgent.from_folder(
        saved(agent),
        model=model,
        additional_authorized_imports=["csv"],
        executor_kwargs={"timeout_seconds": 1},
        name="other",
        tools=[],
        instructions=None,
    )
    assert back.authorized_imports == sorted([*BASE_BUILTIN_MODULES, "csv"])
    assert (back.executor_kwargs, back.name, back.instructions) == ({"timeout_seconds": 1}, "other", None)
    assert list(back.tools) == ["final_answer"]
    worker = back.managed_agents["worker"]
    assert (worker.name, worker.instructions) == ("worker", None)
    assert list(worker.tools) == ["add", "final_answer"]
    assert back.model is model
    assert worker.model is model  # where no key was saved, one argument gives all of them a model


def test_options_that_a_managed_agent_does_not_have_stay_with_the_manager(agent: CodeAgent) -> None:
    back = CodeAgent.from_dict(agent.to_dict(), managed_agents=[], max_print_outputs_length=5)
    assert back.managed_agents == {}
    back = CodeAgent.from_dict(agent.to_dict(), max_print_outputs_length=5)
    assert back.max_print_outputs_length == 5
    assert not hasattr(back.managed_agents["worker"], "max_print_outputs_length")


def test_loaded_agent_works(saved: Callable[[Any], Path]) -> None:
    agent = code_agent(
        prompt_templates=None, use_structured_outputs_internally=False, code_block_tags=None, planning_interval=None
    )
    result = load_agent(saved(agent)).run("Be loud.")
    assert result.output == "HI3"
    assert result.state == "success"


class TunedAgent(CodeAgent):
    """An agent with an argument of its own."""

    def __init__(self, *args: Any, depth: int = 1, listener: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.depth = depth
        self.listener = listener


def test_agent_class_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = TunedAgent(tools=[], model=replay(), depth=4, memory_size=2)
    agent.save(tmp_path)
    back = TunedAgent.from_folder(tmp_path)
    assert (back.depth, back.memory_size, back.to_dict()["class"]) == (4, 2, "TunedAgent")
    with pytest.raises(ValueError, match=r"'TunedAgent'.*Supported: ToolCallingAgent, CodeAgent"):
        load_agent(tmp_path)
    monkeypatch.setitem(AGENT_REGISTRY, "TunedAgent", TunedAgent)
    assert isinstance(load_agent(tmp_path), TunedAgent)


def test_setting_that_cannot_be_saved_is_named() -> None:
    agent = TunedAgent(tools=[], model=replay(), listener=print)
    with pytest.warns(UserWarning, match=r"leaves out 'listener': a builtin_function_or_method can't be saved"):
        described = agent.to_dict()
    assert "listener" not in described


def test_functions_of_the_program_are_named_and_left_out() -> None:
    def check_it(answer: Any) -> bool:
        return True

    agent = ToolCallingAgent(tools=[], model=replay(), final_answer_checks=[check_it], step_callbacks=[print])
    with pytest.warns(UserWarning, match="leaves out") as caught:
        described = agent.to_dict()
    (warning,) = caught
    assert "step_callbacks (print) and final_answer_checks (" in str(warning.message)
    assert "check_it" in str(warning.message)
    back = ToolCallingAgent.from_dict(described, final_answer_checks=[check_it])
    assert back.final_answer_checks == [check_it]


def test_executor_of_the_program_is_named(agent: CodeAgent) -> None:
    from smolagents import LocalPythonExecutor

    agent = CodeAgent(tools=[], model=replay(), executor=LocalPythonExecutor([]))
    with pytest.warns(UserWarning, match=r"leaves out executor \(LocalPythonExecutor\)"):
        agent.to_dict()


def test_credentials_stay_out(tmp_path: Path) -> None:
    agent = CodeAgent(tools=[], model=replay(api_key="SECRET-1", extra_headers={"Authorization": "SECRET-2"}))
    agent.executor_type = "docker"
    agent.executor_kwargs = {
        "api_key": "SECRET-3",
        "host": "https://user:SECRET-4@example.org",
        "container_run_kwargs": {"environment": {"OPENAI_API_KEY": "SECRET-5", "MODE": "x"}},
    }
    with pytest.warns(UserWarning, match=r"credentials out of executor_kwargs: OPENAI_API_KEY, api_key"):
        agent.save(tmp_path)
    with pytest.warns(UserWarning, match="credentials"):
        described = agent.to_dict()
    assert described["executor_kwargs"] == {
        "host": "https://example.org",
        "container_run_kwargs": {"environment": {"MODE": "x"}},
    }
    assert "SECRET" not in json.dumps(described)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "SECRET" in path.read_text("utf-8")] == []


def test_logger_of_the_program_gives_its_level() -> None:
    agent = ToolCallingAgent(tools=[], model=replay(), logger=AgentLogger(level=LogLevel.OFF))
    assert ToolCallingAgent.from_dict(agent.to_dict()).logger.level == -1


def test_abstract_class_takes_the_saved_one(agent: CodeAgent, saved: Callable[[Any], Path]) -> None:
    assert isinstance(MultiStepAgent.from_folder(saved(agent)), CodeAgent)


def test_model_that_cannot_describe_itself() -> None:
    class Mine:
        def generate(self, messages: Any, **options: Any) -> str:
            return "x"

    agent = ToolCallingAgent(tools=[], model=Mine())
    with pytest.warns(UserWarning, match=r"Mine has no to_dict\(\): pass model=… again"):
        described = agent.to_dict()
    assert isinstance(ToolCallingAgent.from_dict(described, model=Mine()).model, Mine)


def test_agent_without_a_model_is_not_saved() -> None:
    agent = ToolCallingAgent(tools=[], model=replay())
    agent.model = None
    with pytest.raises(ValueError, match=r"has no model: set agent\.model"):
        agent.to_dict()
