"""What is Monty's own: its language, its limits, and what an agent's code means beyond it."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents import CodeAgent, Tool, tool
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError, SerializationError
from smolagents.executors import CodeOutput
from smolagents_exec_monty import MontyExecutor
from smolagents_testing import ScriptedModel, code
from smolagents_testing.executor_tools import Toolbox
from smolagents_testing.waiting import ended, until


@pytest.fixture
def executor() -> Iterator[MontyExecutor]:
    with MontyExecutor() as made:
        yield made


# ---- agents


def test_an_agent_runs_its_code_in_monty() -> None:
    helper_model = ScriptedModel([code("final_answer(task_text.upper())")])
    helper = CodeAgent([], helper_model, name="shout", description="Shouts.", executor_type="monty", verbosity_level=-1)
    helper.state["task_text"] = "hello"
    model = ScriptedModel(
        [
            code("import math\narea = round(math.pi * 2 ** 2, 2)\nprint('area', area)"),
            code("import statistics"),
            code("word = shout('Shout it.')\nfinal_answer([area, word])"),
        ]
    )
    with CodeAgent([], model, managed_agents=[helper], executor_type="monty", verbosity_level=-1) as agent:
        area, word = agent.run("How large?")
    assert area == 12.57
    assert "HELLO" in word
    first, second = agent.memory.steps[1:3]
    assert first.observations.startswith("Execution logs:\narea 12.57\n")
    assert "No module named 'statistics'" in str(second.error)
    assert 'executor_type="process"' in str(second.error)


def test_options_of_an_agent() -> None:
    model = ScriptedModel([code("while True:\n    pass"), code("final_answer('stopped')")])
    agent = CodeAgent([], model, executor_type="monty", executor_kwargs={"timeout_seconds": 0.2}, verbosity_level=-1)
    with agent:
        assert agent.run("Loop.") == "stopped"
    assert "maximum execution time of 0.2 seconds" in str(agent.memory.steps[1].error)


# ---- what the language lacks


@pytest.mark.parametrize(
    ("source", "line", "construct"),
    [
        ("x = 1\nclass A(ValueError):\n    pass", 2, "class inheritance"),
        ("def g():\n    yield 1\nlist(g())", 2, "yield"),
        ("x = 1\ndel x", 2, "'del' statement"),
    ],
)
def test_what_the_language_lacks_is_named(executor: MontyExecutor, source: str, line: int, construct: str) -> None:
    expected = rf"Code parsing failed on line {line} due to: Monty has no .*{construct}.*executor_type=\"process\""
    with pytest.raises(InterpreterError, match=expected):
        executor(source)
    assert executor("1 + 1").output == 2


@pytest.mark.parametrize("module", ["enum", "statistics", "queue", "string", "subprocess", "numpy"])
def test_modules_that_it_lacks_are_named(executor: MontyExecutor, module: str) -> None:
    with pytest.raises(InterpreterError, match=rf"line 'import {module}' .*No module named '{module}'.*\"process\""):
        executor(f"import {module}")
    with pytest.raises(InterpreterError, match=rf"Monty has no modules {module}\. .*\"process\""):
        MontyExecutor(["math", module])


def test_builtins_that_would_call_tools(executor: MontyExecutor) -> None:
    executor.send_tools(Toolbox().tools)
    with pytest.raises(InterpreterError, match=r"call add\(\) in a loop or a comprehension"):
        executor("list(map(add, [1, 2]))")
    assert executor("[add(n) for n in (1, 2)]").output == [3, 4]


# ---- tools


def test_many_calls_over_many_actions(executor: MontyExecutor) -> None:
    toolbox = Toolbox()
    executor.send_tools(toolbox.tools)
    for _ in range(3):
        executor("for i in range(1000):\n    keep(i)")
    assert toolbox.received == [*range(1000)] * 3


def test_an_error_of_a_tool_keeps_its_name(executor: MontyExecutor) -> None:
    class QuotaError(Exception):
        pass

    @tool
    def ask() -> str:
        """Ask."""
        raise QuotaError("enough for today")

    executor.send_tools({"ask": ask})
    with pytest.raises(InterpreterError, match=r"line 'ask\(\)' due to: QuotaError: enough for today") as caught:
        executor("x = 1\nask()")
    assert isinstance(caught.value.__cause__, QuotaError)


def test_what_ends_the_program_is_no_error_of_the_code(executor: MontyExecutor) -> None:
    @tool
    def stop() -> str:
        """Stop."""
        raise KeyboardInterrupt

    executor.send_tools({"stop": stop})
    with pytest.raises(KeyboardInterrupt):
        executor("try:\n    stop()\nexcept BaseException:\n    pass")
    assert executor("1 + 1").output == 2


def test_a_result_that_monty_does_not_know(executor: MontyExecutor) -> None:
    class Things(Tool):
        name, description, inputs, output_type = "things", "Gives things.", {}, "any"

        def forward(self) -> Any:
            return object()

    executor.send_tools({"things": Things()})
    with pytest.raises(InterpreterError, match="Cannot convert"):
        executor("things()")
    with pytest.raises(SerializationError, match=r"variable 'thing' of type 'object' can't be sent to Monty"):
        executor.send_variables({"fine": 1, "thing": object()})


# ---- what an agent's code means


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a, *b = range(3)", (0, 1, 2)),
        ("d = {}\nd['k'] = 5", 5),
        ("x: int = 3", 3),
        ("x = [1]\nx[0] += 2  # a comment", 3),
        ("s = 'zażółć'; t = s", "zażółć"),
        ("if True:\r\n    x = 1\r\nx = 2\r\n", 2),
    ],
)
def test_the_value_of_an_assignment(executor: MontyExecutor, source: str, value: Any) -> None:
    assert executor(source) == CodeOutput(value, "", False)


def test_awaited_tools(executor: MontyExecutor) -> None:
    executor.send_tools(Toolbox().tools)
    source = "ż = 'ż'; r = [await greet('Ann'), (await\n  greet('Bob'))]\nif r:\n    await greet(name='Eve')\nr"
    assert executor(source).output == ["Hello Ann", "Hello Bob"]


@pytest.mark.parametrize(
    "source",
    [
        "ż = 'ż'; final_answer = 42; print(final_answer)",
        "if True:\n    final_answer = 40\nfinal_answer += 2",
        "try:\n    final_answer(42)\n    print('never x')\nexcept:\n    print('x')",
    ],
)
def test_final_answers(executor: MontyExecutor, source: str) -> None:
    executor.send_tools(Toolbox().tools)
    result = executor(source)
    assert (result.output, result.is_final_answer) == (42, True)
    assert "x" not in result.logs
    assert executor("final_answer(1)") == CodeOutput(1, "", True)


@pytest.mark.parametrize(
    "source",
    [
        "if False:\n    final_answer = 1",
        "def f():\n    final_answer = 1\n    return final_answer\nx = f()",
        "x = final_answer",
    ],
)
def test_no_final_answers(executor: MontyExecutor, source: str) -> None:
    executor.send_tools(Toolbox().tools)
    assert executor(source).is_final_answer is False
    assert executor("final_answer(1)") == CodeOutput(1, "", True)


@pytest.mark.parametrize("source", ["(" * 5000, "x" + "[0]" * 5000 + " = 1", "-" * 100_000 + "1", "x = '\0'"])
def test_odd_source(executor: MontyExecutor, source: str) -> None:
    with pytest.raises(InterpreterError):
        executor(source)
    assert executor("1 + 1").output == 2


def test_errors_show_the_way_through_the_code(executor: MontyExecutor) -> None:
    executor("def outer(n):\n    return inner(n)\ndef inner(n):\n    return 1 / n")
    with pytest.raises(InterpreterError) as caught:
        executor("x = 1\nouter(0)")
    assert str(caught.value) == (
        "Code execution failed at line 'outer(0)' due to: ZeroDivisionError: division by zero\n"
        "  line 2: outer(0)\n  line 2, in outer: return inner(n)\n  line 4, in inner: return 1 / n"
    )


def test_deep_recursion_shows_both_ends(executor: MontyExecutor) -> None:
    with pytest.raises(InterpreterError, match="RecursionError") as caught:
        executor("def f(n):\n    return f(n + 1)\nf(0)")
    assert len(str(caught.value).splitlines()) == 7


# ---- limits and ends


def test_memory(executor: MontyExecutor) -> None:
    with MontyExecutor(memory_bytes=50_000_000) as small:
        small.send_variables({"given": 1})
        small("mine = 1")
        with pytest.raises(InterpreterError, match=r"MemoryError: .*50,000,000 bytes.* are gone"):
            small("x = []\nwhile True:\n    x.append('x' * 1000)")
        assert small("given").output == 1
        with pytest.raises(InterpreterError, match="mine"):
            small("mine")


def test_time_in_tools_does_not_count() -> None:
    with MontyExecutor(timeout_seconds=0.5) as executor:
        executor.send_tools({"wait": lambda: time.sleep(1)})
        assert executor("wait()\n'done'").output == "done"
        with pytest.raises(ExecutionTimeoutError, match=r"0\.5 seconds.* are gone"):
            executor("while True:\n    pass")


def test_errors_that_only_look_like_limits(executor: MontyExecutor) -> None:
    executor("mine = 1")
    for name in ("TimeoutError", "MemoryError"):
        with pytest.raises(InterpreterError, match=f"{name}: my own"):
            executor(f"raise {name}('my own')")
    assert executor("mine").output == 1


def test_prints_are_cut() -> None:
    with MontyExecutor(max_print_outputs_length=10) as executor:
        logs = executor("for i in range(1000):\n    print(i)").logs
    assert logs.startswith("0\n1\n2\n3\n4\n\n..._This content has been truncated to stay below 10 characters")


def test_an_action_inside_an_action(executor: MontyExecutor) -> None:
    executor.send_tools({"nested": lambda: executor("1")})
    with pytest.raises(InterpreterError, match="running already"):
        executor("nested()")


def test_interrupting_what_does_not_run(executor: MontyExecutor) -> None:
    executor("mine = 1")
    executor.interrupt()
    assert executor("mine").output == 1


def test_interrupting_while_a_tool_runs(executor: MontyExecutor) -> None:
    executor.send_tools({"stop": executor.interrupt})
    with pytest.raises(InterpreterError, match=r"The code was interrupted\. .*are gone"):
        executor("stop()\nwhile True:\n    pass")


def test_the_process_dies_before_variables_are_sent(executor: MontyExecutor) -> None:
    executor("x = 1")
    os.kill(executor._worker.pid, 9)
    with pytest.raises(SandboxError, match="has ended"):
        executor.send_variables({"given": 1})
    assert executor("2").output == 2


def test_no_process_outlives_its_executor() -> None:
    executors = [MontyExecutor(), MontyExecutor()]
    for executor in executors:
        executor("1")
    first, second = (executor._worker.pid for executor in executors)
    executors[0].cleanup()
    until(lambda: ended(first))
    assert not ended(second)
    del executor, executors
    gc.collect()
    until(lambda: ended(second))


@pytest.mark.parametrize("last", ["", "1 / 0", "import os\nos.kill(os.getpid(), 9)"], ids=["end", "error", "killed"])
def test_no_process_outlives_the_program(last: str) -> None:
    program = (
        "from smolagents_exec_monty import MontyExecutor\n"
        "executor = MontyExecutor()\nexecutor('1')\nprint(executor._worker.pid, flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", program + last], capture_output=True, text=True, timeout=300)
    until(lambda: ended(int(done.stdout)))
    assert "Exception ignored" not in done.stderr


def test_many_at_once() -> None:
    def work(number: int) -> Any:
        with MontyExecutor() as executor:
            executor(f"mine = {number}")
            return executor("mine * 2").output

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(16))) == [2 * n for n in range(16)]


def test_a_new_session_has_the_same_settings(executor: MontyExecutor) -> None:
    executor("mine = 1")
    with MontyExecutor(["json"], timeout_seconds=7, memory_bytes=10**8).new_session() as other:
        assert (other.timeout_seconds, other.memory_bytes, other.additional_imports) == (7, 10**8, ["json"])
        with pytest.raises(InterpreterError, match="mine"):
            other("mine")
