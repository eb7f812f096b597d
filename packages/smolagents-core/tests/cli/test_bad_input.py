"""What can't be used gets exactly one clear line on standard error, nothing on standard output, and the exit code 2."""

from typing import Any

import pytest

BROKEN_TOOL = """
from smolagents import Tool

class NeedsKeyTool(Tool):
    name = "needs_key"
    description = "Needs a key."
    inputs = {}
    output_type = "string"

    def __init__(self):
        raise ValueError("set ACME_KEY\\nto use me")

    def forward(self):
        return ""

NotATool = dict
Number = 3
"""

TASK = ("task", "--model", "replay/none.jsonl")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*TASK, "--tools", "web_serch"], "unknown tool 'web_serch'. Did you mean web_search?"),
        ([*TASK, "--tools", "xyz"], "unknown tool 'xyz'. Installed: final_answer, python_interpreter, user_input"),
        ([*TASK, "--tools", "visit_webpage"], "Install it with: pip install smolagents-tools-web"),
        ([*TASK, "--tools", "user/space"], "Install it with: pip install smolagents-models-hf"),
        ([*TASK, "--tools", "OpenAIModel"], "unknown tool 'OpenAIModel'."),
        ([*TASK, "--imports", "jsn"], "the module jsn is not installed. Did you mean json?"),
        ([*TASK, "--imports", "no-module!"], "the module no-module! is not installed."),
        ([*TASK, "--imports", "cv2"], "the module cv2 is not installed. To get it: pip install opencv-python"),
        ([*TASK, "--executor", "dokcer"], "Unsupported executor type: dokcer."),
        ([*TASK, "--executor", "dokcer"], "Did you mean docker?"),
        ([*TASK, "--executor", "docker"], "Install it with: pip install smolagents-exec-docker"),
        ([*TASK, "--tools"], "Can't read the recording none.jsonl: No such file or directory."),
        (["task", "--model-type", "ReplayModl"], "Unsupported model type: ReplayModl. Did you mean ReplayModel?"),
        (["task", "--model-type", "CodeAgent"], "Unsupported model type: CodeAgent."),
        (["task", "--model-type", "MLXModel", "--model-id", "x"], "Install it with: pip install smolagents-models-mlx"),
        (["task", "--model-type", "ReplayModel", "--model-id", "x", "--provider", "y"], "has no use for --provider"),
        (["task", "--model-type", "OpenAIModel"], "OpenAIModel needs the name of a model: --model-id NAME"),
        (["task", "--model", "opnai/gpt-4.1"], "unknown model 'opnai/gpt-4.1'. Did you mean openai?"),
        (["task", "--model", "hf/Qwen/Qwen3-32B"], "Install it with: pip install smolagents-models-hf"),
        (["task", "--model", "ollama/llama3.2"], "Ollama does not answer at http://127.0.0.1:9/v1"),
        (["task", "--api-base", "http://127.0.0.1:9/v1"], "http://127.0.0.1:9/v1 lists no models"),
        (["", "--model", "replay/none.jsonl"], "the task is empty"),
        ([" \n", "--model", "replay/none.jsonl"], "the task is empty"),
        ([], "no task, neither as an argument nor on standard input"),
        (["--tools", "read_file", "Sum it up"], "put -- before it"),
    ],
)
def test_one_line(shell: Any, arguments: list[str], said: str) -> None:
    done = shell.smolagent(*arguments, SMOLAGENTS_LOCAL_SERVERS="ollama=http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("smolagent: error: ")
    assert done.stderr.count("\n") == 1


def test_a_variable_is_named_where_it_is_to_blame(shell: Any) -> None:
    done = shell.smolagent("task", SMOLAGENTS_MODEL="opnai/gpt")
    assert done.returncode == 2
    assert done.stderr.startswith("smolagent: error: SMOLAGENTS_MODEL: unknown model 'opnai/gpt'. Did you mean openai?")


def test_tools_that_fail_or_are_none(shell: Any) -> None:
    names = ("NeedsKeyTool = acme_broken:NeedsKeyTool", "not_a_tool = acme_broken:NotATool")
    more = ("number = acme_broken:Number", "gone = acme_gone:GoneTool")
    shell.install("acme-broken", "\n".join(("[smolagents.tools]", *names, *more)), acme_broken=BROKEN_TOOL)
    failing = shell.smolagent(*TASK, "--tools", "needs_key")
    assert failing.stderr == "smolagent: error: the tool needs_key can't be used: set ACME_KEY to use me\n"
    assert "not_a_tool is no tool but of type dict" in shell.smolagent(*TASK, "--tools", "not_a_tool").stderr
    assert "number is no tool but of type int" in shell.smolagent(*TASK, "--tools", "number").stderr
    gone = shell.smolagent(*TASK, "--tools", "gone")
    assert (gone.returncode, gone.stderr.count("\n")) == (2, 1)
    assert "plugin gone of acme-broken 1.0 (acme_gone:GoneTool) fails to load" in gone.stderr


def test_a_key_in_a_message_is_hidden(shell: Any) -> None:
    source = "def Model(model_id, api_key): raise ValueError(f'bad key {api_key} or sk-of-the-environment')"
    shell.install("acme-leak", "[smolagents.models]\nLeakModel = acme_leak:Model\n", acme_leak=source)
    arguments = ("task", "--model-type", "LeakModel", "--model-id", "m", "--api-key", "sk-of-the-arguments")
    done = shell.smolagent(*arguments, ACME_API_KEY="sk-of-the-environment")
    assert done.stderr == "smolagent: error: LeakModel m can't be used: bad key *** or ***\n"


def test_notes_are_lines_too(shell: Any) -> None:
    done = shell.smolagent(*TASK, "--action-type", "tool_calling", "--imports", "jsn", "--executor", "dokcer")
    assert done.returncode == 2  # for the recording; what has no effect is not checked
    assert "none.jsonl" in done.stderr
