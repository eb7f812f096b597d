"""Loading what others wrote: old versions, broken files, files with bad intentions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, MissingPluginError, ReplayModel, ToolCallingAgent, load_agent, plugins
from smolagents.models import MODEL_REGISTRY

from .conftest import PROMPTS, add, replay

FINAL_ANSWER = """
from typing import Any, Optional
from smolagents.tools import Tool

class FinalAnswerTool(Tool):
    name = "final_answer"
    description = "Provides a final answer to the given problem."
    inputs = {'answer': {'type': 'any', 'description': 'The final answer to the problem'}}
    output_type = "any"

    def forward(self, answer: Any) -> Any:
        return answer

    def __init__(self, *args, **kwargs):
        self.is_initialized = False
"""


def write_folder(folder: Path, described: dict[str, Any], **files: str) -> Path:
    for path in (folder, folder / "tools"):
        path.mkdir(exist_ok=True)
    (folder / "agent.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "tools" / "final_answer.py").write_text(FINAL_ANSWER, encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def old_folder(folder: Path, **changes: Any) -> Path:
    """Write what version 1.26 of smolagents writes, as far as it matters here."""
    described = {
        "class": "CodeAgent",
        "tools": ["final_answer"],
        "model": {"class": "ReplayModel", "data": {"turns": ["x"], "last_input_token_count": 3, "temperature": 0.1}},
        "managed_agents": {},
        "prompt_templates": {**PROMPTS, "planning": {**PROMPTS["planning"], "initial_facts": "old"}},  # type: ignore[dict-item]
        "max_steps": 6,
        "verbosity_level": 2,
        "grammar": None,
        "planning_interval": None,
        "name": None,
        "description": None,
        "requirements": ["smolagents"],
        "authorized_imports": ["math", "numpy"],
        "executor_type": "local",
        "executor_kwargs": {},
        "max_print_outputs_length": None,
    }
    return write_folder(folder, {**described, **changes})


def test_folder_of_an_old_version(tmp_path: Path) -> None:
    agent = load_agent(str(old_folder(tmp_path)))
    assert isinstance(agent, CodeAgent)
    assert (agent.max_steps, agent.logger.level, agent.additional_authorized_imports) == (6, 2, ["numpy"])
    assert isinstance(agent.model, ReplayModel)
    assert agent.model.kwargs == {"temperature": 0.1}
    assert agent.tools["final_answer"](answer=3) == 3


def test_old_name_of_a_model(tmp_path: Path) -> None:
    folder = old_folder(tmp_path, model={"class": "HfApiModel", "data": {"turns": ["x"]}})
    MODEL_REGISTRY["InferenceClientModel"] = ReplayModel
    try:
        with pytest.warns(DeprecationWarning, match="InferenceClientModel"):
            assert isinstance(CodeAgent.from_folder(folder).model, ReplayModel)
    finally:
        del MODEL_REGISTRY["InferenceClientModel"]


def test_dict_with_little_in_it() -> None:
    agent = CodeAgent.from_dict({"tools": [], "model": {"class": "ReplayModel", "data": {"turns": ["x"]}}})
    assert (agent.max_steps, agent.name, list(agent.tools)) == (20, None, ["final_answer"])


def test_what_is_not_understood_is_named(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="ToolCallingAgent has no arguments executor_kwargs, executor_type"):
        ToolCallingAgent.from_folder(old_folder(tmp_path))


def test_unknown_model_class(tmp_path: Path) -> None:
    folder = old_folder(tmp_path, model={"class": "os.system", "data": {}})
    with pytest.raises(ValueError, match=r"Unsupported model class 'os.system'.*Supported: .*OpenAIModel.*model=…"):
        CodeAgent.from_folder(folder)
    model = replay()
    assert CodeAgent.from_folder(folder, model=model).model is model


def test_model_whose_plugin_is_not_installed(tmp_path: Path) -> None:
    missing = next(name for name in ("MLXModel", "VLLMModel", "TransformersModel") if not plugins.available(name))
    folder = old_folder(tmp_path, model={"class": missing, "data": {"model_id": "x"}})
    with pytest.raises(MissingPluginError, match=r"pip install smolagents-models-\w+.*model=…"):
        CodeAgent.from_folder(folder)
    assert CodeAgent.from_folder(folder, model=replay()).max_steps == 6


def test_model_whose_plugin_is_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_folder(tmp_path, model={"class": "OpenAIModel", "data": {"model_id": "x"}})
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "1")
    with pytest.raises(MissingPluginError, match=r"off\. Or pass another model"):
        CodeAgent.from_folder(folder)


@pytest.mark.parametrize("name", ["builtins.object", "MultiStepAgentX", "GradioUI", None, "Path", ["CodeAgent"]])
def test_unknown_agent_class(tmp_path: Path, name: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        load_agent(old_folder(tmp_path, **{"class": name}))
    assert isinstance(CodeAgent.from_folder(tmp_path), CodeAgent)  # the caller's class needs no name


@pytest.mark.parametrize("name", ["../../evil", "a.b", "/tmp/evil", "", "class", 3])
def test_names_that_would_be_paths(tmp_path: Path, name: Any) -> None:
    with pytest.raises(ValueError, match="no identifier"):
        CodeAgent.from_folder(old_folder(tmp_path, tools=["final_answer", name]))
    with pytest.raises(ValueError, match="no identifier"):
        CodeAgent.from_folder(old_folder(tmp_path, managed_agents={str(name): "CodeAgent"}))


def test_tool_code_that_is_replaced_does_not_run(tmp_path: Path) -> None:
    folder = old_folder(tmp_path)
    (folder / "tools" / "final_answer.py").write_text("raise RuntimeError('it ran')", encoding="utf-8")
    assert list(CodeAgent.from_folder(folder, tools=[add]).tools) == ["add", "final_answer"]
    with pytest.raises(RuntimeError, match="it ran"):
        CodeAgent.from_folder(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"tools": 3}', '{"managed_agents": ["a"]}'])
def test_broken_agent_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "agent.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"agent\.json is not what"):
        CodeAgent.from_folder(tmp_path)


@pytest.mark.parametrize("load", [CodeAgent.from_folder, load_agent])
def test_no_agent_there(tmp_path: Path, load: Callable[[Path], Any]) -> None:
    with pytest.raises(FileNotFoundError, match=r"no agent\.json.*agent\.save"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")


def test_prompts_may_stand_in_either_file(tmp_path: Path) -> None:
    folder = old_folder(tmp_path)
    assert CodeAgent.from_folder(folder).prompt_templates["planning"]["initial_plan"].startswith("plan")
    (folder / "prompts.yaml").write_text(json.dumps({**PROMPTS, "system_prompt": "From YAML."}), encoding="utf-8")
    assert CodeAgent.from_folder(folder).system_prompt == "From YAML."
