"""Runs of `smolagent`: what they print, and their exit codes."""

import json
import re
from typing import Any

import pytest
from smolagents import plugins
from smolagents.cli import json_events
from smolagents_testing import FakeOllamaServer
from smolagents_testing.openai_server import API_KEY, Failure, FakeOpenAIServer

# Where the command line runs code by itself.
EXECUTOR = "process" if plugins.available("process") else "local"
USAGE = {"input_tokens": 1000, "output_tokens": 20, "cost": 0.0125}


def code(text: str, **fields: Any) -> dict[str, Any]:
    return {"content": f"Thought: so be it.\n<code>\n{text}\n</code>", **fields}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"content": "", "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}


def events(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stdout.splitlines()]


TWO_STEPS = (code("x = 40\nprint('forty')", token_usage=USAGE), code("final_answer(x + 2)", token_usage=USAGE))


def test_a_run_shows_its_steps_the_answer_and_what_it_took(shell: Any) -> None:
    recording = shell.recording(*TWO_STEPS)
    done = shell.smolagent("add up", "--model", recording)
    assert done.returncode == 0, done.stderr
    path = recording.removeprefix("replay/")
    first, *_, last = done.stdout.splitlines()
    assert first == f"Model: ReplayModel {path} | Code runs in: {EXECUTOR} | Tools: none"
    for text in ("add up", "Step 1", "x = 40", "forty", "Step 2", "42"):
        assert text in done.stdout
    assert last.startswith("Done: 2 steps, ")
    assert last.endswith(" s, 2,040 tokens (2,000 in, 40 out), $0.0250")
    assert done.stderr == "smolagent: note: no tools: web_search comes with pip install smolagents-tools-web\n"


@pytest.mark.parametrize("option", ["--quiet", "--verbosity-level=0", "--verbosity_level=off"])
def test_the_answer_alone(shell: Any, option: str) -> None:
    done = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), option)
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")


def test_an_answer_that_the_terminal_cannot_show(shell: Any) -> None:
    recording = shell.recording(code("final_answer('\\ud800é')"))
    for encoding, shown in (("utf-8", "?é\n"), ("ascii", "??\n")):
        done = shell.smolagent("answer", "--model", recording, "--quiet", PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stdout) == (0, shown)


def test_verbosity_debug_shows_what_the_model_reads(shell: Any) -> None:
    normal = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS)).stdout
    debug = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), "--verbosity-level", "2").stdout
    for text in ('"role": "system"', "New task:\\nadd up", "Execution logs:\\nforty"):
        assert debug.count(text) == 1
        assert text not in normal


def test_json_events(shell: Any) -> None:
    done = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), "--tools", "user_input", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    started, call_1, step_1, call_2, step_2, finished = events(done.stdout)
    usage = {"input_tokens": 1000, "output_tokens": 20, "total_tokens": 1020, "cost": 0.0125}
    assert started == {
        "type": "run_started",
        "schema": 1,
        "task": "add up",
        "agent": "CodeAgent",
        "model": {"type": "ReplayModel", "id": str(shell.folder / "recording.jsonl"), "why": None},
        "executor": EXECUTOR,
        "tools": ["user_input"],
        "notes": [],
    }
    assert set(call_1) == {"type", "id", "name", "arguments"}
    assert (call_1["type"], call_1["name"], call_1["arguments"]) == (
        "tool_call",
        "python_interpreter",
        "x = 40\nprint('forty')",
    )
    assert call_2["id"] != call_1["id"]
    assert step_1.pop("seconds") >= 0
    assert step_1.pop("model_output").startswith("Thought: so be it.")
    assert "forty" in step_1.pop("observations")
    del call_1["type"]
    assert step_1 == {
        "type": "step",
        "number": 1,
        "code": "x = 40\nprint('forty')",
        "tool_calls": [call_1],
        "output": None,
        "error": None,
        "is_final_answer": False,
        "usage": usage,
    }
    assert (step_2["number"], step_2["output"], step_2["is_final_answer"]) == (2, 42, True)
    assert finished.pop("seconds") > 0
    assert finished == {
        "type": "run_finished",
        "status": "success",
        "output": 42,
        "error": None,
        "steps": 2,
        "usage": {"input_tokens": 2000, "output_tokens": 40, "total_tokens": 2040, "cost": 0.025},
    }


def test_an_answer_that_holds_itself(shell: Any) -> None:
    recording = shell.recording(code("a = [1]\na.append(a)\nfinal_answer(a)"))
    done = shell.smolagent("answer", "--model", recording, "--json", "--executor", "local")
    assert (done.returncode, done.stderr) == (0, "")
    assert events(done.stdout)[-1]["output"] == "[1, [...]]"
    done = shell.smolagent("answer", "--model", recording, "--quiet", "--executor", "local")
    assert (done.returncode, done.stdout) == (0, "[1, [...]]\n")


def test_json_events_are_documented(shell: Any) -> None:
    done = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), "--json")
    for event in events(done.stdout):
        kind = event.pop("type")
        described = re.search(
            rf"^    {kind} (.*?)(?=\n    [a-z]|\n\n)", json_events.__doc__ or "", re.DOTALL | re.MULTILINE
        )
        assert described is not None
        assert [part.partition(":")[0].strip() for part in described[1].split("|")] == list(event)


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        ("{(1, 2): [float('nan'), {3}], 'x': None}", {"(1, 2)": ["nan", [3]], "x": None}),
        ("'42'", "42"),
        ("'\\ud800é\\n'", "?é\n"),
        ("range(3)", "range(0, 3)"),
        ("True", True),
    ],
)
def test_json_answers(shell: Any, answer: str, output: Any) -> None:
    done = shell.smolagent("answer", "--model", shell.recording(code(f"final_answer({answer})")), "--json")
    finished = events(done.stdout)[-1]
    assert finished["output"] == output
    assert type(finished["output"]) is type(output)


def test_a_step_that_fails_is_no_failed_run(shell: Any) -> None:
    recording = shell.recording(code("1 / 0"), code("final_answer('after all')"))
    done = shell.smolagent("divide", "--model", recording, "--json")
    assert done.returncode == 0
    failed, good = [event for event in events(done.stdout) if event["type"] == "step"]
    assert failed["error"]["type"] == "AgentExecutionError"
    assert "division by zero" in failed["error"]["message"]
    assert good["error"] is None


def test_steps_used_up(shell: Any) -> None:
    recording = shell.recording(code("x = 1"), code("x = 2"), "My best guess: 3")
    done = shell.smolagent("guess", "--model", recording, "--max-steps", "2", "--quiet")
    assert (done.returncode, done.stdout) == (1, "My best guess: 3\n")
    assert done.stderr.startswith("smolagent: error: no answer within 2 steps")
    finished = events(shell.smolagent("guess", "--model", recording, "--max-steps", "2", "--json").stdout)[-1]
    assert (finished["status"], finished["output"], finished["steps"]) == ("max_steps", "My best guess: 3", 2)


def test_a_model_that_fails(shell: Any) -> None:
    done = shell.smolagent("go on", "--model", shell.recording(code("x = 1")), "--json")
    assert done.returncode == 1
    finished = events(done.stdout)[-1]
    assert (finished["status"], finished["output"], finished["error"]["type"]) == (
        "failed",
        None,
        "AgentGenerationError",
    )
    assert done.stderr.startswith("smolagent: error: the run failed: Error in generating model output: ")
    assert done.stderr.count("\n") == 1
    normal = shell.smolagent("go on", "--model", shell.recording(code("x = 1")))
    assert normal.stdout.splitlines()[-1].startswith("Failed: ")
    assert "Traceback" not in normal.stdout + normal.stderr


def test_tool_calling(shell: Any) -> None:
    recording = shell.recording(call("python_interpreter", code="6 * 7"), call("final_answer", answer="42"))
    arguments = ("multiply", "--model", recording, "--action-type", "tool_calling", "--tools", "python_interpreter")
    done = shell.smolagent(*arguments, "--json", "--imports", "json")
    assert done.returncode == 0, done.stderr
    found = events(done.stdout)
    assert (found[0]["agent"], found[0]["executor"]) == ("ToolCallingAgent", None)
    assert found[0]["notes"] == ["--imports and --executor have no effect with --action-type tool_calling"]
    assert "42" in found[2]["observations"]
    assert found[-1]["output"] == "42"


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_task_from_a_pipe(shell: Any, arguments: list[str]) -> None:
    done = shell.smolagent(*arguments, "--model", shell.recording(*TWO_STEPS), "--json", input="add\nup\n")
    assert events(done.stdout)[0]["task"] == "add\nup"


def test_imports_are_allowed_to_the_code(shell: Any) -> None:
    turns = [code("import textwrap, json\nfinal_answer(textwrap.shorten(json.dumps([1]), 5))")]
    refused = shell.smolagent("do", "--model", shell.recording(*turns), "--json", "--max-steps", "1")
    assert "textwrap" in events(refused.stdout)[2]["error"]["message"]
    done = shell.smolagent("do", "--model", shell.recording(*turns), "--imports", "textwrap json", "--quiet")
    assert done.stdout == "[1]\n"


def test_tools_by_any_of_their_names(shell: Any) -> None:
    source = """
        from smolagents import Tool

        class WordCountTool(Tool):
            name = "word_count"
            description = "Counts words."
            inputs = {"text": {"type": "string", "description": "Any text."}}
            output_type = "integer"

            def forward(self, text: str) -> int:
                print("counting")
                return len(text.split())
    """
    shell.install("acme-words", "[smolagents.tools]\nWordCountTool = acme_words:WordCountTool\n", acme_words=source)
    recording = shell.recording(code("final_answer(word_count('a b c'))"))
    for name in ("word_count", "WordCountTool"):
        done = shell.smolagent("count", "--model", recording, "--tools", name, "--quiet")
        assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_smolagents_run_is_smolagent(shell: Any) -> None:
    done = shell.smolagents("run", "add up", "--model", shell.recording(*TWO_STEPS), "--quiet")
    assert (done.returncode, done.stdout) == (0, "42\n")


def test_a_reader_that_goes_away(shell: Any) -> None:
    import subprocess
    import sys
    from pathlib import Path

    script = Path(sys.executable).with_name("smolagent")
    command = f"'{script}' add --model '{shell.recording(*TWO_STEPS)}' --json | head -n 1"
    done = subprocess.run(command, shell=True, env=shell.env, capture_output=True, text=True, timeout=60, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_the_env_file(shell: Any) -> None:
    lines = ["# keys", "export SMOLAGENTS_MODEL='replay/recording.jsonl'", "HOME=/nowhere", "no line", "OTHER=x # note"]
    (shell.folder / ".env").write_text("\n".join(lines))
    shell.recording(*TWO_STEPS)
    done = shell.smolagent("add up", "--tools")
    assert done.returncode == 0
    assert "Model: ReplayModel recording.jsonl (SMOLAGENTS_MODEL names it)" in done.stdout
    assert done.stderr == "smolagent: note: from .env: SMOLAGENTS_MODEL, OTHER\n"
    assert shell.smolagent("add up", "--quiet").stderr == ""
    assert shell.smolagent("add up", SMOLAGENTS_MODEL="replay/other.jsonl").returncode == 2


def test_an_env_folder_is_no_env_file(shell: Any) -> None:
    (shell.folder / ".env").mkdir()
    assert shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), "--quiet").returncode == 0


def test_an_api_by_its_address(shell: Any) -> None:
    with FakeOpenAIServer(models=("qwen3",)) as server:
        server.reply("<code>\nfinal_answer('from afar')\n</code>")
        done = shell.smolagent("go", "--api-base", server.url, "--api-key", API_KEY, "--json")
    assert done.returncode == 0, done.stderr
    started, *_, finished = events(done.stdout)
    assert started["model"] == {"type": "OpenAIModel", "id": "qwen3", "why": None}
    assert (finished["output"], finished["usage"]["total_tokens"]) == ("from afar", 15)
    assert server.requests[0].body["model"] == "qwen3"
    assert API_KEY not in done.stdout + done.stderr


def test_a_local_server_is_found_and_named(shell: Any) -> None:
    with FakeOpenAIServer(api_key="none", models=("llama3.2",)) as server:
        server.reply("<code>\nfinal_answer(1)\n</code>")
        done = shell.smolagent("go", SMOLAGENTS_LOCAL_SERVERS=f"ollama={server.endpoint}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Model: OpenAIModel llama3.2 (Ollama answers at {server.url})")


def test_a_refused_key_is_never_shown(shell: Any) -> None:
    key = "sk-wrong-0123456789"
    with FakeOpenAIServer() as server:
        arguments = ("go", "--api-base", server.url, "--model-id", "m", "--verbosity-level", "2")
        done = shell.smolagent(*arguments, "--api-key", key)
        other = shell.smolagent(*arguments, OPENAI_API_KEY=key)
    for result in (done, other):
        assert result.returncode == 1
        assert "401" in result.stderr
        assert key not in result.stdout + result.stderr


def test_a_server_error_is_a_failed_run(shell: Any) -> None:
    with FakeOpenAIServer() as server:
        server.always(Failure(400, "No such thing."))
        done = shell.smolagent("go", "--api-base", server.url, "--api-key", API_KEY, "--quiet")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No such thing." in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_model_at_all(shell: Any) -> None:
    done = shell.smolagent("go")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("smolagent: error: no model to work with. Three ways out:\n  1. ")
    assert done.stderr.count("\n") == 4


def test_a_broken_plugin_does_not_stop_a_run(shell: Any) -> None:
    for number in range(3):
        name = f"acme_broken_{number}"
        shell.install(f"acme-broken-{number}", f"[smolagents.hooks]\n{name} = {name}\n", **{name: "raise OSError(5)"})
    done = shell.smolagent("add up", "--model", shell.recording(*TWO_STEPS), "--quiet")
    assert (done.returncode, done.stdout) == (0, "42\n")
    assert all(done.stderr.count(f"acme-broken-{number} ") == 1 for number in range(3)), done.stderr
    assert done.stderr.count("\n") == 3


@pytest.mark.parametrize(("context", "is_told"), [(4096, True), (32_768, False)])
def test_an_ollama_that_would_cut_the_prompt_is_told_of(shell: Any, context: int, is_told: bool) -> None:
    reply = "<code>\nfinal_answer(42)\n</code>"
    with FakeOllamaServer(context_length=context) as server:
        server.reply(reply, reply, reply)
        by_name = ["answer", "--model", "ollama/llama3.2", "--api-base", server.url]
        for arguments in (by_name, ["answer", "--model-id", "llama3.2", "--api-base", server.url]):
            done = shell.smolagent(*arguments, "--executor", "local")
            assert done.returncode == 0, done.stderr
            notes = [line for line in done.stderr.splitlines() if "context" in line]
            assert len(notes) == is_told
            for note in notes:
                assert "Ollama gives llama3.2 no more than 4,096 tokens of context" in note
                assert note.endswith("start it with OLLAMA_CONTEXT_LENGTH=32768 ollama serve")
        assert "context" not in shell.smolagent(*by_name, "--quiet").stderr
