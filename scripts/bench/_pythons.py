"""The Pythons to compare: this environment's, and one with PyPI's smolagents in an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UPSTREAM_VERSION = "1.26.0"


def this() -> str:
    """Return the Python that has this tree installed."""
    return sys.executable


def upstream() -> str | None:
    """Return the Python of an environment with PyPI's smolagents, made on first use; None where that fails."""
    folder = ROOT / ".cache" / f"upstream-{UPSTREAM_VERSION}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "complete").exists():
        print(f"installing smolagents {UPSTREAM_VERSION} from the package index into {folder} (once)", file=sys.stderr)
        base = getattr(sys, "_base_executable", sys.executable)
        commands = [
            [base, "-m", "venv", "--clear", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", f"smolagents=={UPSTREAM_VERSION}"],
        ]
        for command in commands:
            if subprocess.run(command).returncode:
                print("that failed: figures of upstream are left out", file=sys.stderr)
                return None
        (folder / "complete").touch()
    return str(python)


def contenders(arguments: list[str]) -> dict[str, str]:
    """Return the Pythons to measure by name: ours, and upstream's where `--upstream` asks for it."""
    pythons = {"smolagents-core": this()}
    if "--upstream" in arguments and (python := upstream()):
        pythons[f"smolagents {UPSTREAM_VERSION}"] = python
    return pythons
