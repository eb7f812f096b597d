"""The part of the conformance kit for executors that is about tools and the final answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from smolagents import FinalAnswerTool
from smolagents.errors import InterpreterError
from smolagents.executors import CodeOutput

from smolagents_testing.executor_tools import Toolbox, needs


class CallTests:
    """Check what an executor's code can call in the host."""

    lacks: ClassVar[dict[str, str]] = {}

    def make_executor(self, **options: Any) -> Any:
        """Return a new executor with these options."""
        raise NotImplementedError(f"{type(self).__name__} must define make_executor(**options).")

    @pytest.fixture
    def toolbox(self) -> Toolbox:
        """Return the tools that the executor is given."""
        return Toolbox()

    @pytest.fixture
    def executor(self, toolbox: Toolbox) -> Iterator[Any]:
        """Return an executor that has its tools."""
        made = self.ready(toolbox)
        yield made
        made.cleanup()

    def ready(self, toolbox: Toolbox, **options: Any) -> Any:
        """Return a new executor that has its tools, as an agent prepares it."""
        executor = self.make_executor(**options)
        executor.send_variables({})
        executor.send_tools(toolbox.tools)
        return executor

    # ---- tools

    @pytest.mark.parametrize(
        ("action", "expected"),
        [
            ("add(1)", 3),
            ("add(1, 5)", 6),
            ("add(1, b=5)", 6),
            ("add(b=5, a=1)", 6),
            ("[add(n, n) for n in range(3)]", [0, 2, 4]),
            ("def f():\n    return add(1, 1)\nmap_ = {'f': f}\nmap_['f']()", 2),
        ],
    )
    def test_calls_tools(self, executor: Any, action: str, expected: Any) -> None:
        """Tools are functions: positional and keyword arguments, defaults, calls from anywhere."""
        assert executor(action).output == expected

    @needs("tools as callbacks")
    @pytest.mark.parametrize("action", ["list(map(add, [1, 2], [3, 4]))", "sorted([6, 4], key=add)"])
    def test_builtins_call_tools(self, executor: Any, action: str) -> None:
        """Functions of Python's own can be given tools to call."""
        assert executor(action).output == [4, 6]

    @needs("async tools")
    @pytest.mark.parametrize("action", ["greet('Ann')", "greet(name='Ann')", "await greet('Ann')"])
    def test_calls_async_tools(self, executor: Any, action: str) -> None:
        """The code gets an async tool's result, whether it awaits it or not."""
        assert executor(action).output == "Hello Ann"

    def test_tools_run_in_the_host(self, executor: Any, toolbox: Toolbox) -> None:
        """Arguments reach the host's own tool with their types, and its results come back with theirs."""
        values = [None, True, 1, 0.5, "x", [1, (2, 3)], {"a": {1: {2}}}, b"\0"]
        for value in values:
            assert executor(f"keep({value!r})").output == value
            assert executor(f"keep({value!r}) == {value!r}").output is True
        assert toolbox.received == [value for value in values for _ in range(2)]
        assert repr(toolbox.received[-3]) == repr(values[-2])

    @pytest.mark.parametrize("tool", ["fail", pytest.param("fail_later", marks=pytest.mark.filterwarnings("default"))])
    def test_code_can_catch_what_a_tool_raises(self, executor: Any, tool: str) -> None:
        """A tool's exception is one that the code can catch, with its text."""
        if tool == "fail_later" and "async tools" in self.lacks:
            pytest.skip(self.lacks["async tools"])
        result = executor(f"try:\n    {tool}('no luck')\nexcept Exception as error:\n    text = str(error)\ntext")
        assert "no luck" in result.output

    def test_what_a_tool_raises_fails_the_action(self, executor: Any) -> None:
        """An exception of a tool that the code does not catch says which line called it."""
        with pytest.raises(InterpreterError, match="no luck") as caught:
            executor("x = 1\nfail(message='no luck')")
        assert re.search(r"\bline 2\b", str(caught.value))

    def test_wrong_arguments_are_an_error_of_the_code(self, executor: Any) -> None:
        """A call that the tool can't take fails like any other call."""
        with pytest.raises(InterpreterError, match="colour"):
            executor("add(1, colour='red')")
        assert executor("add(1)").output == 3

    def test_a_thousand_calls(self, executor: Any, toolbox: Toolbox) -> None:
        """Many calls in one action arrive in order, none is lost."""
        assert executor("for i in range(1000):\n    keep(i)\ni").output == 999
        assert toolbox.received == list(range(1000))

    # ---- final answer

    @pytest.mark.parametrize(
        "action",
        [
            "final_answer(42)",
            "final_answer(answer=42)",
            "def finish(x):\n    final_answer(x + 2)\nfinish(40)",
            "try:\n    final_answer(42)\nexcept Exception:\n    final_answer('caught')",
            "for i in range(100):\n    if i == 42:\n        final_answer(i)\n    keep(i)",
            "final_answer = 42",
        ],
        ids=["call", "keyword", "in a function", "inside try", "in a loop", "assignment"],
    )
    def test_final_answer_ends_the_action(self, executor: Any, action: str) -> None:
        """The answer ends the action at once, wherever it is given, and is marked as such."""
        result = executor(f"print('before')\n{action}\n")
        assert (result.output, result.is_final_answer, result.logs) == (42, True, "before\n")
        assert executor("1 + 1") == CodeOutput(2, "", False)

    def test_nothing_runs_after_the_final_answer(self, executor: Any, toolbox: Toolbox) -> None:
        """What comes after the answer is not done."""
        executor("final_answer([1, (2,)])\nkeep('after')")
        assert toolbox.received == []

    def test_final_answer_tool_of_the_program(self, toolbox: Toolbox) -> None:
        """An answer goes through the tool that bears the name."""

        class Loud(FinalAnswerTool):
            def forward(self, answer: Any) -> Any:
                return f"{answer}!"

        toolbox.tools["final_answer"] = Loud()
        executor = self.ready(toolbox)
        assert executor("final_answer('done')").output == "done!"
        executor.cleanup()
