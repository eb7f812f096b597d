"""`smolagents doctor` tells what works on this machine and what does not."""

import json
import sys
from typing import Any

import pytest
from smolagents.remote_executors import ProcessExecutor
from smolagents.sandbox.isolation.layers import why_not_strict

STRICT = why_not_strict() is None


def findings(shell: Any, **env: str) -> dict[tuple[str, str], dict[str, Any]]:
    done = shell.smolagents("doctor", "--json", **env)
    assert done.stderr == ""
    return {(found["topic"], found["name"]): found for found in json.loads(done.stdout)}


def test_says_what_works_and_what_is_not_installed(shell: Any) -> None:
    done = shell.smolagents("doctor")
    assert done.stderr == ""
    assert done.returncode == (0 if STRICT else 1)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["+", "local", "works", "here"] in lines
    assert ["-", "modal", "pip", "install", "smolagents-exec-modal"] in lines
    assert any(line[:1] == ["seccomp"] for line in lines)


@pytest.mark.skipif(not STRICT, reason="this machine can't isolate a process")
def test_shows_the_layers_of_the_process_executor(shell: Any) -> None:
    found = findings(shell)["executors", "process"]
    assert (found["state"], found["text"]) == ("ok", "works here")
    with ProcessExecutor() as executor:
        assert executor.layers.items() <= found["details"].items()


def test_names_the_model_that_would_be_taken(shell: Any) -> None:
    assert findings(shell)["model", "smolagent"]["state"] == "not installed"
    key = "sk-" + "secret" * 5
    found = findings(shell, OPENAI_API_KEY=key)["model", "smolagent"]
    assert (found["state"], "OPENAI_API_KEY is set" in found["text"]) == ("ok", True)
    assert key not in json.dumps(found)
    (shell.folder / ".env").write_text("SMOLAGENTS_MODEL=openai/gpt-x")
    assert "SMOLAGENTS_MODEL" in findings(shell)["model", ".env"]["text"]
    assert "gpt-x" in findings(shell)["model", "smolagent"]["text"]


def test_what_is_installed_and_broken_is_a_problem(shell: Any) -> None:
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_exec:make\nlost = no_such_module:make")
    shell.install("acme-box", "[smolagents.executors]\nbox = acme_box:Box", acme_box=BOX)
    done = shell.smolagents("doctor", "--json")
    found = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["acme of acme-exec"]["state"] == "problem"
    assert (found["lost"]["state"], found["box"]["state"]) == ("problem", "problem")
    assert found["box"]["text"] == "missing: a box; get one: acme box"
    assert shell.smolagents("doctor").stdout.count("missing: a box") == 1


def test_what_has_no_check_is_not_said_to_work(shell: Any) -> None:
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_box:Acme", acme_box="class Acme: pass")
    found = findings(shell)["executors", "acme"]
    assert (found["state"], found["text"]) == ("ok", "is installed; it has no check of its own")


BOX = """
class Box:
    @classmethod
    def diagnose(cls):
        return {"box": "missing: a box; get one: acme box", "version": "3"}
"""


def test_takes_no_arguments(shell: Any) -> None:
    done = shell.smolagents("doctor", "process")
    assert (done.returncode, done.stdout) == (2, "")
    assert "takes no arguments" in done.stderr


def test_python_is_told(shell: Any) -> None:
    (found,) = [found for (topic, _), found in findings(shell).items() if topic == "python"]
    assert sys.executable in found["text"]


def test_its_help(shell: Any) -> None:
    done = shell.smolagents("doctor", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: smolagents doctor [--json]\n")
    assert shell.smolagents("doctor", "-h").stdout == done.stdout
    assert shell.smolagents("doctor", "--json", "--help").stdout == done.stdout
