"""The subcommands of `smolagents` beyond core's own: those that plugins add, and what is said about unknown ones."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smolagents import plugins
from smolagents.cli.help import SMOLAGENTS
from smolagents.cli.problems import near_miss, one_line, say
from smolagents.cli.warning_lines import warnings_as_lines
from smolagents.plugins.catalogue import current
from smolagents.plugins.names import COMMANDS, CORE_COMMANDS

if TYPE_CHECKING:
    from smolagents.hooks import Command


def run_subcommand(name: str, arguments: list[str]) -> int:
    """Run a command that a plugin adds, or `help`, and return the exit code."""
    if not name:
        sys.stderr.write(SMOLAGENTS)
        return 2
    with warnings_as_lines():
        contributed = plugins.commands()
        if name == "help":
            sys.stdout.write(SMOLAGENTS + _listed(contributed))
            return 0
        if name in contributed and name not in CORE_COMMANDS:
            return _run(contributed[name], arguments)
    if name in COMMANDS:
        say("error", f"{name} is a command of {_why_absent(COMMANDS[name])}", program="smolagents")
        return 2
    known = [*CORE_COMMANDS, *contributed]
    hint = f' To let an agent do it: smolagents run "{name}"' if " " in name else f" Commands: {', '.join(known)}"
    say("error", f"unknown command {name!r}.{near_miss(name, known)}{hint}", program="smolagents")
    return 2


def _run(command: Command, arguments: list[str]) -> int:
    try:
        return command.run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # nobody reads the output: the caller ends quietly
        raise
    except Exception as error:
        say("error", f"{command.name} failed: {type(error).__name__}: {one_line(error)}", program="smolagents")
        return 1


def _why_absent(distribution: str) -> str:
    """Return a distribution's name with what keeps its commands away."""
    version = current().distributions.get(distribution)
    if version is None:
        return f"{distribution}: pip install {distribution}"
    for entry in plugins.entries("hooks"):
        if entry.distribution == distribution and entry.state != "ok":
            return f"{distribution}, which is installed, but {entry.detail}"
    offers = f"its version {version} does not offer it; to see why: smolagents plugins check {distribution}"
    return f"{distribution}, which is installed, but {offers}"


def _listed(commands: dict[str, Command]) -> str:
    rows = [f"  {command.name:<22}  {command.help}".rstrip() for command in commands.values()]
    return "\nFrom plugins:\n" + "\n".join(rows) + "\n" if rows else ""
