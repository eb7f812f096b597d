"""`smolagents doctor` survives whatever plugins do, and says of each what is wrong with it."""

import json
from typing import Any

import pytest

BOX = "class Box:\n    @classmethod\n    def diagnose(cls):\n        "
HOOKS = """
from smolagents.hooks import hookimpl

@hookimpl
def register_executors(registry):
    raise RuntimeError("no luck")
"""


def executors(shell: Any, *, code: int, **env: str) -> dict[str, dict[str, Any]]:
    """Return what the doctor finds of executors, by name."""
    return named(shell, "executors", code=code, **env)


def named(shell: Any, topic: str, *, code: int, **env: str) -> dict[str, dict[str, Any]]:
    done = shell.smolagents("doctor", "--json", **env)
    assert "Traceback" not in done.stderr
    found = [finding for finding in json.loads(done.stdout) if finding["name"] != "process"]  # which is the machine's
    assert any(finding["state"] == "problem" for finding in found) == bool(code), found
    return {finding["name"]: finding for finding in found if finding["topic"] == topic}


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"SMOLAGENTS_DISABLE_PLUGINS": "1"}, "SMOLAGENTS_DISABLE_PLUGINS switches all plugins off"),
        ({"SMOLAGENTS_PLUGINS": "acme-other"}, "SMOLAGENTS_PLUGINS does not name its distribution"),
    ],
)
def test_what_is_switched_off_is_no_problem(shell: Any, env: dict[str, str], reason: str) -> None:
    shell.install("acme-other", "")
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_box:Box\n", acme_box=BOX + "return {}")
    shell.install("smolagents-exec-docker", "[smolagents.executors]\ndocker = acme_box:Box\n")
    found = executors(shell, code=0, **env)
    assert (found["acme"]["state"], found["acme"]["text"]) == ("not installed", reason)
    assert (found["docker"]["state"], found["docker"]["text"]) == ("not installed", reason)
    assert found["modal"]["text"] == "pip install smolagents-exec-modal"


def test_an_executor_for_a_newer_core_is_a_problem(shell: Any) -> None:
    shell.install("acme-exec", "[smolagents.executors.v2]\nacme = acme_box:Box\n", acme_box=BOX + "return {}")
    assert "needs API level 2, this core has 1" in executors(shell, code=1)["acme"]["text"]


def test_an_installed_distribution_that_lacks_its_executor_is_a_problem(shell: Any) -> None:
    shell.install("smolagents-exec-modal", "")
    assert "pip install -U smolagents-exec-modal" in executors(shell, code=1)["modal"]["text"]


@pytest.mark.parametrize("name", ["tool", "web_search", "docker"])
def test_an_executor_under_a_name_of_others_is_no_executor(shell: Any, name: str) -> None:
    shell.install("acme-thief", f"[smolagents.executors]\n{name} = acme_box:Box\n", acme_box=BOX + "return {}")
    found = executors(shell, code=1)
    assert "tool" not in found
    assert "web_search" not in found
    assert found["docker"]["text"] == "pip install smolagents-exec-docker"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return 7", "TypeError: 'int' object is not iterable"),
        ("raise SystemExit", "SystemExit"),
        ("raise RuntimeError('two\\nlines')", "RuntimeError: two lines"),
    ],
)
def test_a_check_that_fails_is_a_problem(shell: Any, body: str, text: str) -> None:
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_box:Box\n", acme_box=BOX + body)
    found = executors(shell, code=1)["acme"]
    assert (found["state"], found["text"]) == ("problem", text)


def test_what_a_check_returns_is_text(shell: Any) -> None:
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_box:Box\n", acme_box=BOX + "return {'a': 5}")
    found = executors(shell, code=0)["acme"]
    assert (found["state"], found["details"]) == ("ok", {"a": "5"})


@pytest.mark.parametrize("source", [HOOKS, "raise RuntimeError('no luck')"])
def test_hooks_that_failed_are_a_problem(shell: Any, source: str) -> None:
    shell.install("acme-hooks", "[smolagents.hooks]\nacme = acme_hooks\n", acme_hooks=source)
    found = named(shell, "plugins", code=1)
    assert found["acme of acme-hooks"]["state"] == "problem"
    assert "RuntimeError: no luck" in found["acme of acme-hooks"]["text"]
    assert "acme-hooks" not in found["installed"]["text"]


def test_what_plugins_print_is_not_in_the_json(shell: Any) -> None:
    source = "print('at import')\n" + BOX + "print('at the check')\n        return {}"
    shell.install("acme-exec", "[smolagents.executors]\nacme = acme_box:Box\n", acme_box=source)
    done = shell.smolagents("doctor", "--json")
    assert json.loads(done.stdout)
    assert done.stderr == "at import\nat the check\n"
