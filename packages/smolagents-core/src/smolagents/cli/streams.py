"""Standard input, output and error as commands need them: there, fit for any text, and quiet once nobody reads."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO


def run_with_streams(command: "Callable[[list[str]], int]", program: str, arguments: list[str]) -> int:
    """Run a command and return its exit code, which is 1 if its output can't be written.

    Args:
        command: What the arguments are for.
        program: The command's name.
        arguments: Its arguments.
    """
    _prepare()
    try:
        try:
            return command(arguments)
        finally:
            sys.stdout.flush()  # what fails only when Python ends can't be told in one line
    except OSError as error:
        failed = silence(sys.stdout) | silence(sys.stderr)
        if not isinstance(error, BrokenPipeError):  # the reader has gone, as `head` does: no news to anybody
            from smolagents.cli.problems import one_line, say

            where = "standard output can't be written" if failed else type(error).__name__
            say("error", f"{where}: {one_line(error)}", program)
        return 1


def silence(stream: "TextIO") -> bool:
    """Tell whether a stream can't be written; if so, send what is left in it, and all that follows, nowhere."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return True
    return False


def _prepare() -> None:
    # A stream that the caller has closed gets its own number back, which the next open file would have got.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for all that follows
    if getattr(sys.stdout, "errors", None) in ("strict", "surrogateescape") and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # as of standard error: no command may fail for a letter
