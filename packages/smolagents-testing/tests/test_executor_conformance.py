"""The kit finds faults: each of these executors has one, and fails the test that is about it."""

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

import pytest
from smolagents import LocalPythonExecutor
from smolagents.errors import InterpreterError
from smolagents.executors import CodeOutput, PythonExecutor
from smolagents_testing import ExecutorConformance
from smolagents_testing.executor_tools import Toolbox

ERRORS = (AssertionError, pytest.fail.Exception, NameError, ZeroDivisionError, InterpreterError)


class Wrapped(PythonExecutor):
    """A sound executor, for others to spoil."""

    def __init__(self, additional_imports: Any = (), **options: Any) -> None:
        self.inner = LocalPythonExecutor(list(additional_imports), **options)

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        self.inner.send_tools(dict(tools))

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        self.inner.send_variables(dict(variables))

    def __call__(self, code_action: str) -> CodeOutput:
        return self.inner(code_action)

    def interrupt(self) -> None:
        self.inner.interrupt()


class WrappedKit(ExecutorConformance):
    executor_class: type[Wrapped] = Wrapped

    def make_executor(self, **options: Any) -> Wrapped:
        return self.executor_class(**options)


class ForgetsState(Wrapped):
    def __call__(self, code_action: str) -> CodeOutput:
        tools = self.tools
        self.inner = LocalPythonExecutor([])
        self.inner.send_tools(tools)
        return self.inner(code_action)

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        self.tools = dict(tools)


class TextResults(Wrapped):
    def __call__(self, code_action: str) -> CodeOutput:
        result = super().__call__(code_action)
        return CodeOutput(str(result.output), result.logs, result.is_final_answer)


class KeepsOldPrints(Wrapped):
    logs = ""

    def __call__(self, code_action: str) -> CodeOutput:
        result = super().__call__(code_action)
        self.logs += result.logs
        return CodeOutput(result.output, self.logs, result.is_final_answer)


class LosesPrintsOfFailures(Wrapped):
    def __call__(self, code_action: str) -> CodeOutput:
        try:
            return super().__call__(code_action)
        except InterpreterError as error:
            raise InterpreterError(str(error)) from error


class HidesTheLine(Wrapped):
    def __call__(self, code_action: str) -> CodeOutput:
        try:
            return super().__call__(code_action)
        except InterpreterError as error:
            raise InterpreterError(str(error).rpartition(" due to: ")[2].splitlines()[0]) from error


class PlainExec(Wrapped):
    """What many write first."""

    def __init__(self, **options: Any) -> None:
        self.state: dict[str, Any] = {}

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        self.state.update(tools)

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        self.state.update(variables)

    def __call__(self, code_action: str) -> CodeOutput:
        with redirect_stdout(io.StringIO()) as logs:
            exec(code_action, self.state)
        return CodeOutput(None, logs.getvalue(), False)


class IgnoresInterrupts(Wrapped):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"timeout_seconds": 2, **options})

    def interrupt(self) -> None:
        pass

    def __call__(self, code_action: str) -> CodeOutput:
        from smolagents.errors import ExecutionTimeoutError

        try:
            return super().__call__(code_action)
        except ExecutionTimeoutError:
            return CodeOutput(None, "", False)


class AnswersAreNoEnd(Wrapped):
    def __call__(self, code_action: str) -> CodeOutput:
        result = super().__call__(code_action)
        return CodeOutput(result.output, result.logs, False)


class ShareEverything(Wrapped):
    common = LocalPythonExecutor([])

    def __init__(self, **options: Any) -> None:
        self.inner = self.common


class ImportsAnything(Wrapped):
    def __init__(self, additional_imports: Any = (), **options: Any) -> None:
        super().__init__(["*"], **options)


@pytest.mark.parametrize(
    ("executor_class", "test", "arguments"),
    [
        (ForgetsState, "test_keeps_state_from_action_to_action", {}),
        (TextResults, "test_result_is_the_value_of_the_last_statement", {"action": "1 + 1"}),
        (KeepsOldPrints, "test_captures_prints", {}),
        (LosesPrintsOfFailures, "test_failed_action_keeps_its_prints_and_its_state", {}),
        (HidesTheLine, "test_what_a_tool_raises_fails_the_action", {}),
        (PlainExec, "test_unknown_name", {}),
        (PlainExec, "test_result_is_the_value_of_the_last_statement", {"action": "x = 5"}),
        (PlainExec, "test_final_answer_ends_the_action", {"action": "final_answer(42)"}),
        (IgnoresInterrupts, "test_interrupt_stops_the_code", {}),
        (AnswersAreNoEnd, "test_final_answer_ends_the_action", {"action": "final_answer = 42"}),
        (ShareEverything, "test_two_executors_at_once", {}),
        (ImportsAnything, "test_refuses_other_imports", {"action": "import subprocess"}),
    ],
    ids=lambda value: getattr(value, "__name__", None) or (value if isinstance(value, str) else ""),
)
def test_the_kit_finds(executor_class: type[Wrapped], test: str, arguments: dict[str, Any]) -> None:
    kit = type("Kit", (WrappedKit,), {"executor_class": executor_class})()
    method = getattr(kit, test)
    wanted = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    toolbox = Toolbox()
    known = {"toolbox": toolbox, "executor": kit.ready(toolbox), **arguments}
    with pytest.raises(ERRORS):
        method(**{name: known[name] for name in wanted})


pytest_plugins = ["pytester"]
LACKING = """
from smolagents import LocalPythonExecutor
from smolagents_testing import ExecutorConformance

class TestMine(ExecutorConformance):
    lacks = {lacks}

    def make_executor(self, additional_imports=(), **options):
        return LocalPythonExecutor(list(additional_imports), **options)
"""


def test_what_an_executor_lacks_is_skipped_with_its_reason(pytester: pytest.Pytester) -> None:
    lacks = {"interrupt": "it has no second thread", "program: match": "its Python is a small one"}
    pytester.makepyfile(LACKING.format(lacks=lacks))
    result = pytester.runpytest_subprocess("-rs", "-k", "interrupt or ordinary", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()
    assert outcomes["skipped"] == 2
    assert outcomes["passed"] > 10
    result.stdout.fnmatch_lines_random(
        ["*interrupt: it has no second thread*", "*program: match: its Python is a small one*"]
    )


def test_what_the_kit_does_not_know_cannot_be_lacking(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LACKING.format(lacks={"speed": "it is slow"}))
    result = pytester.runpytest_subprocess("-k", "captures", "-p", "no:cacheprovider")
    assert result.parseoutcomes()["errors"] == 1
    result.stdout.fnmatch_lines(["*names no features of the kit: ?'speed'?*"])


def test_a_kit_without_executor_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"make_executor\(\*\*options\)"):
        ExecutorConformance().make_executor()
