"""A command of a first-party plugin that is not there says what is in its way: not installed, switched off, broken."""

from typing import Any

import pytest
from smolagents.plugins.catalogue import current

HOOKS = "[smolagents.hooks]\nsmolagents_tools_mcp = acme_mcp\n"
SERVE = """
from smolagents.hooks import hookimpl

@hookimpl
def register_commands(registry):
    registry.add("mcp", lambda arguments: 7)
"""


@pytest.mark.parametrize(
    ("command", "distribution"),
    [("hub", "smolagents-models-hf"), ("mcp", "smolagents-tools-mcp"), ("ui", "smolagents-ui-gradio")],
)
def test_not_installed(shell: Any, command: str, distribution: str) -> None:
    if distribution in current().distributions:
        pytest.skip(f"{distribution} is installed")
    done = shell.smolagents(command, "--help")
    assert done.returncode == 2
    assert done.stderr == f"smolagents: error: {command} is a command of {distribution}: pip install {distribution}\n"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SMOLAGENTS_DISABLE_PLUGINS", "1", "SMOLAGENTS_DISABLE_PLUGINS switches all plugins off"),
        ("SMOLAGENTS_PLUGINS", "acme", "SMOLAGENTS_PLUGINS does not name its distribution"),
    ],
)
def test_switched_off(shell: Any, variable: str, value: str, said: str) -> None:
    shell.install("smolagents-tools-mcp", HOOKS, acme_mcp=SERVE)
    assert shell.smolagents("mcp", "serve").returncode == 7
    done = shell.smolagents("mcp", "serve", **{variable: value})
    assert (done.returncode, done.stdout) == (2, "")
    told = f"mcp is a command of smolagents-tools-mcp, which is installed, but {said}"
    assert done.stderr == f"smolagents: error: {told}\n"


@pytest.mark.parametrize("source", ["raise RuntimeError('no luck')", ""])
def test_broken_or_old(shell: Any, source: str) -> None:
    shell.install("smolagents-tools-mcp", HOOKS, acme_mcp=source)
    done = shell.smolagents("mcp", "serve")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "smolagents: error: mcp is a command of smolagents-tools-mcp, which is installed, but its version 1.0 does not "
        "offer it; to see why: smolagents plugins check smolagents-tools-mcp"
    )
    assert ("no luck" in done.stderr) == bool(source)
    assert "pip install" not in done.stderr
