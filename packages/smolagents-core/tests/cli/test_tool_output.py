"""What plugins print stays out of the JSON of `smolagents tools`."""

import json
from typing import Any

import pytest

LOUD = """
print("at import")
from smolagents import Tool
from smolagents.hooks import hookimpl

@hookimpl
def register_tools(registry):
    print("at registering")
    registry.add("offered", LoudTool)

class LoudTool(Tool):
    name = "loud"
    description = "Prints."
    inputs = {}
    output_type = "string"

    def forward(self):
        print("at work")
        return "done"
"""


@pytest.fixture
def loud(shell: Any) -> Any:
    entry_points = "[smolagents.tools]\nloud = acme_loud:LoudTool\n[smolagents.hooks]\nacme = acme_loud\n"
    shell.install("acme-loud", entry_points, acme_loud=LOUD)
    return shell


def test_list(loud: Any) -> None:
    done = loud.smolagents("tools", "list", "--json")
    assert {"name": "loud", "from": "acme-loud", "installed": True} in json.loads(done.stdout)
    assert "at registering" in done.stderr


@pytest.mark.parametrize("name", ["loud", "offered"])
def test_call(loud: Any, name: str) -> None:
    done = loud.smolagents("tools", "call", name, "--json")
    assert (done.returncode, done.stdout) == (0, '"done"\n')
    assert "at import" in done.stderr
    assert "at work" in done.stderr


def test_without_json_a_tool_may_print(loud: Any) -> None:
    done = loud.smolagents("tools", "call", "loud")
    assert done.stdout.endswith("at work\ndone\n")


def test_one_who_registers_badly_is_left_out_and_named(shell: Any) -> None:
    source = LOUD.replace('"offered"', "None")
    shell.install("acme-loud", "[smolagents.hooks]\nacme = acme_loud\n", acme_loud=source)
    done = shell.smolagents("tools", "list")
    assert done.returncode == 0
    assert "plugin acme of acme-loud 1.0 failed in hook register_tools and is left out: " in done.stderr
