"""`plugins check` of tools whose constructor fails."""

from typing import Any

import pytest

TOOL = """
from smolagents import Tool
from smolagents.plugins import resolve

class Acme(Tool):
    name = "acme"
    description = "Counts letters."
    inputs = {"text": {"type": "string", "description": "The text."}}
    output_type = "integer"

    def __init__(self):
        BODY

    def forward(self, text: str) -> int:
        return len(text)
"""


def checked(site: Any, body: str) -> Any:
    site.add("acme-tool", "[smolagents.tools]\nAcme = acme_tool:Acme\n", acme_tool=TOOL.replace("BODY", body))
    return site.command("check", "acme-tool")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ImportError('get it: pip install acme[sdk]')", "ImportError: get it: pip install acme[sdk]"),
        ("resolve('MLXModel')", "pip install smolagents-models-mlx"),
    ],
)
def test_what_says_that_it_needs_more_is_no_problem(site: Any, body: str, said: str) -> None:
    done = checked(site, body)
    assert done.returncode == 0, done.stdout
    assert "  note     tools Acme: " in done.stdout
    assert said in done.stdout
    assert "ok " not in done.stdout


@pytest.mark.parametrize("body", ["import acme_gone", "from json import gone", "raise ValueError('odd')", "1 / 0"])
def test_what_fails_without_saying_so_is_a_problem(site: Any, body: str) -> None:
    done = checked(site, body)
    assert done.returncode == 1
    assert "  problem  tools Acme: " in done.stdout


def test_an_import_error_of_the_module_is_a_problem(site: Any) -> None:
    site.add("acme-tool", "[smolagents.tools]\nAcme = acme_tool:Acme\n", acme_tool="raise ImportError('get it')")
    assert site.command("check", "acme-tool").returncode == 1
