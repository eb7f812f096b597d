"""Packages that the plain worker installs where its Python may write only into the user's own directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from smolagents.sandbox.source import worker_source
from smolagents_testing.executor_lifecycle import PROBE, probe_wheel

# An environment has no packages of the user; the Python that it was made from has.
PYTHON = getattr(sys, "_base_executable", sys.executable)
PROGRAM = """
import sys
namespace = {"__name__": "worker"}
exec(sys.stdin.read(), namespace)
namespace["PlainEngine"].install(None, [sys.argv[1]])
print(__import__(sys.argv[2]).ANSWER)
"""


def test_installs_into_a_directory_of_the_user_that_was_not_there(tmp_path: Path) -> None:
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
        pytest.skip(f"{PYTHON} has no pip")
    home = tmp_path / "home"
    home.mkdir()
    settings = {"PIP_USER": "1", "PIP_NO_INDEX": "1", "PIP_BREAK_SYSTEM_PACKAGES": "1"}
    done = subprocess.run(
        [PYTHON, "-c", PROGRAM, str(probe_wheel(tmp_path)), PROBE],
        input=worker_source(),
        env={"HOME": str(home), "PATH": os.defpath, **settings},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "42\n", done.stderr
