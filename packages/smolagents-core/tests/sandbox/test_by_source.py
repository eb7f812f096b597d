"""Executors that bring their own way to run code, as programs have written them, get tools and variables as source."""

import contextlib
import io
from typing import Any

import pytest
from smolagents import CodeAgent, FinalAnswerTool, tool
from smolagents.errors import AgentExecutionError, SerializationError
from smolagents.executors import CodeOutput
from smolagents.remote_executors import RemotePythonExecutor
from smolagents.serialization import SafeSerializer
from smolagents_testing import ScriptedModel
from smolagents_testing.scripted import code


class Notebook(RemotePythonExecutor):
    """A kernel that has no smolagents."""

    def __init__(self, additional_imports: list[str], logger: Any = None, **options: Any) -> None:
        super().__init__(additional_imports, logger, **options)
        self.namespace: dict[str, Any] = {"__name__": "kernel"}
        self.sources: list[str] = []
        self.installed_packages = self.install_packages(additional_imports)

    def run_code_raise_errors(self, code: str) -> CodeOutput:
        self.sources.append(code)
        if code.startswith("!pip install"):
            return CodeOutput(None, "Successfully installed", False)
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(code, self.namespace)
        except BaseException as error:
            if type(error).__name__ == self.FINAL_ANSWER_EXCEPTION:
                return CodeOutput(SafeSerializer.loads(str(error)), printed.getvalue(), True)
            raise AgentExecutionError(f"{printed.getvalue()}\n{error}") from error
        return CodeOutput(None, printed.getvalue(), False)


@tool
def area(radius: float) -> float:
    """Return the area of a circle.

    Args:
        radius: The radius.
    """
    import math

    return math.floor(math.pi * radius**2)


def test_an_agent_runs_in_it() -> None:
    model = ScriptedModel([code("1 / 0"), code("x = area(radius=n)\nprint('area', x)"), code("final_answer((x, 'm'))")])
    agent = CodeAgent(tools=[area], model=model, executor=Notebook([]), verbosity_level=-1)
    assert agent.run("Compute.", additional_args={"n": 2}) == (12, "m")
    assert "division by zero" in str(agent.memory.steps[1].error)  # type: ignore[attr-defined]
    assert "area 12" in agent.memory.steps[2].observations  # type: ignore[attr-defined]


def test_packages_are_installed_by_pip() -> None:
    executor = Notebook(["numpy", "pandas"])
    assert executor.sources == ["!pip install numpy pandas"]
    assert executor.installed_packages == ["numpy", "pandas"]


def test_what_tools_need_is_installed_once() -> None:
    @tool
    def shrink(picture: str) -> str:
        """Shrink a picture.

        Args:
            picture: Where it lies.
        """
        import PIL.Image

        return str(PIL.Image.open(picture))

    executor = Notebook([])
    executor.send_tools({"shrink": shrink})
    executor.send_tools({"shrink": shrink})
    assert [source for source in executor.sources if source.startswith("!pip")] == ["!pip install pillow"]


def test_replacing_the_method_on_one_executor_counts_too() -> None:
    executor = RemotePythonExecutor([], None)
    sources: list[str] = []
    executor.run_code_raise_errors = lambda code: sources.append(code) or CodeOutput(None, "", False)  # type: ignore
    executor.send_tools({"final_answer": FinalAnswerTool()})
    executor.send_variables({"x": {1, 2}})
    executor.send_variables({})
    assert len(sources) == 2
    namespace: dict[str, Any] = {}
    for source in sources:
        exec(source, namespace)
    assert namespace["x"] == {1, 2}
    with pytest.raises(BaseException, match="safe:5") as caught:
        namespace["final_answer"](5)
    assert type(caught.value).__name__ == executor.FINAL_ANSWER_EXCEPTION


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(SerializationError):
        Notebook([]).send_variables({"f": print})
