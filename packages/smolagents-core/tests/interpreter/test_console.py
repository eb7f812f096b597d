"""What library code prints goes to the logs of the action that called it; what tools print goes where it did before."""

from __future__ import annotations

import gc
import io
import sys
import threading
import weakref

import pytest
from smolagents.local_python_executor import LocalPythonExecutor


def test_library_code_prints_to_the_logs_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    executor = LocalPythonExecutor(["calendar", "pprint"])
    executor.send_tools({})
    logs = executor(
        "import calendar, pprint\nprint('first')\npprint.pprint({'b': 1})\ncalendar.prmonth(2024, 2)\nprint('last')"
    ).logs
    assert logs.startswith("first\n{'b': 1}\n   February 2024\n")
    assert logs.endswith("last\n")
    assert capsys.readouterr().out == ""
    assert sys.stdout is before


def test_a_failed_action_keeps_what_library_code_printed() -> None:
    before = sys.stdout
    executor = LocalPythonExecutor(["pprint"])
    executor.send_tools({})
    with pytest.raises(Exception, match="ZeroDivisionError") as caught:
        executor("import pprint\npprint.pprint([1])\n1 / 0")
    assert caught.value.logs == "[1]\n"  # type: ignore[attr-defined]
    assert sys.stdout is before


def test_a_tool_prints_where_it_always_did(capsys: pytest.CaptureFixture[str]) -> None:
    def tool(x: int) -> int:
        print("the tool got", x)
        return x + 1

    executor = LocalPythonExecutor(["pprint"])
    executor.send_tools({"tool": tool})
    output = executor("import pprint\npprint.pprint(tool(1))\nsorted([2, 1], key=tool)")
    assert output.logs == "2\n"
    assert capsys.readouterr().out == "the tool got 1\nthe tool got 2\nthe tool got 1\n"


def test_what_library_code_prints_is_capped() -> None:
    executor = LocalPythonExecutor(["pprint"], max_print_outputs_length=100)
    executor.send_tools({})
    logs = executor("import pprint\nfor _ in range(1000): pprint.pprint('some text')").logs
    assert logs.startswith("'some text'\n")
    assert len(logs) < 200


def test_sessions_in_many_threads_keep_their_own_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shared)
    logs: dict[int, str] = {}
    together = threading.Barrier(4)

    def session(number: int) -> None:
        executor = LocalPythonExecutor(["pprint"])
        executor.send_tools({"meet": together.wait})
        logs[number] = executor(f"import pprint\nfor _ in range(5):\n    meet()\n    pprint.pprint({number})").logs

    threads = [threading.Thread(target=session, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert logs == {number: f"{number}\n" * 5 for number in range(4)}
    assert shared.getvalue() == ""
    assert sys.stdout is shared


def test_what_stands_for_stdout_is_never_freed(capsys: pytest.CaptureFixture[str]) -> None:
    """Another thread may be in the middle of a print to it, which CPython 3.11 does not survive."""
    stood: list[weakref.ref[object]] = []
    executor = LocalPythonExecutor([])
    executor.send_tools({"look": lambda: stood.append(weakref.ref(sys.stdout))})
    for _ in range(2):
        executor("look()")
        gc.collect()
    assert stood[0]() is stood[1]() is not None
