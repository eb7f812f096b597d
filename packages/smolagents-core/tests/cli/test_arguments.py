"""What the command line may look like, and what is said where it makes no sense."""

import re
import sys
from typing import Any

import pytest
from smolagents.cli import parse_arguments
from smolagents.cli.arguments import parser
from smolagents.cli.help import SMOLAGENT


@pytest.mark.parametrize(
    "arguments",
    [
        ["--imports", "pandas", "numpy"],
        ["--imports", "pandas numpy"],
        ["--imports", "pandas,numpy"],
        ["--imports", "pandas, numpy"],
        ["--imports", "pandas", "--imports", "numpy"],
        ["--imports=pandas", "--imports=numpy", "--imports=pandas"],
        ["--imports", "pandas", "numpy", "--", "task"],
    ],
)
def test_lists_in_any_spelling(arguments: list[str]) -> None:
    assert parse_arguments(arguments).imports == ["pandas", "numpy"]


def test_a_task_may_follow_a_list() -> None:
    options = parse_arguments(["--tools", "web_search user/space", "--", "--what is_this?"])
    assert (options.prompt, options.tools) == ("--what is_this?", ["web_search", "user/space"])


def test_an_empty_list_is_not_the_default() -> None:
    assert parse_arguments(["task", "--tools"]).tools == []
    assert parse_arguments(["task"]).tools is None


def test_options_with_hyphens_or_underscores() -> None:
    hyphens = parse_arguments(["t_t", "--model-type", "A_B", "--model-id=c_d", "--max-steps", "3", "--api-base", "u_v"])
    underscores = parse_arguments(
        ["t_t", "--model_type", "A_B", "--model_id=c_d", "--max_steps", "3", "--api_base", "u_v"]
    )
    assert vars(hyphens) == vars(underscores)
    assert (hyphens.prompt, hyphens.model_type, hyphens.model_id, hyphens.max_steps) == ("t_t", "A_B", "c_d", 3)


def test_arguments_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["smolagent", "task", "--verbosity-level", "debug"])
    options = parse_arguments()
    assert (options.prompt, options.verbosity_level, options.action_type) == ("task", 2, "code")


def test_what_is_left_out_is_there_too() -> None:
    assert vars(parse_arguments(["hi", "--provider", "groq"])) == {
        "prompt": "hi",
        "model": None,
        "model_type": None,
        "model_id": None,
        "provider": "groq",
        "api_base": None,
        "api_key": None,
        "action_type": "code",
        "tools": None,
        "imports": None,
        "executor": None,
        "max_steps": None,
        "verbosity_level": 1,
        "json": False,
        "quiet": False,
    }


@pytest.mark.parametrize(("text", "level"), [("0", 0), ("1", 1), ("2", 2), ("-1", -1), ("off", -1), ("ERROR", 0)])
def test_verbosity_levels(text: str, level: int) -> None:
    assert parse_arguments([f"--verbosity-level={text}"]).verbosity_level == level


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["task", "--modle-type", "x"], "unknown option --modle-type. Did you mean --model-type?"),
        (["task", "--xyz"], "unknown option --xyz. (see"),
        (["what", "is", "this"], "'is this' comes after a task already given: put the task in quotes"),
        (["task", "--max-steps", "0"], "'0' is no number of steps"),
        (["task", "--verbosity-level", "7"], "'7' is no level: 0 (error), 1 (info), 2 (debug) or -1 (off)"),
        (["task", "--action-type", "cod"], "invalid choice: 'cod'"),
        (["task", "--json", "--quiet"], "not allowed with argument"),
        (["task", "--model", "openai/x", "--model-id", "y"], "--model stands for both"),
        (["task", "--model-id"], "expected one argument"),
    ],
)
def test_bad_arguments_get_one_line(arguments: list[str], said: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as exited:
        parse_arguments(arguments)
    printed = capsys.readouterr()
    assert exited.value.code == 2
    assert printed.out == ""
    assert printed.err.startswith("smolagent: error: ")
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_options_never_show_the_key() -> None:
    options = parse_arguments(["task", "--api-key", "sk-0123456789"])
    assert options.api_key == "sk-0123456789"
    assert "sk-0123456789" not in repr(options)


def test_help_explains_every_option_and_no_other() -> None:
    explained = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", SMOLAGENT, re.MULTILINE))
    known = {option for action in parser()._actions for option in action.option_strings}
    assert explained == known | {"--help", "--version"}
    assert all(len(line) <= 120 for line in SMOLAGENT.splitlines())
