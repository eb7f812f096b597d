"""Where Deno and Pyodide's files are."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from smolagents.errors import SandboxError

PYODIDE_VERSION = "314.0.7"
NEEDED = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PYODIDE_VARIABLE = "SMOLAGENTS_PYODIDE"
INSTALL = "python -m smolagents_exec_wasm install"


def cache_directory() -> Path:
    """Return where this package keeps what it has fetched and made."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "smolagents" / "wasm"


def find_deno(path: str | os.PathLike[str] | None) -> str:
    """Return the path of Deno.

    Args:
        path: What the user wants; by default the one of the `deno` distribution, or else the one on PATH.

    Raises:
        SandboxError: There is none.
    """
    wanted = os.fspath(path) if path is not None else _deno_of_the_distribution() or "deno"
    found = shutil.which(wanted)
    if found is None:
        what = "Deno is not installed" if path is None else f"{wanted} is no program"
        raise SandboxError(f"{what}. Install it: pip install deno. Or say where it is: deno_path='/path/to/deno'.")
    return os.path.abspath(found)


def _deno_of_the_distribution() -> str | None:
    try:
        distribution: Any = importlib.import_module("deno")
        return str(distribution.find_deno_bin())
    except (ImportError, FileNotFoundError):
        return None


def find_pyodide(path: str | os.PathLike[str] | None) -> Path:
    """Return the directory with Pyodide's files.

    Args:
        path: What the user wants; by default what the environment says, or else where `install` puts them.

    Raises:
        SandboxError: They are not there.
    """
    chosen = path or os.environ.get(PYODIDE_VARIABLE)
    directory = Path(chosen).expanduser() if chosen else cache_directory() / f"pyodide-{PYODIDE_VERSION}"
    missing = [name for name in NEEDED if not (directory / name).is_file()]
    if missing:
        raise SandboxError(
            f"Pyodide is not in {directory}: {', '.join(missing)} missing. Get it once, it works offline afterwards: "
            f"{INSTALL}. Or say where the files of the npm package `pyodide` are: "
            f"pyodide_path='/path/to/node_modules/pyodide', or the environment variable {PYODIDE_VARIABLE}."
        )
    return directory.resolve()


def missing_packages(pyodide: Path, modules: list[str]) -> str:
    """Say which modules can't be imported, and which wheels would bring them."""
    packages: dict[str, Any] = json.loads((pyodide / "pyodide-lock.json").read_text())["packages"]
    wheels: list[str] = []
    for package in packages.values():
        if set(package["imports"]) & set(modules):
            wheels += _with_dependencies(package, packages)
    text = (
        f"The WebAssembly sandbox can't import {', '.join(modules)}: it has Python's standard library (without what "
        "needs processes, threads or a terminal), and downloads nothing."
    )
    if wheels:
        text += f" Pyodide's builds of them are {', '.join(dict.fromkeys(wheels))}."
    return (
        f"{text} Pass wheels for Pyodide, or of pure Python: packages=['/path/to/NAME.whl']. Or use another executor."
    )


def _with_dependencies(package: dict[str, Any], packages: dict[str, Any]) -> list[str]:
    found = [package["file_name"]]
    for name in package["depends"]:
        found += _with_dependencies(packages[name], packages)
    return found
