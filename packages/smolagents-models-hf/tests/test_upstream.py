"""What is saved here, loaded by PyPI's smolagents."""

import os
import subprocess
from pathlib import Path

import pytest
from smolagents import CodeAgent, Tool, ToolCallingAgent, tool
from smolagents_models_hf import InferenceClientModel

PYTHON = os.environ.get("SMOLAGENTS_UPSTREAM", "")
pytestmark = pytest.mark.skipif(not PYTHON, reason="scripts/test-sdks brings PyPI's smolagents")

LOADED = """
from pathlib import Path
from smolagents import CodeAgent, Tool

for name in ("search", "add"):
    made = Tool.from_code(Path(name, "tool.py").read_text())
    print(made("tides") if name == "search" else made(1, b=5))
agent = CodeAgent.from_folder("agent")
print(agent.max_steps, agent.planning_interval, agent.model.model_id, "json" in agent.authorized_imports)
helper = agent.managed_agents["helper"]
print(agent.tools["search"]("tides"), agent.tools["add"](1), helper.max_steps, helper.tools["search"]("tides"))
"""


class Search(Tool):
    name = "search"
    description = "Tells how it would search."
    inputs = {"query": {"type": "string", "description": "What for."}}
    output_type = "string"

    def __init__(self, engine: str = "duck", places: list[str] | None = None) -> None:
        super().__init__()
        self.engine = engine
        self.places = places

    def forward(self, query: str) -> str:
        return f"{query} by {self.engine} in {self.places}"


@tool
def add(a: int, b: int = 2) -> int:
    """Adds.

    Args:
        a: One number.
        b: Another one.
    """
    import math

    return a + b + math.floor(0.5)


def test_it_loads_tools_and_agents_that_are_saved_here(tmp_path: Path) -> None:
    search = Search("bing", ["Brest"])
    model = InferenceClientModel("org/model", provider="novita", token="hf_secret")
    helper = ToolCallingAgent([Search("exa")], model, name="helper", description="Helps.", max_steps=3)
    options = {"max_steps": 7, "planning_interval": 2, "additional_authorized_imports": ["json"]}
    agent = CodeAgent([search, add], model, managed_agents=[helper], **options)
    search.save(tmp_path / "search")
    add.save(tmp_path / "add")
    agent.save(tmp_path / "agent")
    done = subprocess.run(
        [PYTHON, "-c", LOADED], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "tides by bing in ['Brest']",
        "6",
        "7 2 org/model True",
        "tides by bing in ['Brest'] 3 3 tides by exa in None",
    ]
