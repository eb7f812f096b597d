"""The command lines: `smolagent` runs a task, `smolagents` has subcommands.

This module stays light, so that `--help`, `--version` and `plugins list` cost little more than Python itself.
"""

import sys

from smolagents.cli.streams import run_with_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console

    from smolagents.cli.arguments import parse_arguments as parse_arguments
    from smolagents.cli.interactive import interactive_mode as interactive_mode, leopard_prompt as leopard_prompt
    from smolagents.cli.models import load_model as load_model
    from smolagents.cli.running import run_smolagent as run_smolagent

    console: Console
else:
    _HOMES = {
        "interactive_mode": "interactive",
        "leopard_prompt": "interactive",
        "load_model": "models",
        "parse_arguments": "arguments",
        "run_smolagent": "running",
    }

    def __getattr__(name):
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"smolagents.cli.{_HOMES[name]}"), name)
        elif name == "console":
            from rich.console import Console

            value = Console()
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def main(argv: list[str] | None = None) -> int:
    """Run `smolagent` with these arguments, or with those of the process, and return the exit code.

    Exit codes: 0 an answer, 1 the run failed or used up its steps, 2 bad usage, 130 interrupted.
    """
    return run_with_streams(_smolagent, "smolagent", sys.argv[1:] if argv is None else argv)


def smolagents_main(argv: list[str] | None = None) -> int:
    """Run `smolagents` with these arguments, or with those of the process, and return the exit code."""
    return run_with_streams(_smolagents, "smolagents", sys.argv[1:] if argv is None else argv)


def _smolagent(arguments: list[str]) -> int:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "-h" in options or "--help" in options:
        from smolagents.cli.help import SMOLAGENT

        return _show(SMOLAGENT)
    if "--version" in options:
        return _show_version()
    from smolagents.cli.command import smolagent

    return smolagent(arguments)


def _smolagents(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name == "run":
        return _smolagent(arguments[1:])
    if name == "plugins":
        from smolagents.cli.plugins import plugins_main

        return plugins_main(arguments[1:])
    if name == "tools":
        from smolagents.cli.tool_commands import tools_main

        return tools_main(arguments[1:])
    if name == "doctor":
        from smolagents.cli.doctor import doctor_main

        return doctor_main(arguments[1:])
    if name in ("version", "--version"):
        return _show_version()
    if name in ("-h", "--help"):
        from smolagents.cli.help import SMOLAGENTS

        return _show(SMOLAGENTS)
    if name == "help" and len(arguments) > 1:
        return _smolagents([arguments[1], "--help"])
    from smolagents.cli.subcommands import run_subcommand

    return run_subcommand(name, arguments[1:])


def _show(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _show_version() -> int:
    import smolagents

    return _show(f"smolagents-core {smolagents.__version__} (Python {sys.version.split()[0]})\n")
