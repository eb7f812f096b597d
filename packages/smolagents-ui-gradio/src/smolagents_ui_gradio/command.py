"""`smolagents ui`: talk to an agent on a web page."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from smolagents.hooks import CommandRegistry, hookimpl

if TYPE_CHECKING:
    from smolagents import MultiStepAgent

_BAD_USAGE = 2


@hookimpl
def register_commands(registry: CommandRegistry) -> None:
    """Add `smolagents ui`."""
    registry.add("ui", ui_main, "talk to an agent on a web page")


def ui_main(arguments: list[str]) -> int:
    """Run `smolagents ui` with the arguments that follow these words, and return the exit code."""
    from smolagents.cli.problems import one_line, say, speak_as
    from smolagents.cli.warning_lines import warnings_as_lines

    speak_as("smolagents ui")
    try:
        options, rest = _parser().parse_known_args(arguments)
        with warnings_as_lines():
            agent = _agent(options, rest)
    except SystemExit as end:
        return int(end.code or 0)
    except (ValueError, ImportError, OSError) as error:
        say("error", one_line(error))
        return _BAD_USAGE
    if options.host not in ("127.0.0.1", "localhost", "[::1]"):
        say("warning", f"whoever reaches {options.host} can use this agent")
    from smolagents_ui_gradio.page import GradioUI

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # Gradio prints the public address, and a log gets it at once
    ui = GradioUI(agent)
    app = ui.create_app()
    where = {"server_name": options.host, "server_port": options.port}
    try:
        # Quiet, because Gradio would name arguments of its own that this command spells in another way.
        app.launch(share=options.share, **where, **ui.page_options, prevent_thread_lock=True, quiet=True)
    except OSError as error:
        taken = f"port {options.port} of {options.host} can't be used: choose another one with --port"
        say("error", taken if options.port else one_line(error))
        return _BAD_USAGE
    print(f"The agent is at {app.local_url} until you press Ctrl-C", flush=True)
    app.block_thread()
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="smolagents ui",
        description="Talk to an agent on a web page, which everybody who opens it has to themselves.",
        epilog="The agent is made of the options of smolagent (see smolagent --help): --model, --tools, --executor, …",
        allow_abbrev=False,
    )
    parser.add_argument("--agent", metavar="FOLDER", help="an agent that was saved to a folder; its code is run")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=_port, help="port to listen on (default: the first free one from 7860 on)")
    parser.add_argument("--share", action="store_true", help="make a public address through Gradio's servers")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535")
    return int(text)


def _agent(options: Namespace, rest: list[str]) -> MultiStepAgent:
    from smolagents.cli.arguments import parse_arguments
    from smolagents.cli.dotenv import read_dotenv

    read_dotenv(Path(".env"))
    if options.agent:
        if rest:
            raise ValueError(f"--agent brings its model and tools with it: leave out {' '.join(rest)}")
        from smolagents import MultiStepAgent

        return MultiStepAgent.from_folder(options.agent)
    from smolagents.cli.building import build_agent

    wanted = parse_arguments(rest)
    if wanted.prompt is not None:
        raise ValueError(f"the page asks for tasks: leave out {wanted.prompt!r}")
    for option in ("json", "quiet"):
        if getattr(wanted, option):
            raise ValueError(f"the page shows what the agent does: leave out --{option}")
    return build_agent(wanted).agent
