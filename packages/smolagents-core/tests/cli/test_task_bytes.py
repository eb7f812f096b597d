"""A task whose bytes are no text: it is read all the same, and standard error says what was replaced."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ANSWER = "<code>\nfinal_answer('hi')\n</code>"


def run(shell: Any, task: bytes, input: bytes = b"", **env: str) -> tuple[int, str, str]:
    """Return the exit code of a run, the task that it was given, and what was said."""
    script = str(Path(sys.executable).with_name("smolagent"))
    command = [script, task, "--json", "--executor=local", "--model", shell.recording(ANSWER), "--tools"]
    done = subprocess.run(
        command, input=input, capture_output=True, cwd=shell.folder, env=shell.env | env, timeout=300, check=False
    )
    lines = done.stdout.splitlines()
    return done.returncode, json.loads(lines[0])["task"] if lines else "", done.stderr.decode()


@pytest.mark.parametrize("encoding", ["utf-8:strict", "utf-8:surrogateescape"])
def test_standard_input(shell: Any, encoding: str) -> None:
    code, task, said = run(shell, b"-", b"Gr\xfc\xdfe,\n M\xc3\xbcller", PYTHONIOENCODING=encoding)
    assert (code, task) == (0, "Gr\ufffd\ufffde,\n M\xfcller")
    assert said.splitlines()[0] == (
        "smolagent: warning: standard input is not utf-8 throughout: bytes that are none were replaced by U+FFFD"
    )


def test_an_argument(shell: Any) -> None:
    code, task, said = run(shell, b"Gr\xfc\xdfe", PYTHONUTF8="1")
    assert (code, task) == (0, "Gr\ufffd\ufffde")
    assert said.startswith("smolagent: warning: the task is not utf-8 throughout: ")


def test_what_can_be_read_is_left_alone(shell: Any) -> None:
    text = "M\xfcller \ufffd"
    assert run(shell, b"-", text.encode(), PYTHONIOENCODING="utf-8:strict")[1] == text
    assert run(shell, b"-", b"M\xfcller", PYTHONIOENCODING="latin-1")[1] == "M\xfcller"
    _, task, said = run(shell, text.encode(), PYTHONUTF8="1")
    assert task == text
    assert "U+FFFD" not in said
