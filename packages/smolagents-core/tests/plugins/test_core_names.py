"""`plugins info` and `plugins install` of what core brings along."""

from typing import Any

import pytest
from smolagents import __version__

WAYS = {
    "CodeAgent": "from smolagents import CodeAgent",
    "local": 'CodeAgent(…, executor_type="local")',
    "process": 'CodeAgent(…, executor_type="process")',
    "final_answer": 'load_tool("final_answer")',
}


@pytest.mark.parametrize("command", ["info", "install"])
@pytest.mark.parametrize("name", WAYS)
def test_names_of_core(site: Any, command: str, name: str) -> None:
    done = site.command(command, name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{name} is part of smolagents-core, which is installed: {WAYS[name]}\n"


@pytest.mark.parametrize("name", ["smolagents-core", "Smolagents_Core"])
def test_core_itself(site: Any, name: str) -> None:
    done = site.command("info", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"smolagents-core {__version__}\n"
        "  executors: local, process\n"
        "  tools: final_answer, python_interpreter, user_input\n"
        "  commands: run, plugins, tools, doctor, version, help\n"
    )
    done = site.command("install", name)
    assert (done.returncode, done.stdout) == (0, f"smolagents-core {__version__} is installed.\n")


def test_a_name_like_one_of_core(site: Any) -> None:
    assert "proces is unknown. Did you mean process" in site.command("info", "proces").stderr
