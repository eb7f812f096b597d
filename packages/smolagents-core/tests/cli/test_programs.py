"""What programs import from `smolagents.cli`."""

import threading
from typing import Any

import pytest
import smolagents
from smolagents.cli import interactive_mode, leopard_prompt, load_model, main, run_smolagent
from smolagents.cli.dotenv import read_dotenv
from smolagents.cli.problems import near_miss, one_line

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def recording(tmp_path: Any) -> str:
    path = tmp_path / "recording.jsonl"
    path.write_text('"<code>\\nimport json\\nfinal_answer(json.dumps([1]))\\n</code>"\n')
    return str(path)


def test_names_are_those_of_the_package() -> None:
    for name in ("main", "load_model", "run_smolagent", "interactive_mode", "parse_arguments", "leopard_prompt"):
        assert getattr(smolagents, name) is getattr(smolagents.cli, name)
    assert "Pont des Arts" in leopard_prompt
    assert smolagents.cli.console is smolagents.cli.console
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        smolagents.cli.nothing


def test_run_smolagent_prints_the_run(recording: str, capsys: Any) -> None:
    assert run_smolagent("list", [], "ReplayModel", recording, imports=["json"]) is None  # type: ignore[func-returns-value]
    printed = capsys.readouterr().out
    assert "list" in printed
    assert "Final answer: [1]" in printed


def test_run_smolagent_works_in_any_thread(recording: str, capsys: Any) -> None:
    thread = threading.Thread(
        target=run_smolagent, args=("list", ["user_input"], "ReplayModel", recording, None, None, ["json"])
    )
    thread.start()
    thread.join()
    assert "Done: 1 step" in capsys.readouterr().out


def test_run_smolagent_raises_what_went_wrong(recording: str) -> None:
    with pytest.raises(ValueError, match="unknown tool 'nothing'"):
        run_smolagent("list", ["nothing"], "ReplayModel", recording)
    with pytest.raises(ValueError, match=r"Unsupported action type: cod\. Known types: code, tool_calling"):
        run_smolagent("list", [], "ReplayModel", recording, action_type="cod")
    with pytest.raises(smolagents.AgentGenerationError):
        run_smolagent("list", [], "ReplayModel", recording, imports=[])


def test_run_smolagent_with_a_model_of_the_program(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def answer(messages: Any) -> str:
        return "<code>\nfinal_answer('mine')\n</code>"

    monkeypatch.setattr("smolagents.cli.load_model", lambda *args, **kwargs: answer)
    run_smolagent("list", [], "Mine", "m")
    assert "Final answer: mine" in capsys.readouterr().out


def test_main_returns_the_exit_code(recording: str, capsys: Any) -> None:
    arguments = ["list", "--model", f"replay/{recording}", "--imports", "json", "--quiet", "--tools"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == "[1]\n"
    assert main(["list", "--model", "nothing"]) == 2


def test_load_model_and_interactive_mode_are_functions() -> None:
    assert load_model.__module__.startswith("smolagents.cli")
    assert interactive_mode.__module__.startswith("smolagents.cli")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ACME=x", "x"),
        ("export ACME=x", "x"),
        ("  ACME = x y  ", "x y"),
        ("ACME='x # y'", "x # y"),
        ('ACME="x"', "x"),
        ("ACME=x # why", "x"),
        ("ACME=", ""),
        ("ACME=a=b", "a=b"),
        ("# ACME=x", None),
        ("ACME", None),
        ("AC-ME=x", None),
    ],
)
def test_lines_of_an_env_file(line: str, value: str | None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("ACME", "taken back at the end")
    monkeypatch.delenv("ACME")
    path = tmp_path / ".env"
    path.write_text(line)
    assert read_dotenv(path) == ([] if value is None else ["ACME"])
    assert os.environ.get("ACME") == value


def test_an_env_file_of_windows(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("ACME", "taken back at the end")
    monkeypatch.delenv("ACME")
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfACME=x\r\n")
    assert read_dotenv(tmp_path / ".env") == ["ACME"]
    assert os.environ["ACME"] == "x"


def test_near_misses() -> None:
    assert near_miss("openaimodel", ["OpenAIModel", "ReplayModel"]) == " Did you mean OpenAIModel?"
    assert near_miss("xyz", ["OpenAIModel"]) == ""


def test_problems_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "in-the-environment")
    monkeypatch.setenv("ACME_KEY", "short")
    assert one_line(ValueError("a\n  b in-the-environment short given-key"), ["given-key", None]) == "a b *** short ***"
    assert one_line(TimeoutError()) == "TimeoutError"
