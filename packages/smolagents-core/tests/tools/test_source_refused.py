"""Code that can't stand alone is refused, and so is code that is no tool."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from smolagents.default_tools import FinalAnswerTool
from smolagents.tools import Tool, tool

CONSTANT = 3


def test_name_from_outside_is_refused() -> None:
    @tool
    def triple(value: int) -> int:
        """Triple.

        Args:
            value: The number
        """
        return CONSTANT * value

    with pytest.raises(ValueError, match="SimpleTool validation failed for triple:\n- Name 'CONSTANT' is undefined"):
        triple.to_dict()


def test_local_import_from_outside_is_refused() -> None:
    import random as chance

    class Dice(Tool):
        name = "dice"
        description = "Throws a die."
        inputs = {}
        output_type = "integer"

        def throw(self) -> int:
            return chance.randint(1, 6)

        def forward(self) -> int:
            return self.throw()

    with pytest.raises(ValueError, match="'chance' is undefined"):
        Dice().to_dict()


def test_constructor_that_needs_an_object_is_refused(tmp_path: Path) -> None:
    class Client(Tool):
        name = "client"
        description = "Asks a server."
        inputs = {"question": {"type": "string", "description": "q"}}
        output_type = "string"

        def __init__(self, url: Path) -> None:
            super().__init__(self)
            self.url = url

        def forward(self, question: str) -> str:
            return f"{self.url} {question}"

    with pytest.raises(
        ValueError, match="Parameters in __init__ must have default values, found required parameters: url"
    ):
        Client(Path("here")).save(tmp_path)


def test_tool_that_stands_for_another_object_is_refused() -> None:
    class SpaceTool(FinalAnswerTool):
        serializable = False

    with pytest.raises(ValueError, match=r"Cannot save the tool 'final_answer'.*from_space"):
        SpaceTool().to_dict()


def test_function_without_source_is_refused() -> None:
    namespace: dict[str, Any] = {}
    exec('def ping() -> str:\n    """Ping."""\n    return "pong"', namespace)
    ping = tool(namespace["ping"])
    assert ping() == "pong"
    with pytest.raises(ValueError, match=r"There is no source of .*define it in a file"):
        ping.to_dict()


def test_code_without_tool_is_refused() -> None:
    with pytest.raises(ValueError, match="No Tool subclass found"):
        Tool.from_code("from smolagents import Tool, FinalAnswerTool\nx = 1")
    with pytest.raises(ValueError, match="must contain 'code'"):
        Tool.from_dict({"name": "x"})


def test_code_that_imports_a_part_of_what_only_this_process_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "acme_made", ModuleType("acme_made"))
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'acme_made\.part'; 'acme_made' is not a package$"):
        Tool.from_code(f"{FinalAnswerTool().to_dict()['code']}\nimport acme_made.part")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import no_such_package.part", r"No module named 'no_such_package'.* pip install no_such_package$"),
        ("from wikipediaapi import Wikipedia", r"wikipediaapi.*pip install wikipedia-api$"),
        ("import json.no_such_part", r"^No module named 'json.no_such_part'$"),
        ("raise ModuleNotFoundError('mine')", "^mine$"),
    ],
)
def test_code_that_imports_what_is_missing_says_what_to_install(line: str, said: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=said):
        Tool.from_code(f"{FinalAnswerTool().to_dict()['code']}\n{line}")
