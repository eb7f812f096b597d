"""The kit finds faults: each of these executors has one, and fails the test that is about it."""

import io
import threading
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from smolagents import LocalPythonExecutor
from smolagents.errors import InterpreterError, SandboxError
from smolagents.executors import CodeOutput, PythonExecutor
from smolagents.remote_executors import ProcessExecutor
from smolagents_testing import ExecutorConformance
from smolagents_testing.executor_tools import Toolbox

ERRORS = (AssertionError, pytest.fail.Exception, NameError, ZeroDivisionError, InterpreterError, SandboxError)


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


class Kit(ExecutorConformance):
    executor_class: type[Any] = Wrapped
    patience_seconds = 0.1

    def make_executor(self, **options: Any) -> Any:
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


class GivesUpOnTools(Wrapped):
    def send_tools(self, tools: Mapping[str, Any]) -> None:
        super().send_tools({name: self.hasty(tool) for name, tool in tools.items()})

    @staticmethod
    def hasty(tool: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            begun = time.monotonic()
            value = tool(*args, **kwargs)
            if time.monotonic() - begun > 0.4:
                raise TimeoutError("the tool takes too long")
            return value

        return call


class LeavesThreads(Wrapped):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        threading.Thread(target=threading.Event().wait, daemon=True).start()


class InstallsNothing(Wrapped):
    def install_packages(self, additional_imports: list[str]) -> list[str]:
        return additional_imports


class HidesDeath(ProcessExecutor):
    def run_action(self, code: str) -> CodeOutput:
        try:
            return super().run_action(code)
        except InterpreterError as error:
            if "are gone" not in str(error):
                raise
            return super().run_action(code)


class ForgetsToolsWithItsWorker(ProcessExecutor):
    def _replace_worker(self) -> None:
        super()._replace_worker()
        self.set_tools({})


class NeverComesBack(ProcessExecutor):
    def start_worker(self) -> None:
        if self._has_state:
            raise SandboxError("one worker is all there is")
        super().start_worker()


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
        (GivesUpOnTools, "test_slow_tools", {}),
        (LeavesThreads, "test_leaves_no_threads", {}),
        (InstallsNothing, "test_installs_packages", {}),
        (HidesDeath, "test_worker_dies_between_actions", {}),
        (ForgetsToolsWithItsWorker, "test_worker_dies_in_the_middle_of_an_action", {}),
        (NeverComesBack, "test_worker_dies_between_actions", {}),
    ],
    ids=lambda value: getattr(value, "__name__", None) or (value if isinstance(value, str) else ""),
)
def test_the_kit_finds(executor_class: type[Any], test: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    kit = type("FaultyKit", (Kit,), {"executor_class": executor_class})()
    method = getattr(kit, test)
    wanted = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    toolbox = Toolbox()
    executor = kit.ready(toolbox)
    known = {"toolbox": toolbox, "executor": executor, "tmp_path": tmp_path, **arguments}
    with pytest.raises(ERRORS):
        method(**{name: known[name] for name in wanted})
    executor.cleanup()


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
