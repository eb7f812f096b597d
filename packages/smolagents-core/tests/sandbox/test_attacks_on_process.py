"""The interpreter's attacks, tried on the process executor: with its guards, and past them in the isolated process."""

import runpy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError

PAYLOADS = Path(__file__).parent.parent / "attacks" / "payloads"
# Far more than the deadline and the time in which a worker is ended, as machines can be slow.
LATE = 30
IMPORTS = ["contextlib", "copy", "dataclasses", "enum", "functools", "json", "operator", "string", "textwrap", "typing"]


def payloads(group: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(PAYLOADS.glob("*.py")):
        found |= runpy.run_path(str(path)).get(group, {})
    return found


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "past the guards"])
def test_nothing_gets_out(
    make: Callable[..., Any], make_unguarded: Callable[..., Any], tmp_path: Path, guarded: bool
) -> None:
    executor = (make if guarded else make_unguarded)(IMPORTS, timeout_seconds=2)
    executor.send_tools({"tool": lambda x=1: x, "final_answer": lambda x: x})
    canary = tmp_path / "canary"
    breached = []
    for name, action in payloads("ESCAPES").items():
        executor.send_variables({"CANARY": str(canary)})
        try:
            executor(action)
        except (InterpreterError, ExecutionTimeoutError):
            pass
        if canary.exists():
            breached.append(name)
            canary.unlink()
    assert breached == []
    assert executor("1 + 1").output == 2


@pytest.mark.slow
@pytest.mark.parametrize("group", ["HANGS", "MEMORY", "CRASHES", "ODDITIES"])
def test_nothing_hangs_fills_the_memory_or_ends_the_host(make: Callable[..., Any], group: str) -> None:
    executor = make(IMPORTS, timeout_seconds=0.4)
    executor.send_tools({"tool": lambda x=1: x, "final_answer": lambda x: x})
    late = []
    for name, action in payloads(group).items():
        start = time.monotonic()
        try:
            executor(action)
        except (InterpreterError, ExecutionTimeoutError):
            pass
        if time.monotonic() - start > LATE:
            late.append(name)
    assert late == []
    assert executor("1 + 1").output == 2
