"""Ordinary programs give in an isolated process what they give here."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from smolagents.local_python_executor import LocalPythonExecutor
from smolagents.remote_executors import ProcessExecutor

PROGRAMS: dict[str, Any]
programs = runpy.run_path(str(Path(__file__).parent.parent / "programs" / "test_programs.py"))
PROGRAMS, IMPORTS = programs["PROGRAMS"], programs["IMPORTS"]


def shown(value: Any) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", str(value))


@pytest.fixture
def executor() -> Any:
    made = ProcessExecutor(IMPORTS)
    yield made
    made.cleanup()


# Their values are dataclasses, which cross as dicts.
CHANGED_ON_THE_WAY = {"dataclass"}


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - CHANGED_ON_THE_WAY))
def test_program(executor: ProcessExecutor, name: str) -> None:
    code = PROGRAMS[name][0]
    here = LocalPythonExecutor(IMPORTS)(code)
    there = executor(code)
    assert there.output == here.output or shown(there.output) == shown(here.output)
    assert shown(there.logs) == shown(here.logs)
