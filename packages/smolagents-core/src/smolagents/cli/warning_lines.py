"""Warnings, such as that a plugin is broken, as one line each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from smolagents.cli.problems import one_line, say


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Print warnings without the source line that they come from, for a `with` block."""
    with warnings.catch_warnings():
        warnings.showwarning = _show
        yield


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    say("warning", one_line(message))
