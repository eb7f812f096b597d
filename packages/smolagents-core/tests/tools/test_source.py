"""A tool becomes code that stands alone, and that code becomes the same tool again."""

import asyncio
import dataclasses
import json
import math
import subprocess
import sys
import textwrap
import xml.dom.minidom
import xml.etree.ElementTree
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import smolagents
from smolagents.default_tools import FinalAnswerTool, UserInputTool
from smolagents.tools import Tool, get_tools_definition_code, tool
from smolagents.tools.source import get_source

CONSTANT = 3
LETTER = """Dear {name},
    this line is indented
and this one is not
"""


@dataclasses.dataclass
class Box:
    width: float
    height: float = 2.0


def area(box: Box) -> float:
    return box.width * box.height


@tool
def rounded(value: float, digits: int = 0, mode: Literal["up", "down"] = "up") -> float:
    """Round a number – “properly” 🎯.

    Args:
        value: The "number"
        digits: How many digits
        mode: Where to
    """
    return (math.ceil if mode == "up" else math.floor)(value * 10**digits) / 10**digits


@tool
async def later(text: str) -> str:
    """Answer later.

    Args:
        text: What to answer
    """
    await asyncio.sleep(0)
    return text


@tool
def measure(box: Box, scale: float | None = None) -> float:
    """Measure a box.

    Args:
        box: The box
        scale: The scale
    """
    return area(box) * (scale or 1)


@tool
@lru_cache(maxsize=4)
def root(value: float) -> float:
    """Take the root.

    Args:
        value: The number
    """
    return float(np.sqrt(value))


@tool
def letter(name: str) -> str:
    """Write a letter.

    Args:
        name: To whom
    """
    return f"""Dear {name},
    this line is indented
and this one is not
"""


class Parser(Tool):
    """Parse documents.

    Spread over lines.
    """

    name = "parser"
    description = 'Parses "XML"\nand more.'
    inputs = {"text": {"type": "string", "description": "The text"}}
    output_type = "string"
    limits = {"depth": [1, 2, -3]}

    def __init__(self, strict: bool = True, *, tag: str = "a") -> None:
        super().__init__()
        self.strict = strict
        self.tag = tag

    def setup(self) -> None:
        self.ready = True

    @property
    def shown(self) -> str:
        return self.tag.upper()

    @staticmethod
    def first(text: str) -> str:
        return xml.etree.ElementTree.fromstring(text).tag

    def forward(self, text: str) -> str:
        xml.dom.minidom.parseString(text)
        return f"{self.shown}:{self.first(text)}:{self.ready}"


class SpecialParser(Parser):
    name = "special_parser"

    def forward(self, text: str) -> str:
        return "special " + super().forward(text)


ROUND_TRIPS = [
    (rounded, {"value": 1.25, "digits": 1}, 1.3),
    (measure, {"box": {"width": 2}, "scale": 2}, 8.0),
    (root, {"value": 4.0}, 2.0),
    (letter, {"name": "Ada"}, LETTER.format(name="Ada")),
    (Parser(), {"text": "<p/>"}, "A:p:True"),
    (SpecialParser(), {"text": "<p/>"}, "special A:p:True"),
    (FinalAnswerTool(), {"answer": [1]}, [1]),
]


@pytest.mark.parametrize(("original", "arguments", "result"), ROUND_TRIPS, ids=lambda value: getattr(value, "name", ""))
def test_loaded_tool_is_the_same_tool(original: Tool, arguments: dict[str, Any], result: Any) -> None:
    saved = json.loads(json.dumps(original.to_dict()))
    loaded = Tool.from_dict(saved)
    assert loaded(**arguments) == original(**arguments) == result
    for attribute in ("name", "description", "inputs", "output_type", "output_schema", "is_async", "sequential"):
        assert getattr(loaded, attribute) == getattr(original, attribute)
    assert type(loaded).__name__ == type(original).__name__
    assert loaded.to_dict() == saved, "saving again changes nothing"


def test_async_tool_stays_async() -> None:
    loaded = Tool.from_dict(later.to_dict())
    assert loaded.is_async
    assert asyncio.run(loaded("x")) == "x"


@pytest.mark.parametrize(("original", "arguments", "result"), ROUND_TRIPS, ids=lambda value: getattr(value, "name", ""))
def test_code_runs_in_another_process(original: Tool, arguments: dict[str, Any], result: Any, tmp_path: Path) -> None:
    original.save(tmp_path)
    program = f"from tool import {type(original).__name__} as T; import json; print(json.dumps(T()(**{arguments!r})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == result


def test_code_of_a_function_tool() -> None:
    assert (
        rounded.to_dict()["code"]
        == '''from smolagents import Tool
from typing import Any, Optional
import math
from typing import Literal

class SimpleTool(Tool):
    name = "rounded"
    description = "Round a number – “properly” 🎯."
    inputs = {'value': {'type': 'number', 'description': 'The "number"'}, \
'digits': {'type': 'integer', 'description': 'How many digits', 'nullable': True}, \
'mode': {'type': 'string', 'description': 'Where to', 'enum': ['up', 'down'], 'nullable': True}}
    output_type = "number"

    def forward(self, value: float, digits: int = 0, mode: Literal["up", "down"] = "up") -> float:
        """Round a number – “properly” 🎯.

        Args:
            value: The "number"
            digits: How many digits
            mode: Where to
        """
        return (math.ceil if mode == "up" else math.floor)(value * 10**digits) / 10**digits
'''
    )


def test_source_is_kept_on_the_class_and_its_forward() -> None:
    source = get_source(type(rounded))
    assert source.startswith("class SimpleTool(Tool):\n")
    assert get_source(type(rounded).forward).startswith("def forward(self, value: float")


def test_saved_folder_has_code_app_and_requirements(tmp_path: Path) -> None:
    root.save(tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert {path.name for path in folder.iterdir()} == {"tool.py", "app.py", "requirements.txt"}
    assert (folder / "tool.py").read_text("utf-8") == root.to_dict()["code"]
    assert (folder / "requirements.txt").read_text("utf-8").split() == [
        "numpy",
        "smolagents-core",
        "smolagents-ui-gradio",
    ]
    assert (folder / "app.py").read_text("utf-8") == (
        "from smolagents import launch_gradio_demo\n"
        "from tool import SimpleTool\n"
        "\n"
        "tool = SimpleTool()\n"
        "launch_gradio_demo(tool)\n"
    )


def test_saved_folder_without_app_has_the_code_alone(tmp_path: Path) -> None:
    root.save(tmp_path, tool_file_name="root", make_gradio_app=False)
    assert [path.name for path in tmp_path.iterdir()] == ["root.py"]


def test_requirements_are_the_packages_that_the_code_imports() -> None:
    assert root.to_dict()["requirements"] == ["numpy", "smolagents"]
    assert Parser().to_dict()["requirements"] == ["smolagents"]
    assert list(root.to_dict()) == ["name", "code", "requirements"]


def test_output_schema_is_saved() -> None:
    described = FinalAnswerTool()
    described.output_schema = {"type": "object"}
    saved = described.to_dict()
    assert saved["output_schema"] == {"type": "object"}
    assert Tool.from_dict(saved).output_schema == {"type": "object"}


@pytest.mark.parametrize("original", [Parser(), Tool.from_dict(rounded.to_dict())], ids=["class", "loaded"])
def test_changes_of_the_instance_are_saved(original: Tool) -> None:
    original.name = "renamed"
    original.description = "Does 'something' else."
    original.sequential = True
    loaded = Tool.from_dict(original.to_dict())
    assert (loaded.name, loaded.description, loaded.sequential) == ("renamed", "Does 'something' else.", True)
    assert loaded.to_dict() == original.to_dict()


def test_constructor_arguments_reach_the_loaded_tool() -> None:
    assert Tool.from_code(Parser().to_dict()["code"], tag="b")(text="<q/>") == "B:q:True"


def test_first_class_of_several_is_loaded() -> None:
    code = textwrap.dedent(
        """
        from smolagents import Tool

        class Base(Tool):
            description = "d"
            inputs = {}
            output_type = "string"

            def forward(self):
                return self.name

        class Zebra(Base):
            name = "zebra"

        class Yak(Base):
            name = "yak"
        """
    )
    assert Tool.from_code(code)() == "yak"


def test_error_in_loaded_code_shows_its_line() -> None:
    code = FinalAnswerTool().to_dict()["code"].replace("return answer", "return answer.nothing")
    with pytest.raises(AttributeError) as caught:
        Tool.from_code(code)(3)
    assert str(caught.traceback[-1].statement).strip() == "return answer.nothing"


def test_definitions_for_an_interpreter_without_smolagents() -> None:
    tools = {made.name: made for made in (rounded, letter, Parser(), UserInputTool())}
    code = get_tools_definition_code(tools)
    check = (
        "import sys\n"
        "print(rounded(1.5), letter('A')[:4], parser(text='<p/>'), user_input.name, 'smolagents' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code + check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2.0", "Dear", "A:p:True", "user_input", "False"]


def test_saved_code_imports_from_the_public_package() -> None:
    assert smolagents.Tool is Tool
    assert "from smolagents import Tool\n" in rounded.to_dict()["code"]
