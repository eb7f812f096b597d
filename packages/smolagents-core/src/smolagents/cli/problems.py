"""What goes wrong before or in a run, told in one line that says what mends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection

from smolagents.spelling import near_miss as near_miss

_program = "smolagent"
_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SHORTEST_SECRET = 8  # hiding every "test" or "1234" in a message would garble it


class UsageError(ValueError):
    """Report input that can't be used: an unknown name, a file that can't be read, options that don't fit."""


def one_line(problem: object, secrets: Collection[str | None] = ()) -> str:
    """Return a message as one line in which no secret shows.

    Args:
        problem: The message, or the exception that has it.
        secrets: What to hide, besides the values of environment variables that are called keys, tokens and the like.
    """
    text = " ".join(str(problem).split())
    if isinstance(problem, BaseException):
        text = text or type(problem).__name__
    return without_secrets(text, secrets)


def without_secrets(text: str, secrets: Collection[str | None] = ()) -> str:
    """Return a text with stars in place of secrets, which are named as for `one_line`."""
    in_environment = (value for name, value in os.environ.items() if name.upper().endswith(_SECRET_NAMES))
    for secret in sorted({*filter(None, secrets), *in_environment}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def speak_as(program: str) -> None:
    """Let lines about the command itself begin with this program's name."""
    global _program
    _program = program


def say(kind: str, text: str, program: str | None = None) -> None:
    """Print a line about the command itself to standard error."""
    if sys.stderr.isatty():  # a message may hold the model's words
        from smolagents.terminal import escape_controls

        text = escape_controls(text)
    print(f"{program or _program}: {kind}: {text}", file=sys.stderr, flush=True)
