"""Sharing over the Hub: what core asks of the distribution that talks to it, and what it asks of the user first."""

from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, MissingPluginError, ToolCallingAgent, load_agent, plugins

from .conftest import replay

HUB = """
calls = []

def download_agent(repo_id, token, **options):
    calls.append((repo_id, token, options))
    return {folder!r}

def push_agent(agent, repo_id, commit_message, private, token, create_pr):
    calls.append((repo_id, commit_message, private, token, create_pr))
    agent.save({folder!r})
    return "https://hub.example/" + repo_id
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A distribution in the place of the one that talks to the Hub; its Hub is a folder."""
    site = tmp_path / "site"
    metadata = site / "smolagents_models_hf-99.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: smolagents-models-hf\nVersion: 99\n")
    (site / "smolagents_models_hf.py").write_text(HUB.format(folder=str(tmp_path / "hub")))
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(__import__("sys").modules, "smolagents_models_hf", raising=False)
    plugins.refresh()
    yield plugins.package("smolagents-models-hf")
    monkeypatch.delitem(__import__("sys").modules, "smolagents_models_hf", raising=False)
    monkeypatch.undo()
    plugins.refresh()


@pytest.mark.parametrize("load", [CodeAgent.from_hub, ToolCallingAgent.from_hub, load_agent])
def test_code_of_others_needs_trust(load: Any) -> None:
    with pytest.raises(ValueError, match=r"someone/agent.*trust_remote_code=True"):
        load("someone/agent")


def test_there_and_back(hub: Any) -> None:
    agent = CodeAgent(tools=[], model=replay(), max_steps=3)
    assert agent.push_to_hub("me/agent", private=True, token="t") == "https://hub.example/me/agent"
    back = load_agent("me/agent", token="t", trust_remote_code=True, revision="v1", cache_dir="c", max_steps=5)
    assert (type(back), back.max_steps) == (CodeAgent, 5)
    assert CodeAgent.from_hub("me/agent", trust_remote_code=True, local_files_only=True).max_steps == 3
    assert hub.calls == [
        ("me/agent", "Upload agent", True, "t", False),
        ("me/agent", "t", {"revision": "v1", "cache_dir": "c"}),
        ("me/agent", None, {"local_files_only": True}),
    ]


def test_without_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "smolagents-models-hf")
    with pytest.raises(MissingPluginError, match="smolagents-models-hf"):
        CodeAgent(tools=[], model=replay()).push_to_hub("me/agent")
    with pytest.raises(MissingPluginError, match="smolagents-models-hf"):
        load_agent("me/agent", trust_remote_code=True)
