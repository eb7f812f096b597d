"""The files of a saved agent: which there are, what is in them, and that they run."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from smolagents import CodeAgent, ToolCallingAgent, tool

from .conftest import PROMPTS, add, code_agent, replay

Save = Callable[[Any], Path]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_layout(saved: Save, agent: CodeAgent) -> None:
    own = {"__init__.py", "agent.json", "app.py", "prompts.yaml", "requirements.txt", "tools/__init__.py"}
    tools = {"tools/final_answer.py", "tools/add.py"}
    worker = {f"managed_agents/worker/{name}" for name in own | tools}
    expected = own | tools | {"tools/shout.py", "managed_agents/__init__.py"} | worker
    assert files(saved(agent)) == expected


def test_agent_json_names_tools_and_managed_agents(saved: Save, agent: CodeAgent) -> None:
    written = json.loads((saved(agent) / "agent.json").read_text("utf-8"))
    assert written["class"] == "CodeAgent"
    assert written["tools"] == ["add", "shout", "final_answer"]
    assert written["managed_agents"] == {"worker": "ToolCallingAgent"}
    assert written["model"]["class"] == "ReplayModel"
    assert written["verbosity_level"] == 0
    assert written["requirements"] == ["numpy", "smolagents"]


def test_prompts_can_be_edited(saved: Save, agent: CodeAgent) -> None:
    path = saved(agent) / "prompts.yaml"
    templates = yaml.safe_load(path.read_text("utf-8"))
    assert templates == PROMPTS
    templates["system_prompt"] = "Be brief."
    path.write_text(yaml.safe_dump(templates), encoding="utf-8")
    assert CodeAgent.from_folder(path.parent).system_prompt == "Be brief."


def test_prompts_of_ours_are_readable_blocks(saved: Save) -> None:
    text = (saved(ToolCallingAgent(tools=[], model=replay())) / "prompts.yaml").read_text("utf-8")
    assert text.startswith("system_prompt: |")
    assert "\\n" not in text


def test_requirements_are_what_pip_installs(saved: Save) -> None:
    @tool
    def picture(size: int) -> str:
        """Make a picture.

        Args:
            size: Its size.
        """
        from PIL import Image

        return str(Image.new("RGB", (size, size)).size)

    worker = CodeAgent(
        tools=[picture], model=replay(), name="w", description="d", additional_authorized_imports=["yaml", "csv"]
    )
    folder = saved(CodeAgent(tools=[], model=replay(), managed_agents=[worker], additional_authorized_imports=["*"]))
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    assert [line.lower() for line in lines] == ["pillow", "pyyaml", "smolagents-core", "smolagents-ui-gradio"]


def test_requirements_name_the_plugins_of_model_and_executor(saved: Save) -> None:
    agent = CodeAgent(tools=[], model=replay())
    agent.executor_type = "docker"
    agent.model = type("LiteLLMModel", (type(agent.model),), {})(turns=["x"])
    lines = (saved(agent) / "requirements.txt").read_text("utf-8").splitlines()
    assert {"smolagents-exec-docker", "smolagents-models-litellm"} <= set(lines)


def test_requirements_tell_names_of_one_kind_from_those_of_another(
    saved: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("tools", "executors", "hooks", "models"):
        metadata = tmp_path / "site" / f"my_{kind}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: my-{kind}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[smolagents.{kind}]\nmine = my_{kind}:Mine\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    agent = CodeAgent(tools=[], model=replay())
    agent.executor_type = "mine"
    lines = (saved(agent) / "requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("my-")] == ["my-executors"]


def test_nothing_is_written_when_a_tool_cannot_be_saved(tmp_path: Path) -> None:
    agent = CodeAgent(tools=[add], model=replay())
    agent.tools["add"].serializable = False  # on this instance of the tool alone
    try:
        with pytest.raises(ValueError, match="add"):
            agent.save(tmp_path / "out")
    finally:
        del agent.tools["add"].serializable
    assert not (tmp_path / "out").exists()


def without_code(described: dict[str, Any]) -> dict[str, Any]:
    """Return an agent's description with the names of its tools alone, since code changes its looks on the way."""
    managed = [without_code(member) for member in described["managed_agents"]]
    return {**described, "tools": [tool["name"] for tool in described["tools"]], "managed_agents": managed}


def test_app_makes_the_same_agent(saved: Save, agent: CodeAgent) -> None:
    folder = saved(agent)
    program = "import json, app; a = app.agent_boss; print(json.dumps([a.to_dict(), a.tools['add'](1)]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    described, three = json.loads(done.stdout)
    assert without_code(described) == without_code(json.loads(json.dumps(agent.to_dict())))
    assert three == 3


def test_app_serves_the_agent(saved: Save) -> None:
    """The page itself belongs to another distribution; a module of its name tells what it is given."""
    folder = saved(code_agent(name=None))
    stand_in = """
class Served:
    def __init__(self, agent): self.agent = agent
    def launch(self): print("serving", type(self.agent).__name__, sorted(self.agent.managed_agents))

import smolagents
smolagents.GradioUI = Served
import runpy
runpy.run_path("app.py", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", stand_in], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "serving CodeAgent ['worker']"


@pytest.mark.parametrize("name", ["extra-body", "class"])
def test_app_is_python_whatever_the_model_takes(saved: Save, name: str) -> None:
    folder = saved(ToolCallingAgent(tools=[], model=replay(**{name: {"a": None}})))
    program = "import app; print(app.agent.model.kwargs)"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str({name: {"a": None}})


def test_saving_again_over_a_saved_agent(saved: Save, agent: CodeAgent) -> None:
    first = saved(agent)
    before = {path: (first / path).read_text("utf-8") for path in files(first)}
    assert saved(CodeAgent.from_folder(first)) == first
    assert {path: (first / path).read_text("utf-8") for path in files(first)} == before
