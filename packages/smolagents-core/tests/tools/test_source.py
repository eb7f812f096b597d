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
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest
import smolagents
from hypothesis import given, settings, strategies as st
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


CELLS = [
    "",
    "%pip install x",
    "import math",
    "class Probe:\n    size = 1",
    "@str\ndef half(x):\n    return x / 2",
]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Look like an IPython session; returns its namespace."""

    class Shell:
        user_ns: dict[str, Any] = {"In": CELLS}

    ipython = ModuleType("IPython")
    ipython.get_ipython = Shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return Shell.user_ns


def test_source_in_a_notebook_is_that_of_the_cell(notebook: dict[str, Any]) -> None:
    probe = type("Probe", (), {"__module__": "a_notebook"})
    assert get_source(probe) == "class Probe:\n    size = 1"
    notebook["In"] = ["print()"]
    with pytest.raises(ValueError, match="Could not find source code for Probe in IPython history"):
        get_source(probe)
    notebook["In"] = [""]
    with pytest.raises(ValueError, match="No code cells found in IPython session"):
        get_source(probe)


def test_only_classes_and_functions_have_source() -> None:
    with pytest.raises(TypeError, match="Expected class or callable, got int"):
        get_source(3)
    assert get_source(area) == "def area(box: Box) -> float:\n    return box.width * box.height"


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
identifiers = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda name: f"{name}_".isidentifier())


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        identifiers.map("p_{}".format), st.tuples(st.sampled_from(["str", "int", "Any"]), literals), max_size=4
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
    literals,
    st.booleans(),
    st.sampled_from(["", "    ", "        ", "\x0c", "\u2028  ", "\x85"]),
)
def test_any_function_survives_the_round_trip(
    parameters: dict[str, tuple[str, Any]], text: str, value: Any, is_async: bool, indent: str
) -> None:
    description = " ".join(text.replace("\\", "/").replace('"', "'").split()) or "x"
    head = ", ".join(f"{name}: {kind} = {default!r}" for name, (kind, default) in parameters.items())
    arguments = "\n".join(f"        {name}: About {name}" for name in parameters)
    body = f'''
from smolagents import tool
from typing import Any

if True:
    @tool
    {"async " if is_async else ""}def probe({head}) -> Any:
        """Probe {description}

        Args:
    {textwrap.indent(arguments, "    ") if arguments else ""}
        """
        literal = """first
{indent}second"""
        return [literal, {value!r}, {", ".join(parameters)}]
'''
    module = ModuleType("generated_tool")
    filename = f"<generated {id(module)}>"
    import linecache

    linecache.cache[filename] = (len(body), None, body.splitlines(keepends=True), filename)
    vars(module).update(__file__=filename)
    sys.modules["generated_tool"] = module
    try:
        exec(compile(body, filename, "exec"), vars(module))
        original: Tool = module.probe
        saved = original.to_dict()
    finally:
        del sys.modules["generated_tool"], linecache.cache[filename]
    loaded = Tool.from_dict(saved)
    assert loaded.inputs == original.inputs
    assert loaded.description == original.description
    assert loaded.is_async is is_async
    results = [original(), loaded()]
    if is_async:
        results = [asyncio.run(result) for result in results]
    expected = [f"first\n{indent}second", value, *(default for _, default in parameters.values())]
    assert results == [expected, expected]
    assert loaded.to_dict() == saved


def test_saved_code_imports_from_the_public_package() -> None:
    assert smolagents.Tool is Tool
    assert "from smolagents import Tool\n" in rounded.to_dict()["code"]


def test_strings_of_indented_code_keep_their_lines() -> None:
    class Poet(Tool):
        name = "poet"
        description = "Writes."
        inputs = {}
        output_type = "string"
        verses = """one
    two
        three"""

        def forward(self) -> str:
            """Write.

            On lines.
            """
            return f"""{self.verses}
    four
five
"""

    loaded = Tool.from_dict(Poet().to_dict())
    assert loaded() == Poet()() == "one\n    two\n        three\n    four\nfive\n"
    assert loaded.forward.__doc__ is not None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are new in Python 3.12")
def test_generic_function_survives_the_round_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = '''
    from smolagents import tool

    @tool
    # a comment in between
    def first[T: (int, str)](
        items: list[int],  # some
    ) -> int:
        """Return the first.

        Args:
            items: Several
        """
        return items[0]
    '''
    (tmp_path / "generic_tools.py").write_text(textwrap.dedent(source))
    monkeypatch.syspath_prepend(str(tmp_path))
    import generic_tools  # type: ignore[import-not-found]

    try:
        assert Tool.from_dict(generic_tools.first.to_dict())([3, 4]) == 3
    finally:
        del sys.modules["generic_tools"]


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
