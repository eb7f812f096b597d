"""What an answer holds gives no orders to the terminal that shows it, and reaches a pipe as it is."""

from typing import Any

import pytest

EVIL = "<code>\nprint('\\x1b]0;printed\\x07')\nfinal_answer('\\x1b]0;evil\\x07 h\\x9bi')\n</code>"
LOCAL = ("--tools", "--executor", "local")


@pytest.mark.parametrize("options", [("--quiet",), (), ("--verbosity-level", "2")])
def test_a_terminal_shows_the_characters(shell: Any, options: tuple[str, ...]) -> None:
    terminal = shell.terminal("task", "--model", shell.recording(EVIL), *options, *LOCAL)
    if "--quiet" not in options:
        terminal.expect("\\x1b]0;printed\\x07")
    terminal.expect("\\x1b]0;evil\\x07 h\\x9bi")
    assert terminal.exit_code() == 0
    assert "\x1b" not in terminal.text
    assert "\x07" not in terminal.text
    assert "\x9b" not in terminal.text


def test_a_pipe_gets_the_answer(shell: Any) -> None:
    done = shell.smolagent("task", "--model", shell.recording(EVIL), "--quiet", *LOCAL)
    assert (done.returncode, done.stdout) == (0, "\x1b]0;evil\x07 h\x9bi\n")
