"""Core's own tools against the kit that is there for everybody's."""

import io
import sys

import pytest
from smolagents import FinalAnswerTool, PythonInterpreterTool, Tool, ToolCallingAgent, UserInputTool
from smolagents_testing import ScriptedModel, ToolConformance, tool_call


class TestFinalAnswerTool(ToolConformance):
    call_arguments = {"answer": "42"}

    def make_tool(self) -> FinalAnswerTool:
        return FinalAnswerTool()

    def test_is_called_by_a_tool_calling_agent(self, tool: Tool) -> None:
        """It is the one that ends the run."""
        model = ScriptedModel([tool_call("final_answer", **self.call_arguments)])
        agent = ToolCallingAgent(tools=[tool], model=model, verbosity_level=-1)
        assert agent.run("Call the tool.") == "42"


class TestPythonInterpreterTool(ToolConformance):
    call_arguments = {"code": "print(6 * 7)"}

    def make_tool(self) -> PythonInterpreterTool:
        return PythonInterpreterTool()


class TestUserInputTool(ToolConformance):
    call_arguments = {"question": "Shall I?"}

    @pytest.fixture(autouse=True)
    def person(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n" * 1000))

    def make_tool(self) -> UserInputTool:
        return UserInputTool()
