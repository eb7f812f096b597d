"""The tools of core, and the mapping that also names those of plugins."""

import io
import warnings
from typing import Any

import pytest
from smolagents import CodeAgent, plugins
from smolagents.agent_types import AgentText
from smolagents.default_tools import TOOL_MAPPING, FinalAnswerTool, PythonInterpreterTool, UserInputTool
from smolagents.errors import ExecutionTimeoutError, InterpreterError, MissingPluginError
from smolagents.tools import Tool
from smolagents_testing import ScriptedModel


def test_interpreter_returns_prints_and_value() -> None:
    tool = PythonInterpreterTool()
    assert tool("(2 / 2) * 4") == tool(code="(2 / 2) * 4") == "Stdout:\n\nOutput: 4.0"
    assert tool("print('hello')\n1 + 1") == "Stdout:\nhello\n\nOutput: 2"
    assert isinstance(tool("1", sanitize_inputs_outputs=True), AgentText)


def test_interpreter_starts_afresh_each_time() -> None:
    tool = PythonInterpreterTool()
    tool("x = 1")
    with pytest.raises(InterpreterError):
        tool("x")


def test_interpreter_imports_what_is_authorized() -> None:
    with pytest.raises(InterpreterError):
        PythonInterpreterTool()("import json")
    tool = PythonInterpreterTool(authorized_imports=["json"])
    assert tool("import json; json.dumps([1])").endswith("Output: [1]")
    assert "json" in tool.inputs["code"]["description"]
    assert "math" in tool.authorized_imports


def test_interpreter_stops_at_its_timeout() -> None:
    with pytest.raises(ExecutionTimeoutError):
        PythonInterpreterTool(timeout_seconds=1)("while True: pass")


def test_final_answer_is_passed_through() -> None:
    answer = {"a": object()}
    assert FinalAnswerTool()(answer) is answer
    assert FinalAnswerTool()(answer=3) == 3
    assert FinalAnswerTool.inputs["answer"]["type"] == FinalAnswerTool.output_type == "any"


def test_user_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("blue\n"))
    assert UserInputTool()("Which colour?") == "blue"
    assert capsys.readouterr().out.startswith("Which colour?")


def test_mapping_names_base_tools_without_importing_plugins() -> None:
    assert list(TOOL_MAPPING) == ["python_interpreter", "web_search", "visit_webpage"]
    assert len(TOOL_MAPPING) == 3
    assert "web_search" in TOOL_MAPPING
    assert "nothing" not in TOOL_MAPPING
    assert TOOL_MAPPING["python_interpreter"] is PythonInterpreterTool
    for name, cls in {"web_search": "DuckDuckGoSearchTool", "visit_webpage": "VisitWebpageTool"}.items():
        if plugins.available(cls):
            assert TOOL_MAPPING[name].__name__ == cls
        else:
            with pytest.raises(MissingPluginError, match="pip install smolagents-tools-web"):
                TOOL_MAPPING[name]
    with pytest.raises(KeyError):
        TOOL_MAPPING["nothing"]


@pytest.mark.parametrize("cls", [PythonInterpreterTool, FinalAnswerTool, UserInputTool])
def test_default_tools_survive_saving(cls: Any) -> None:
    saved = cls().to_dict()
    loaded = Tool.from_dict(saved)
    assert loaded.name == cls().name
    assert loaded.inputs == cls().inputs
    assert loaded.to_dict() == saved


def test_base_tools_are_those_that_are_installed() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        agent = CodeAgent(model=ScriptedModel([]), add_base_tools=True, verbosity_level=-1)
    said = [str(warning.message) for warning in caught]
    for name, cls in (("web_search", "DuckDuckGoSearchTool"), ("visit_webpage", "VisitWebpageTool")):
        if plugins.available(cls):
            assert type(agent.tools[name]).__name__ == cls
        else:
            assert name not in agent.tools
            assert any(name in text and "pip install smolagents-tools-web" in text for text in said)
