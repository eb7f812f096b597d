"""The process executor: its deadline, the death of its worker, what crosses, and its place in an agent."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents import CodeAgent, LocalPythonExecutor, plugins, tool
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError, SerializationError
from smolagents.remote_executors import ProcessExecutor, RemotePythonExecutor
from smolagents_testing import ScriptedModel
from smolagents_testing.scripted import code

ENDLESS_C_CALL = "sum(range(10**15))"


def pid_of(executor: Any) -> int:
    executor("None")
    pid: int = executor._connection.transport.pid
    return pid


# ---- deadline and interruption


def test_deadline_keeps_variables_where_the_code_can_be_stopped(make: Callable[..., Any]) -> None:
    executor = make(timeout_seconds=0.3)
    executor("x = 1")
    with pytest.raises(ExecutionTimeoutError, match=r"0\.3 seconds") as caught:
        executor("print('begun')\nwhile True:\n    pass")
    assert caught.value.logs == "begun\n"  # type: ignore[attr-defined]
    assert "gone" not in str(caught.value)
    assert executor("x").output == 1


def test_deadline_ends_an_endless_c_call(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(timeout_seconds=0.3)
    executor.send_variables({"given": [1, 2]})
    executor("x = 1")
    pid = pid_of(executor)
    with pytest.raises(ExecutionTimeoutError, match="variables, functions and imports of earlier actions are gone"):
        executor(f"print('begun', flush=True)\n{ENDLESS_C_CALL}")
    with pytest.raises(InterpreterError, match="NameError"):
        executor("x")
    assert executor("given").output == [1, 2]
    assert pid_of(executor) != pid


def test_deadline_of_code_that_catches_everything(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(timeout_seconds=0.3)
    executor.send_tools({"touch": lambda: None})
    with pytest.raises(ExecutionTimeoutError):
        executor("while True:\n    try:\n        while True:\n            touch()\n    except BaseException: pass")
    assert executor("1 + 1").output == 2


def test_interrupt_ends_what_does_not_stop(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(timeout_seconds=None)
    started = threading.Event()
    executor.send_tools({"start": started.set})
    with ThreadPoolExecutor(1) as thread:
        action = thread.submit(executor, f"start()\n{ENDLESS_C_CALL}")
        assert started.wait(300)
        time.sleep(0.5)  # until it is inside the call
        executor.interrupt()
        with pytest.raises(InterpreterError, match="gone"):
            action.result(300)
    executor.interrupt()  # nothing runs: nothing happens
    assert executor("1 + 1").output == 2


def test_a_slow_tool_is_not_cut_short(make: Callable[..., Any]) -> None:
    executor = make(timeout_seconds=0.2)
    done = []

    def slow() -> str:
        time.sleep(2)
        done.append(True)
        return "x" * 100_000

    executor.send_tools({"slow": slow})
    executor("x = 1")
    with pytest.raises(ExecutionTimeoutError) as caught:
        executor("slow()")
    assert done == [True]
    assert "gone" not in str(caught.value)
    assert executor("x").output == 1


# ---- death of the worker


def test_worker_killed_in_the_middle_of_an_action(make: Callable[..., Any]) -> None:
    executor = make()
    executor.send_variables({"given": 1})
    pid = pid_of(executor)
    executor.send_tools({"die": lambda: os.kill(pid, signal.SIGKILL)})
    with pytest.raises(InterpreterError, match=r"SIGKILL.* are gone") as caught:
        executor("x = 1\nprint('so far')\ndie()\nwhile True:\n    pass")
    assert caught.value.logs == "so far\n"  # type: ignore[attr-defined]
    assert executor("given + 1").output == 2
    with pytest.raises(InterpreterError, match="NameError"):
        executor("x")


def test_worker_killed_between_actions(make: Callable[..., Any]) -> None:
    executor = make()
    os.kill(pid_of(make()), signal.SIGKILL)
    executor("x = 1")
    os.kill(pid_of(executor), signal.SIGKILL)
    with pytest.raises(InterpreterError, match="gone"):
        executor("x + 1")
    assert executor("2 + 1").output == 3


def test_worker_killed_before_it_did_anything(make: Callable[..., Any]) -> None:
    executor = make()
    assert executor.layers
    transport = executor._connection.transport
    transport.kill()
    assert transport.ending() == "was ended by signal 9 (SIGKILL)"
    assert executor("1 + 1").output == 2


def test_a_session_that_is_full_starts_anew(make: Callable[..., Any]) -> None:
    executor = make(memory_bytes=256 * 2**20)
    with pytest.raises(InterpreterError, match=r"MemoryError.* are gone"):
        executor("kept = []\nwhile True:\n    kept.append(bytes(2**20))")
    assert executor("1 + 1").output == 2


def test_ctrl_c_in_a_tool_leaves_a_usable_executor(make: Callable[..., Any]) -> None:
    executor = make()

    def stop() -> None:
        raise KeyboardInterrupt

    executor.send_tools({"stop": stop})
    with pytest.raises(KeyboardInterrupt):
        executor("stop()")
    assert executor("1 + 1").output == 2


# ---- what crosses


def test_what_cannot_cross_is_named(make: Callable[..., Any]) -> None:
    executor = make()
    with pytest.raises(SerializationError, match=r"variable 'lock'.*_thread\.lock"):
        executor.send_variables({"lock": threading.Lock()})
    executor.send_tools({"keep": lambda value: value, "lock": threading.Lock, "final_answer": lambda value: value})
    with pytest.raises(InterpreterError, match=r"argument 1 of the tool 'keep'.*function"):
        executor("keep(lambda: 1)")
    with pytest.raises(InterpreterError, match=r"argument 'value' of the tool 'keep'"):
        executor("keep(value=(n for n in []))")
    with pytest.raises(InterpreterError, match=r"SerializationError.*lock"):
        executor("lock()")
    with pytest.raises(InterpreterError, match=r"final_answer.*function"):
        executor("final_answer(lambda: 1)")


def test_a_result_that_cannot_cross_is_text(make: Callable[..., Any]) -> None:
    executor = make()
    assert "function f" in executor("def f(): pass\nf").output
    broken = "class A:\n    def __repr__(self):\n        raise ValueError('no')\nA()"
    assert isinstance(executor(broken).output, str)


def test_the_answer_of_the_tool_stays_in_the_host(make: Callable[..., Any]) -> None:
    answer = threading.Lock()
    executor = make()
    executor.send_tools({"final_answer": lambda value: answer})
    result = executor("final_answer(1)")
    assert result.output is answer
    assert result.is_final_answer


def test_too_much_to_cross(make: Callable[..., Any]) -> None:
    executor = make()
    executor.send_tools({"keep": lambda value: len(value), "much": lambda: "x" * 70_000_000})
    with pytest.raises(InterpreterError, match="too large to cross"):
        executor("'x' * 70_000_000")
    with pytest.raises(InterpreterError, match="too large to cross"):
        executor("keep('x' * 70_000_000)")
    with pytest.raises(InterpreterError, match="too large to cross"):
        executor("much()")
    with pytest.raises(SerializationError, match="too large to cross"):
        executor.send_variables({"much": "x" * 70_000_000})
    executor("y = 1")
    with pytest.raises(InterpreterError, match="too large to cross"):
        executor("[[] for _ in range(2_100_000)]")
    assert executor("y").output == 1


def test_exceptions_of_tools(make: Callable[..., Any]) -> None:
    class OwnError(LookupError):
        pass

    errors = iter([KeyError("k"), OwnError("mine"), FileNotFoundError(2, "no file", "x"), OwnError("again")])

    def fail() -> None:
        raise next(errors)

    executor = make()
    executor.send_tools({"fail": fail})
    assert executor("try:\n    fail()\nexcept KeyError as e:\n    r = e.args\nr").output == ("k",)
    assert executor("try:\n    fail()\nexcept LookupError as e:\n    r = str(e)\nr").output == "mine"
    assert "no file" in executor("try:\n    fail()\nexcept OSError as e:\n    r = str(e)\nr").output
    with pytest.raises(InterpreterError, match="OwnError: again"):
        executor("fail()")


def test_prints_arrive_while_the_action_runs(make: Callable[..., Any]) -> None:
    executor = make()
    seen: list[str] = []
    executor.send_tools({"look": lambda: seen.append("".join(executor._logs))})
    assert executor("print('one')\nlook()\nprint('two', end='')\nlook()").logs == "one\ntwo"
    assert seen == ["one\n", "one\ntwo"]


def test_length_of_prints(make: Callable[..., Any]) -> None:
    action = "for i in range(1000):\n    print('x' * 9)"
    local = LocalPythonExecutor([], max_print_outputs_length=500)
    assert make(max_print_outputs_length=500)(action).logs == local(action).logs


def test_pickle_is_refused_unless_allowed(make: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="allow_pickle"):
        make(allow_pickle=True)
    with pytest.warns(UserWarning, match="lets code in the sandbox run any code in this process"):
        RemotePythonExecutor([], None, allow_pickle=True)


# ---- numpy, pandas


def test_numpy_and_pandas_work_inside(make: Callable[..., Any]) -> None:
    pandas = pytest.importorskip("pandas")
    executor = make(["numpy.*", "pandas"])
    executor.send_variables({"table": pandas.DataFrame({"a": [1, 2, 3], "b": list("xyx")})})
    action = "import pandas as pd\ngrouped = table.groupby('b')['a'].sum()\ngrouped.to_dict()"
    assert executor(action).output == {"x": 4, "y": 2}
    assert executor("import numpy as np\nfloat(np.linalg.norm(np.ones(4)))").output == 2.0
    assert executor("float(np.random.default_rng(1).random()) < 1").output is True
    assert executor("pd.to_datetime(pd.Series(['2024-01-02'])).dt.tz_localize('Europe/Paris')[0].isoformat()").output
    with pytest.raises(InterpreterError, match=r"Permission denied|PermissionError"):
        executor("pd.read_csv('/etc/passwd')")
    with pytest.raises(InterpreterError, match=r"Permission denied|not permitted"):
        executor("table.to_csv('/tmp/smolagents-sandbox-test.csv')")


def test_modules_that_are_not_installed() -> None:
    with pytest.raises(InterpreterError, match="Non-installed authorized modules: no_such_module"):
        ProcessExecutor(["no_such_module"])


def test_modules_of_the_program(make: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_helpers.py").write_text("def twice(x):\n    return 2 * x\n", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    executor = make(["my_helpers"])
    assert executor("import my_helpers\nmy_helpers.twice(4)").output == 8


# ---- sessions, threads, agents


def test_a_session_runs_one_action_at_a_time(make: Callable[..., Any]) -> None:
    executor = make()
    executor.send_tools({"again": lambda: executor("1")})
    with pytest.raises(InterpreterError, match="running already"):
        executor("again()")
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda n: executor(f"{n} * 2").output, range(40)))
    assert results == [2 * n for n in range(40)]


def test_new_session_has_the_configuration_and_nothing_else(make: Callable[..., Any]) -> None:
    executor = make(["json"], timeout_seconds=7, memory_bytes=2**30)
    executor("x = 1")
    with executor.new_session() as other:
        assert (other.timeout_seconds, other.memory_bytes) == (7, 2**30)
        assert other("import json\njson.dumps([1])").output == "[1]"
        with pytest.raises(InterpreterError, match="NameError"):
            other("x")


def test_error_texts_are_those_of_local(make: Callable[..., Any]) -> None:
    local, process = LocalPythonExecutor([]), make()
    wrong = ["import os", "x = = 1", "1 / 0", "def f():\n    return y\nf()", "().__class__", "open('x')", "[1].appnd"]
    for action in wrong:
        texts = []
        for executor in (local, process):
            executor.send_tools({})
            with pytest.raises(InterpreterError) as caught:
                executor(action)
            texts.append(str(caught.value))
        assert texts[0] == texts[1]


def test_agent_with_executor_type_process() -> None:
    @tool
    def area(radius: float) -> float:
        """Return the area of a circle.

        Args:
            radius: The radius.
        """
        return 3 * radius**2

    model = ScriptedModel([code("import os"), code("x = area(2)\nprint(x)"), code("final_answer(x + n)")])
    with CodeAgent(tools=[area], model=model, executor_type="process", timeout=20, verbosity_level=-1) as agent:
        assert agent.run("Compute.", additional_args={"n": 1}) == 13
        assert isinstance(agent.python_executor, ProcessExecutor)
        assert "Authorized imports are" in str(agent.memory.steps[1].error)  # type: ignore[attr-defined]


def test_managed_agents_stay_in_the_host() -> None:
    helper_model = ScriptedModel([code("final_answer('from the helper')")])
    options: dict[str, Any] = {"executor_type": "process", "verbosity_level": -1}
    helper = CodeAgent([], helper_model, name="helper", description="Helps.", **options)
    model = ScriptedModel([code("answer = helper('do it')\nfinal_answer('helper' in answer)")])
    with CodeAgent([], model, managed_agents=[helper], **options) as agent, helper:
        assert agent.run("Ask.") is True


def test_the_catalogue_knows_it() -> None:
    assert plugins.available("process")
    assert plugins.executor_factory("process") is ProcessExecutor
    assert plugins.resolve("ProcessExecutor") is ProcessExecutor
    with pytest.raises(ValueError, match="process"):
        plugins.executor_factory("proces")


def test_packages_are_not_installed_into_it(make: Callable[..., Any]) -> None:
    with pytest.raises(SandboxError, match="pip install leftpad"):
        make().install_packages(["leftpad"])


# ---- strictness


def test_what_can_not_be_enforced_is_refused_or_said(
    make: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Landlock binds a thread and those it starts, not those that are there already.
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,), daemon=True).start()\n"
    (tmp_path / "starts_a_thread.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SandboxError, match=r"landlock is missing: .*1 threads.*strict=False"):
        make(["starts_a_thread"])("1 + 1")
    weaker = make(["starts_a_thread"], strict=False)
    assert weaker("1 + 1").output == 2
    assert weaker.layers["landlock"].startswith("missing: ")
    assert not weaker.layers["seccomp"].startswith("missing")
