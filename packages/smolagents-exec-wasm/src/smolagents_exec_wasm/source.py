"""The worker as one file of source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from smolagents.sandbox.source import worker_source


@cache
def wasm_worker_source() -> str:
    """Return core's worker and, behind it, what makes it work in Pyodide."""
    lines = Path(__file__).with_name("inside.py").read_text("utf-8").splitlines()
    inside = "\n".join(line for line in lines if not line.startswith("from smolagents."))
    return f"{worker_source()}\n\n{inside}\n"
