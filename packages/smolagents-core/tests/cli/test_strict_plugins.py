"""SMOLAGENTS_STRICT_PLUGINS=1 shows where a plugin failed."""

from typing import Any

import pytest

STEP_HOOK = """
from smolagents.hooks import hookimpl

@hookimpl
def step_finished(step):
    raise RuntimeError("no luck with key sk-0123456789")
"""
ANSWER = {"role": "assistant", "content": "<code>\nfinal_answer(1)\n</code>"}


@pytest.mark.parametrize("source", ["raise RuntimeError('no luck with key sk-0123456789')", STEP_HOOK])
def test_a_failing_plugin_shows_its_traceback(shell: Any, source: str) -> None:
    shell.install("acme-strict", "[smolagents.hooks]\nacme = acme_strict\n", acme_strict=source)
    task = ("task", "--model", shell.recording(ANSWER), "--quiet")
    env = {"SMOLAGENTS_PLUGINS": "acme-strict", "ACME_KEY": "sk-0123456789"}
    assert "Traceback" not in shell.smolagent(*task, **env).stderr
    done = shell.smolagent(*task, SMOLAGENTS_STRICT_PLUGINS="1", **env)
    assert done.returncode != 0
    assert done.stderr.startswith("smolagent: error: ")
    assert "plugin acme of acme-strict 1.0" in done.stderr.splitlines()[0]
    assert f'File "{shell.site}/acme_strict.py", line ' in done.stderr
    assert "RuntimeError: no luck with key ***\n" in done.stderr
    assert "sk-0123456789" not in done.stderr


def test_what_is_no_plugins_fault_stays_one_line(shell: Any) -> None:
    done = shell.smolagent("task", "--model", "replay/none.jsonl", SMOLAGENTS_STRICT_PLUGINS="1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    missing = shell.smolagent("task", "--executor", "docker", SMOLAGENTS_STRICT_PLUGINS="1")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
