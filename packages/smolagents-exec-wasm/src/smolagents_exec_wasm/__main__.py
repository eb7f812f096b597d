"""`python -m smolagents_exec_wasm install`: get what the executor needs, so that it works offline afterwards."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from smolagents.errors import SandboxError


def main() -> int:
    """Do what the command line asks for and return the exit code."""
    from smolagents_exec_wasm.executor import WasmExecutor
    from smolagents_exec_wasm.install import install

    parser = argparse.ArgumentParser(prog="python -m smolagents_exec_wasm")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("install", help="get Pyodide's files and try them")
    command.add_argument("--from", dest="tarball", type=Path, metavar="FILE", help="the npm package as a file (.tgz)")
    command.add_argument("--to", type=Path, metavar="DIRECTORY", help="where to put it; default: the user's cache")
    arguments = parser.parse_args()
    try:
        directory = install(arguments.tarball, arguments.to)
        with WasmExecutor(pyodide_path=directory) as executor:
            print(f"Pyodide is in {directory}, and starts: Python {executor.greeting()['python']}")
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
