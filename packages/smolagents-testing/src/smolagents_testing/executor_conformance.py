"""The conformance kit for executors: subclass it, say how to make one, and pytest tells when you are done.

    class TestMyExecutor(ExecutorConformance):
        def make_executor(self, **options):
            return MyExecutor(**options)

The options are `additional_imports` (a list of modules) and `timeout_seconds`; each may be absent. What an executor
can't do by design it says in `lacks`, and the tests about that are skipped with its reason.
"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents import CodeAgent
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents.executors import CodeOutput

from smolagents_testing.executor_lifecycle import LifecycleTests
from smolagents_testing.executor_tools import FEATURES, PROGRAMS, RESULTS, Toolbox, needs
from smolagents_testing.scripted import ScriptedModel, code


class ExecutorConformance(LifecycleTests):
    """Check an executor against what agents rely on.

    Attributes:
        lacks: Names of `FEATURES` that the executor does not have, each with the reason.
    """

    @pytest.fixture(autouse=True)
    def skip_what_is_lacking(self, request: pytest.FixtureRequest) -> None:
        """Skip tests of features that the executor says it lacks."""
        unknown = self.lacks.keys() - FEATURES.keys()
        assert not unknown, f"`lacks` names no features of the kit: {sorted(unknown)}. Known: {sorted(FEATURES)}"
        feature = getattr(request.function, "feature", None)
        if "program" in request.fixturenames:
            feature = f"program: {request.getfixturevalue('program')}"
        if feature in self.lacks:
            pytest.skip(f"{feature}: {self.lacks[feature]}")

    # ---- results, state, prints

    @pytest.mark.parametrize("action", RESULTS, ids=lambda action: action[:20])
    def test_result_is_the_value_of_the_last_statement(self, executor: Any, action: str) -> None:
        """Values of all plain types come back with their types."""
        result = executor(action)
        assert isinstance(result, CodeOutput)
        assert result.output == RESULTS[action]
        assert type(result.output) is type(RESULTS[action])
        assert result.is_final_answer is False
        assert result.logs == ""

    @pytest.mark.parametrize("program", PROGRAMS)
    def test_runs_ordinary_programs(self, toolbox: Toolbox, program: str) -> None:
        """Python means what it means elsewhere."""
        executor = self.ready(toolbox, additional_imports=["dataclasses"])
        try:
            source, expected = PROGRAMS[program]
            assert executor(source).output == expected
        finally:
            executor.cleanup()

    def test_keeps_state_from_action_to_action(self, executor: Any) -> None:
        """Variables, functions, their changes and imports live on."""
        executor("import math\nnumbers = [1]\ndef twice(x):\n    return 2 * x * scale")
        executor("numbers.append(math.floor(2.5))\nscale = 10")
        assert executor("[numbers, twice(3)]").output == [[1, 2], 60]

    @needs("deletion")
    def test_names_can_be_deleted(self, executor: Any) -> None:
        """A name that was deleted is gone."""
        executor("numbers = [1]")
        executor("del numbers")
        with pytest.raises(InterpreterError, match="numbers"):
            executor("numbers")

    def test_captures_prints(self, executor: Any) -> None:
        """What an action prints is its logs, in order, and no other action's."""
        result = executor("print('a', 1, sep='-')\nfor i in range(2):\n    print(i, end=';')\nprint()\nprint('ż', [1])")
        assert result.logs == "a-1\n0;1;\nż [1]\n"
        assert result.output is None
        assert executor("x = 1").logs == ""

    def test_survives_a_flood_of_prints(self, executor: Any) -> None:
        """More output than anybody reads does no harm."""
        result = executor("for i in range(20_000):\n    print('x' * 100)\n'done'")
        assert result.output == "done"
        assert "xxx" in result.logs

    # ---- errors

    @pytest.mark.parametrize(
        ("action", "line", "source", "error"),
        [
            ("x = 1\ny = 0\nx / y", 3, "x / y", "ZeroDivisionError: division by zero"),
            ("def f():\n    return {}['k']\n\nf()", 2, "return {}['k']", "KeyError: 'k'"),
            ("\n\nraise ValueError('my words')", 3, "raise ValueError('my words')", "ValueError: my words"),
            ("a = 1\nassert a == 2, 'not two'", 2, "assert a == 2", "AssertionError: not two"),
            ("[1, 2][7]", 1, "[1, 2][7]", "IndexError: list index out of range"),
        ],
        ids=["top", "function", "raise", "assert", "first line"],
    )
    def test_error_says_what_and_where(self, executor: Any, action: str, line: int, source: str, error: str) -> None:
        """A failing action names the error, the line and the source of the line."""
        with pytest.raises(InterpreterError, match="Code execution failed at line") as caught:
            executor(action)
        assert error in str(caught.value)
        assert source in str(caught.value)
        assert re.search(rf"\bline {line}\b", str(caught.value))

    def test_unknown_name(self, executor: Any) -> None:
        """A misspelt name is an error that says so."""
        executor("result = 1")
        with pytest.raises(InterpreterError, match="reslut"):
            executor("reslut + 1")

    @pytest.mark.parametrize("action", ["x = 1\ny = = 2", "x = 1\nif True:\ny = 2", "x = 1\n'abc"])
    def test_syntax_error_names_the_line(self, executor: Any, action: str) -> None:
        """Code that is no Python does not run at all."""
        with pytest.raises(InterpreterError, match=r"Code parsing failed on line [23] due to: \w*Error"):
            executor(action)
        with pytest.raises(InterpreterError):
            executor("x")

    def test_failed_action_keeps_its_prints_and_its_state(self, executor: Any) -> None:
        """What was printed and assigned before the error is not lost, and the next action runs."""
        with pytest.raises(InterpreterError) as caught:
            executor("x = 1\nprint('so far')\nx = 2\n1 / 0\nx = 3\nprint('never')")
        assert getattr(caught.value, "logs", None) == "so far\n"
        result = executor("x")
        assert (result.output, result.logs) == (2, "")

    @pytest.mark.parametrize("action", ["raise SystemExit(3)", "raise KeyboardInterrupt", "raise BaseException('b')"])
    def test_no_exception_of_the_code_is_one_of_the_host(self, executor: Any, action: str) -> None:
        """Whatever the code raises arrives as an InterpreterError."""
        with pytest.raises(InterpreterError):
            executor(action)
        assert executor("1").output == 1

    # ---- imports

    def test_imports_what_is_authorised(self, toolbox: Toolbox) -> None:
        """Modules that were asked for can be imported, in every spelling."""
        executor = self.ready(toolbox, additional_imports=["json"])
        try:
            assert executor("import json\njson.dumps({'a': [1]})").output == '{"a": [1]}'
            assert executor("from json import loads as l\nl('[1]')").output == [1]
        finally:
            executor.cleanup()

    @needs("submodules")
    def test_imports_submodules_that_are_authorised(self, toolbox: Toolbox) -> None:
        """A package that was asked for with all that is in it is there with its modules."""
        executor = self.ready(toolbox, additional_imports=["xml.etree.*"])
        try:
            tree = "import xml.etree.ElementTree as ET\nET.fromstring('<a><b/></a>')[0].tag"
            assert executor(tree).output == "b"
        finally:
            executor.cleanup()

    @needs("import refusal")
    @pytest.mark.parametrize("action", ["import subprocess", "from os import path", "import math, socket"])
    def test_refuses_other_imports(self, executor: Any, action: str) -> None:
        """A refused import names the module and lists what is allowed."""
        with pytest.raises(InterpreterError, match=r"subprocess|os|socket") as caught:
            executor(action)
        assert "statistics" in str(caught.value)

    # ---- limits

    @needs("timeout")
    @pytest.mark.parametrize(
        "action",
        [
            "while True:\n    pass",
            "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
            "def f():\n    for _ in iter(int, 1):\n        pass\nf()",
        ],
        ids=["loop", "loop that catches everything", "endless iterator"],
    )
    def test_timeout_stops_the_code(self, toolbox: Toolbox, action: str) -> None:
        """The code is really stopped, the error says why, and the executor can be used again."""
        executor = self.ready(toolbox, timeout_seconds=1)
        try:
            with pytest.raises(ExecutionTimeoutError, match="1"):
                executor(f"print('begun')\n{action}")
            assert executor("print('again')\n1 + 1") == CodeOutput(2, "again\n", False)
            assert executor("add(1)").output == 3
        finally:
            executor.cleanup()

    @needs("interrupt")
    def test_interrupt_stops_the_code(self, executor: Any, toolbox: Toolbox) -> None:
        """Another thread can stop a running action."""
        with ThreadPoolExecutor(1) as thread:
            action = thread.submit(executor, "start()\nwhile True:\n    pass")
            assert toolbox.started.wait(300)
            executor.interrupt()
            with pytest.raises(InterpreterError):
                action.result(300)
        assert executor("1 + 1").output == 2

    # ---- variables

    def test_variables_of_the_host(self, executor: Any) -> None:
        """Variables reach the code with their types, replace earlier ones, and may be changed there."""
        variables = {"count": 3, "rows": [{"a": (1, 2)}], "names": {"x", "y"}, "raw": b"\0"}
        executor.send_variables(variables)
        assert executor("[count + 1, rows[0]['a'], sorted(names), raw]").output == [4, (1, 2), ["x", "y"], b"\0"]
        executor("count = 'changed'\nother = 1")
        executor.send_variables({"count": 5})
        assert executor("[count, other]").output == [5, 1]

    @needs("images")
    def test_images(self, executor: Any, toolbox: Toolbox) -> None:
        """Images cross in both directions."""
        image = pytest.importorskip("PIL.Image").new("RGB", (3, 2), "red")
        executor.send_variables({"picture": image})
        assert executor("picture.size").output == (3, 2)
        for back in (executor("keep(picture)").output, toolbox.received[0], executor("final_answer(picture)").output):
            assert (back.size, back.tobytes()) == (image.size, image.tobytes())

    @needs("arrays")
    def test_arrays(self, executor: Any, toolbox: Toolbox) -> None:
        """Arrays cross in both directions, with their types and shapes."""
        numpy = pytest.importorskip("numpy")
        array = numpy.arange(6, dtype="int16").reshape(2, 3)
        executor.send_variables({"table": array})
        assert executor("int(table.sum())").output == 15
        for back in (executor("keep(table * 2)").output, toolbox.received[0]):
            assert (back.dtype, back.tolist()) == (array.dtype, (array * 2).tolist())

    # ---- several, and their end

    def test_two_executors_at_once(self) -> None:
        """Each has its own variables, prints and tools, also while both run."""
        boxes = [Toolbox(), Toolbox()]
        executors = [self.ready(box) for box in boxes]
        both = threading.Barrier(2)

        def work(number: int) -> CodeOutput:
            both.wait(300)
            executors[number](f"mine = {number}")
            executors[number]("for i in range(200):\n    keep(mine)\n    print(mine, end='')")
            return executors[number]("print(mine)\n[mine] * 3")  # type: ignore[no-any-return]

        with ThreadPoolExecutor(2) as threads:
            results = list(threads.map(work, [0, 1]))
        for number, result in enumerate(results):
            assert (result.output, result.logs) == ([number] * 3, f"{number}\n")
            assert boxes[number].received == [number] * 200
            executors[number].cleanup()

    def test_cleanup_may_come_at_any_time(self, toolbox: Toolbox) -> None:
        """Before the first action, and twice; another executor goes on undisturbed."""
        unused, used, other = (self.ready(toolbox) for _ in range(3))
        unused.cleanup()
        used("x = 1")
        used.cleanup()
        used.cleanup()
        assert other("add(1)").output == 3
        other.cleanup()

    def test_serves_an_agent(self, toolbox: Toolbox) -> None:
        """An agent's run goes through: an action, an error that the model reads, and the answer."""
        executor = self.make_executor()
        model = ScriptedModel([code("x = add(1)\nprint('x is', x)"), code("x / 0"), code("final_answer(x * 2)")])
        with CodeAgent(tools=[toolbox.tools["add"]], model=model, executor=executor, verbosity_level=-1) as agent:
            result = agent.run("Add.", return_full_result=True)
        assert (result.output, result.state) == (6, "success")
        first, second = agent.memory.steps[1:3]
        assert first.observations.startswith("Execution logs:\nx is 3\n")  # type: ignore[attr-defined]
        assert "ZeroDivisionError" in str(second.error)  # type: ignore[attr-defined]
