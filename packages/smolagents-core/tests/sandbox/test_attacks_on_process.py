"""The interpreter's attacks, tried on the process executor: with its guards, and past them in the isolated process."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError

PAYLOADS = Path(__file__).parent.parent / "attacks" / "payloads"
IMPORTS = ["contextlib", "copy", "dataclasses", "enum", "functools", "json", "operator", "string", "textwrap", "typing"]


def payloads(group: str) -> dict[str, Any]:
    for path in sorted(PAYLOADS.glob("*.py")):
        found: dict[str, Any] = runpy.run_path(str(path))
        if group in found:
            return found[group]  # type: ignore[no-any-return]
    raise KeyError(group)


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


@pytest.mark.parametrize("group", ["HANGS", "MEMORY"])
def test_nothing_hangs_or_fills_the_memory(make: Callable[..., Any], group: str) -> None:
    executor = make(IMPORTS, timeout_seconds=0.4)
    executor.send_tools({"tool": lambda x=1: x, "final_answer": lambda x: x})
    for action in payloads(group).values():
        try:
            executor(action)
        except (InterpreterError, ExecutionTimeoutError):
            continue
    assert executor("1 + 1").output == 2
