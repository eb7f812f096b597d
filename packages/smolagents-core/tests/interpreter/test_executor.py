"""The contract of LocalPythonExecutor and evaluate_python_code."""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents.local_python_executor import (
    BASE_PYTHON_TOOLS,
    Limits,
    LocalPythonExecutor,
    evaluate_python_code,
)


def executor(*imports: str, tools: dict[str, Any] | None = None, **options: Any) -> LocalPythonExecutor:
    made = LocalPythonExecutor(list(imports), **options)
    made.send_tools(tools or {})
    return made


def failure(code: str, *imports: str, **options: Any) -> str:
    with pytest.raises(InterpreterError) as caught:
        executor(*imports, **options)(code)
    return str(caught.value)


def test_state_lives_on() -> None:
    session = executor()
    session("x = 2\ndef double(n): return n * x\nclass C:\n    def __init__(self): self._n = 5")
    assert session("x = 3\ndouble(C()._n)").output == 15
    assert session.state["x"] == 3
    assert session.state["__name__"] == "__main__"


def test_state_holds_only_variables_prints_and_a_count() -> None:
    session = executor()
    session("x = 1\nfor i in range(3): print(i)")
    assert set(session.state) == {"__name__", "_print_outputs", "_operations_count", "x", "i"}
    assert str(session.state["_print_outputs"]) == "0\n1\n2\n"


def test_state_holds_the_operations_of_the_latest_action() -> None:
    session = executor()
    session("for i in range(100_000): pass")
    assert 99_000 < session.state["_operations_count"]["counter"] < 101_000
    with pytest.raises(InterpreterError):
        session("for i in range(10_000): pass\n1 / 0")
    assert 9_000 < session.state["_operations_count"]["counter"] < 11_000
    assert "_operations_count" in failure("_operations_count = {}")


def test_failed_action_keeps_what_it_assigned() -> None:
    session = executor()
    with pytest.raises(InterpreterError) as caught:
        session("x = 1\nprint('before')\ny = 1 / 0")
    assert caught.value.logs == "before\n"
    assert session("x").output == 1


def test_prints_are_capped_while_printing() -> None:
    output = executor(max_print_outputs_length=20)("for i in range(1000): print('line', i)")
    assert output.logs.startswith("line 0\nline 1\nline 2")
    assert "truncated to stay below 20 characters" in output.logs
    assert len(output.logs) < 120


def test_tools_and_additional_functions() -> None:
    session = executor(tools={"search": lambda q: f"found {q}"}, additional_functions={"extra": lambda: "extra"})
    assert session("search('x') + extra()").output == "found xextra"
    assert "Cannot assign to name 'search'" in failure("search = 1", tools={"search": len})
    assert "Cannot assign to name 'search'" in failure("def search(): pass", tools={"search": len})
    assert "Cannot assign to name 'search'" in failure("import math as search", tools={"search": len})
    assert executor(tools={"search": len})("def f(search): return search\nf(3)").output == 3


def test_final_answer_by_call_and_by_assignment() -> None:
    tools = {"final_answer": lambda answer: answer}
    assert executor(tools=tools)("final_answer(5)\nundefined").is_final_answer
    output = executor(tools=tools)("for i in range(3):\n    final_answer = i * 2\nprint('after', final_answer)")
    assert (output.output, output.is_final_answer, output.logs) == (4, True, "after 4\n")
    assert not executor(tools=tools)("5").is_final_answer
    session = executor(tools=tools)
    session("final_answer = 1")
    assert session("final_answer('still a tool')").output == "still a tool"
    assert executor(tools=tools)("try:\n    final_answer(1)\nexcept BaseException:\n    pass\nprint('no')").logs == ""
    assert executor()("final_answer = 3").is_final_answer is False


def test_variables_of_the_host_behave() -> None:
    class Thing:
        def __init__(self) -> None:
            self.value = 1

    session = executor()
    thing = Thing()
    session.send_variables({"thing": thing, "numbers": [1, 2]})
    session("thing.value += 4\nthing.other = 'x'\nnumbers.append(3)")
    assert (thing.value, thing.other, session.state["numbers"]) == (5, "x", [1, 2, 3])  # type: ignore[attr-defined]


def test_data_frames_behave() -> None:
    pd = pytest.importorskip("pandas")
    session = executor("pandas", "numpy")
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
    session.send_variables({"df": frame})
    code = "import numpy as np\ndf['c'] = df.a * 2\ndf = df.rename(columns={'a': 'n'})\ndf.columns = ['n', 'b', 'c']\n"
    code += "print(df.groupby('b').c.sum())\nfloat(np.mean(df[df.n > 1].c))"
    output = session(code)
    assert output.output == 5.0
    assert "x    8" in output.logs
    assert frame["c"].tolist() == [2, 4, 6]


def test_context_variables_reach_tools() -> None:
    variable = contextvars.ContextVar("variable", default="none")
    variable.set("caller's")
    assert executor(tools={"read": variable.get})("read()").output == "caller's"


def test_async_tools_with_and_without_await() -> None:
    async def double(x: int) -> int:
        return x * 2

    session = executor(tools={"double": double, "plain": lambda: 1})
    assert session("double(2)").output == 4
    assert session("await double(3) + await plain()").output == 7
    assert session("async def f(): return await double(4)\nawait f()").output == 8


def test_timeout_stops_the_code_in_any_thread() -> None:
    session = executor(timeout_seconds=0.2)
    counter: list[int] = []
    session.send_tools({"count": lambda: counter.append(1)})
    with ThreadPoolExecutor(1) as pool, pytest.raises(ExecutionTimeoutError) as caught:
        pool.submit(session, "print('on')\nwhile True:\n    try: count()\n    except BaseException: pass").result()
    assert caught.value.logs == "on\n"  # type: ignore[attr-defined]
    stopped_at = len(counter)
    time.sleep(0.05)
    assert len(counter) == stopped_at
    assert session("1 + 1").output == 2


def test_timeout_none_still_counts_operations() -> None:
    message = failure("while True: pass", timeout_seconds=None, limits=Limits(operations=100_000))
    assert "max number of operations" in message


def test_interrupt_from_another_thread() -> None:
    session = executor(timeout_seconds=None)
    started = threading.Event()
    session.send_tools({"started": started.set})
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session, "started()\nwhile True: pass")
        assert started.wait(10)
        session.interrupt()
        with pytest.raises(InterpreterError, match="interrupted"):
            running.result()


def test_many_sessions_in_many_threads() -> None:
    def run(number: int) -> tuple[Any, str]:
        session = executor(timeout_seconds=3 if number % 4 == 0 else 60)
        try:
            output = session(
                f"total = 0\nfor i in range(20000): total += {number}\nprint({number})\n"
                f"while {number} % 4 == 0: pass\ntotal"
            )
        except ExecutionTimeoutError as error:
            return "timeout", error.logs  # type: ignore[attr-defined]
        return output.output, output.logs

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(run, range(32)))
    expected = [("timeout" if number % 4 == 0 else 20000 * number, f"{number}\n") for number in range(32)]
    assert results == expected


def test_new_session_has_the_configuration_and_no_state() -> None:
    session = LocalPythonExecutor(["json"], 99, {"f": lambda: 1}, 7)
    session("x = 1")
    other = session.new_session()
    assert other("import json\nf()").output == 1
    assert (other.timeout_seconds, other.max_print_outputs_length) == (7, 99)
    with pytest.raises(InterpreterError, match="not defined"):
        other("x")


def test_missing_authorized_module() -> None:
    with pytest.raises(InterpreterError, match="Non-installed authorized modules: nothing_like_it"):
        LocalPythonExecutor(["json", "nothing_like_it"])


def test_imports() -> None:
    assert "Import of os is not allowed. Authorized imports are: [" in failure("import os")
    assert "Import from os is not allowed" in failure("from os import path")
    assert "Forbidden access to module: json.decoder" in failure("import json\njson.decoder", "json")
    assert "is not allowed" in failure("import xml.dom", "xml")
    assert executor("xml.*")("import xml.dom\nxml.dom.__name__").output == "xml.dom"
    assert executor("xml.dom")("from xml import dom\ndom.__name__").output == "xml.dom"
    assert executor("*")("import os.path\nos.path.basename('a/b')").output == "b"
    assert "Did you mean: 'sqrt'?" in failure("from math import sqr")
    assert "Relative imports" in failure("from . import x")


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("x = 1\ny = x + undefined", ["at line 'y = x + undefined' due to: NameError:", "line 2"]),
        ("def f(x):\n    return 1 / x\ndef g(): return f(0)\ng()", ["at line 'g()' due to: ZeroDivisionError",
            "line 4: g()", "line 3, in g: def g(): return f(0)", "line 2, in f: return 1 / x"]),
        ("total = 1\nprint(totl)", ["Did you mean: 'total'?"]),
        ("'abc'.uper()", ["AttributeError", "Did you mean: 'upper'?"]),
        ("d = {'apple': 1}\nd['aple']", ["KeyError: 'aple'. Did you mean: 'apple'?"]),
        ("open('x')", ["Forbidden function evaluation: 'open'", "ask for a tool"]),
        ("().__class__", ["Forbidden access to dunder attribute: __class__"]),
        ("x = 1 +", ["Code parsing failed on line 1 due to: SyntaxError", "^"]),
        ("x = 'a\0'", ["Code parsing failed on line 1 due to:"]),
        ("raise SystemExit(3)", ["due to: SystemExit: 3"]),
        ("class E(Exception): pass\nraise E('mine')", ["due to: E: mine"]),
    ],
)  # fmt: skip
def test_errors_teach(code: str, texts: list[str]) -> None:
    message = failure(code)
    for text in texts:
        assert text in message


def test_tool_errors_arrive_as_name_and_text() -> None:
    class VendorError(ConnectionError):
        def __init__(self) -> None:
            super().__init__("no route")
            self.token = "secret"

    def call() -> None:
        raise VendorError

    tools = {"call": call}
    assert "due to: VendorError: no route" in failure("call()", tools=tools)
    code = "try:\n    call()\nexcept ConnectionError as e:\n    r = (type(e).__name__, str(e), hasattr(e, 'token'))\nr"
    assert executor(tools=tools)(code).output == ("VendorError", "no route", False)


def test_the_hosts_keyboard_interrupt_passes_through() -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor(tools={"press": press})("try:\n    press()\nexcept BaseException:\n    pass")


def test_evaluate_python_code() -> None:
    state: dict[str, Any] = {"y": 2}
    assert evaluate_python_code("x = y + 1", {}, state=state) == (3, False)
    assert state["x"] == 3
    assert evaluate_python_code("def f(n): return n + x", {}, state=state) == (None, False)
    assert evaluate_python_code("print('hi')\nf(4)", BASE_PYTHON_TOOLS, state=state) == (7, False)
    assert str(state["_print_outputs"]) == "hi\n"
    assert evaluate_python_code("final_answer(1)", {"final_answer": lambda x: x}) == (1, True)
    assert evaluate_python_code("double(2)", custom_tools={"double": lambda x: x * 2}) == (4, False)
    assert evaluate_python_code("sum = 3\nsum", {"sum": sum}) == (3, False)


def test_result_that_the_host_shows_later_is_bounded() -> None:
    result = executor()("class C:\n    def __str__(self):\n        while True: pass\nC()").output
    with pytest.raises(InterpreterError, match="has ended"):
        str(result)
    result = executor()("class C:\n    def __str__(self): raise SystemExit\nC()").output
    with pytest.raises(InterpreterError, match="after the action had ended"):
        str(result)


def test_host_warnings_stay_silent() -> None:
    assert executor()(r"'\d'").output == r"\d"


def test_a_submodule_that_is_not_authorized_is_named() -> None:
    refused = failure("from PIL import Image", "PIL")
    assert "PIL.Image" in refused
    assert "Authorized imports are: ['PIL'," in refused
    assert "cannot import name 'Imag'" in failure("from PIL import Imag", "PIL")
