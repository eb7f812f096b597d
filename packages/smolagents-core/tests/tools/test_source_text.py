"""What the source of a tool is: in a notebook, with type parameters, with strings of any lines."""

import asyncio
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from smolagents.tools import Tool
from smolagents.tools.source import get_source

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


def plain() -> int:
    return 1


def test_only_classes_and_functions_have_source() -> None:
    with pytest.raises(TypeError, match="Expected class or callable, got int"):
        get_source(3)
    assert get_source(plain) == "def plain() -> int:\n    return 1"


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
