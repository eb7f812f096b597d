"""What is installed and switched off is said to be so; the advice is not to install it."""

import json
from typing import Any

import pytest

OPENAI = "[smolagents.models]\nOpenAIModel = acme_stub:Model\n"
SWITCHES = [
    ({"SMOLAGENTS_DISABLE_PLUGINS": "1"}, "SMOLAGENTS_DISABLE_PLUGINS switches all plugins off"),
    ({"SMOLAGENTS_PLUGINS": "acme-other"}, "SMOLAGENTS_PLUGINS does not name its distribution"),
]


@pytest.mark.parametrize(("env", "reason"), SWITCHES)
@pytest.mark.parametrize("key", ["", "sk-key"])
def test_no_model_for_lack_of_a_switched_off_plugin(shell: Any, env: dict[str, str], reason: str, key: str) -> None:
    shell.install("acme-other", "")
    shell.install("smolagents-models-openai", OPENAI)
    said = f"OpenAIModel of smolagents-models-openai is installed, but {reason}"
    run = shell.smolagent("hi", OPENAI_API_KEY=key, **env)
    assert (run.returncode, run.stdout) == (2, "")
    assert "pip install smolagents-models-openai" not in run.stderr
    assert [line.endswith(said) for line in run.stderr.splitlines()[-3:]] == [True, True, False]
    doctor = shell.smolagents("doctor", "--json", OPENAI_API_KEY=key, **env)
    (found,) = [entry["text"] for entry in json.loads(doctor.stdout) if entry["name"] == "smolagent"]
    assert [line.endswith(said) for line in found.splitlines()] == [False, True, True, False]


def test_the_doctor_does_not_offer_to_install_what_is_switched_off(shell: Any) -> None:
    shell.install("acme", "[smolagents.tools]\nacme = acme_stub:Tool\n", acme_stub="Tool = 1")
    for env, _ in SWITCHES:
        done = shell.smolagents("doctor", "--json", **env)
        (found,) = [entry["text"] for entry in json.loads(done.stdout) if entry["name"] == "installed"]
        assert found == "none that can be used"


@pytest.mark.parametrize(("env", "reason"), SWITCHES)
def test_the_default_tool_is_switched_off(shell: Any, env: dict[str, str], reason: str) -> None:
    shell.install("acme-other", "")
    shell.install("smolagents-tools-web", "[smolagents.tools]\nweb_search = acme_stub:Tool\n")
    done = shell.smolagent("hi", "--model", shell.recording("<code>final_answer(1)</code>"), **env)
    assert done.stderr == f"smolagent: note: no tools: web_search of smolagents-tools-web is installed, but {reason}\n"
