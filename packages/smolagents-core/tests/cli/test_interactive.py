"""What `smolagent` asks in a terminal when it gets no task."""

from typing import Any

import pytest
from smolagents.cli import leopard_prompt


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {
        "content": "",
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}],
    }


def code(text: str) -> dict[str, Any]:
    return {"content": f"<code>\n{text}\n</code>"}


def test_the_answers_are_what_runs(shell: Any) -> None:
    path = shell.recording(call("final_answer", answer="seven")).removeprefix("replay/")
    terminal = shell.terminal(SMOLAGENTS_MODEL="replay/other.jsonl")
    terminal.expect("Type of agent")
    terminal.type("tool_calling\n")
    for row in ("python_interpreter", "user_input", "hello"):
        terminal.expect(row)
    assert "HelloTool" not in terminal.text
    terminal.expect("Tools, or none (none)")
    terminal.type("usr_input\n")
    terminal.expect("unknown tool 'usr_input'. Did you mean user_input?")
    terminal.type("user_input, python_interpreter\n")
    terminal.expect("Suggested: ReplayModel other.jsonl (SMOLAGENTS_MODEL names it)")
    terminal.expect("Class of the model (ReplayModel)")
    terminal.type("ReplayModl\n")
    terminal.expect("Did you mean ReplayModel?")
    terminal.type("\n")
    terminal.expect("Name of the model (other.jsonl)")
    terminal.type(f"{path}\n")
    terminal.expect("More options?")
    terminal.type("\n")
    terminal.expect("Task")
    terminal.type("how many?\n")
    terminal.expect(f"Model: ReplayModel {path} | Tools: user_input, python_interpreter")
    terminal.expect("how many?")
    terminal.expect("seven")
    terminal.expect("Done: 1 step")
    assert terminal.exit_code() == 0


def test_options_are_the_suggested_answers(shell: Any) -> None:
    recording = shell.recording(code("import textwrap\nfinal_answer(textwrap.dedent(' dedented'))"))
    terminal = shell.terminal("--model", recording, "--tools", "user_input")
    terminal.expect("Type of agent")
    terminal.type("\n")
    terminal.expect("Tools, or none (user_input)")
    terminal.type("none\n")
    terminal.expect("More options?")
    terminal.type("y\n")
    terminal.expect("Inference provider")
    terminal.type("\n")
    terminal.expect("Address of the API")
    terminal.type("\n")
    terminal.expect("Key of the API (not shown)")
    terminal.type("\n")
    terminal.expect("Modules that the code may import, or none (none)")
    terminal.type("txtwrap\n")
    terminal.expect("the module txtwrap is not installed. Did you mean textwrap?")
    terminal.type("textwrap\n")
    terminal.expect("Task")
    terminal.type("\n")
    terminal.expect("Tools: none")
    terminal.expect(leopard_prompt)
    terminal.expect("dedented")
    assert terminal.exit_code() == 0


def test_the_key_is_not_shown_and_reaches_the_model(shell: Any) -> None:
    source = """
        from smolagents import Model, ChatMessage

        class KeyModel(Model):
            def __init__(self, model_id, api_key=None):
                super().__init__(model_id=model_id)
                self.key = api_key

            def generate(self, messages, **kwargs):
                right = self.key == "sk-very-secret"
                return ChatMessage(role="assistant", content=f"<code>\\nfinal_answer('{model_id(right)}')\\n</code>")

        def model_id(right):
            return "the right key" if right else "a wrong key"
    """
    shell.install("acme-key", "[smolagents.models]\nKeyModel = acme_key:KeyModel\n", acme_key=source)
    terminal = shell.terminal("--tools")
    for question, answer in [
        ("Type of agent", ""),
        ("Tools, or none", ""),
        ("No key in the environment and no local server", None),
        ("Class of the model", "KeyModel"),
        ("Name of the model", "k"),
        ("More options?", "y"),
        ("Inference provider", ""),
        ("Address of the API", ""),
        ("Key of the API (not shown)", "sk-very-secret"),
        ("Modules", ""),
        ("Task", "go"),
    ]:
        terminal.expect(question)
        if answer is not None:
            terminal.type(f"{answer}\n")
    terminal.expect("the right key")
    assert terminal.exit_code() == 0
    assert "sk-very-secret" not in terminal.text


# Enter after Ctrl-C, because Python's input() notices a signal that comes just before it waits only at the next key.
@pytest.mark.parametrize("key", ["\x03\n", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving(shell: Any, key: str) -> None:
    terminal = shell.terminal("--model", "replay/x.jsonl")
    terminal.expect("Type of agent")
    terminal.type(key)
    terminal.expect("smolagent: error: interrupted\n")
    assert terminal.exit_code() == 130


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_programs_are_asked_nothing(shell: Any, option: str) -> None:
    terminal = shell.terminal("--model", "replay/x.jsonl", option)
    terminal.expect('smolagent: error: no task: smolagent "what to do"\n')
    assert terminal.exit_code() == 2


def test_nothing_is_asked_where_no_model_can_work(shell: Any) -> None:
    terminal = shell.terminal(SMOLAGENTS_DISABLE_PLUGINS="1")
    for _ in range(2):
        terminal.expect(":")
        terminal.type("\n")
    terminal.expect("no model to work with. Three ways out:")
    assert terminal.exit_code() == 2
