"""The `.env` file of the working directory."""

from __future__ import annotations

import os
from pathlib import Path


def read_dotenv(path: Path) -> list[str]:
    """Set the variables of a `.env` file that the environment lacks, and return their names.

    A line is `NAME=value`, with `export` before it or not, quotes around the value or not. Everything else is skipped,
    and a variable that is set already is never changed.
    """
    if not path.is_file():  # people also call virtual environments .env
        return []
    names = []
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name.isidentifier() or name in os.environ:
            continue
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        os.environ[name] = value[1:-1] if quoted else value.partition(" #")[0].rstrip()
        names.append(name)
    return names
