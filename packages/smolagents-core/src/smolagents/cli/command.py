"""`smolagent`: from its arguments to its exit code."""

from __future__ import annotations

import re
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from smolagents.cli.arguments import Options, parse_arguments
from smolagents.cli.dotenv import read_dotenv
from smolagents.cli.interruption import INTERRUPTED
from smolagents.cli.problems import UsageError, one_line, say, speak_as, without_secrets
from smolagents.cli.warning_lines import warnings_as_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from smolagents.cli.building import Built
    from smolagents.cli.outcome import Outcome

EXIT_CODES = {"success": 0, "max_steps": 1, "failed": 1, "interrupted": INTERRUPTED}
BAD_USAGE = 2


def smolagent(arguments: list[str]) -> int:
    """Run a task and return the exit code."""
    return run_command(parse_arguments(arguments), ask=_ask)


def run_command(
    options: Options,
    program: str = "smolagent",
    build: Callable[[Options], Built] | None = None,
    ask: Callable[[Options], Options] | None = None,
) -> int:
    """Do what the arguments of a command say that runs an agent, and return the exit code.

    Args:
        options: The arguments.
        program: The command's name.
        build: Makes the agent; by default the one that the options of `smolagent` describe.
        ask: Asks a person who gives no task for it.
    """
    speak_as(program)
    with warnings_as_lines():
        try:
            _read_dotenv(options)
            return _run(options, program, build, ask)
        except (ValueError, ImportError) as error:
            say("error", _indented(error, options))
            if _is_strict_about(error):
                _print_traceback(error, options)
            return BAD_USAGE
        except (KeyboardInterrupt, EOFError):
            if sys.stderr.isatty():  # which shows ^C, or an unanswered question, on the line
                print(file=sys.stderr)
            say("error", "interrupted")
            return INTERRUPTED


def _run(
    options: Options,
    program: str,
    build: Callable[[Options], Built] | None,
    ask: Callable[[Options], Options] | None,
) -> int:
    task = _task(options, program, ask is not None)
    if task is None and ask is not None:
        options = ask(options)
        task = options.prompt
    from smolagents.cli.running import execute

    outcome = execute(options, task or "", build)
    _say_what_went_wrong(outcome, options)
    return EXIT_CODES[outcome.status]


def _ask(options: Options) -> Options:
    from smolagents.cli.interactive import ask_for_options

    return ask_for_options(options)


def _task(options: Options, program: str, can_ask: bool) -> str | None:
    """Return the task from the arguments or from a pipe; None if there is a person to ask.

    Raises:
        UsageError: There is no task.
    """
    if options.prompt is not None and not options.prompt.strip():
        raise UsageError(f'the task is empty: {program} "what to do"')
    if options.prompt not in (None, "-"):
        return _readable(options.prompt, "the task", sys.getfilesystemencoding())
    if options.prompt is None and can_ask and sys.stdin.isatty() and not (options.json or options.quiet):
        return None
    if options.prompt is None and sys.stdin.isatty():
        raise UsageError(f'no task: {program} "what to do"')
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    task = _readable(sys.stdin.read(), "standard input", sys.stdin.encoding).strip()
    if not task:
        hint = ""
        named = (options.tools or []) + (options.imports or [])
        if len(named) > 1:
            hint = ". If it stands behind a list such as --tools, put -- before it"
        raise UsageError(f'no task, neither as an argument nor on standard input: {program} "what to do"{hint}')
    return task


def _readable(text: str, origin: str, encoding: str) -> str:
    """Return a text with a sign in place of each half of a surrogate pair: a byte that Python could not decode."""
    readable = re.sub("[\ud800-\udfff]", "\ufffd", text)
    if readable != text:
        say("warning", f"{origin} is not {encoding} throughout: bytes that are none were replaced by U+FFFD")
    return readable


def _read_dotenv(options: Options) -> None:
    path = Path(".env")
    try:
        names = read_dotenv(path)
    except OSError as error:
        say("warning", f"{path} can't be read: {error.strerror}")
        return
    if names and options.verbosity_level > 0 and not (options.json or options.quiet):
        say("note", f"from {path}: {', '.join(names)}")


def _say_what_went_wrong(outcome: Outcome, options: Options) -> None:
    from smolagents.cli.reports import counted
    from smolagents.errors import AgentError

    error = outcome.error
    if outcome.status == "max_steps":
        used_up = f"no answer within {counted(outcome.steps)} (--max-steps)"
        say("error", f"{used_up}; what was printed is the model's best guess")
    elif outcome.status == "interrupted":
        say("error", f"interrupted after {counted(outcome.steps)}")
    elif outcome.status == "failed" and error is not None:
        kind = "" if isinstance(error, AgentError) else f"{type(error).__name__}: "  # ours begin with where it happened
        say("error", f"the run failed: {kind}{one_line(error, [options.api_key])}")
        if options.verbosity_level > 1 or _is_strict_about(error):
            _print_traceback(error, options)


def _is_strict_about(error: BaseException) -> bool:
    """Tell whether a plugin failed, and SMOLAGENTS_STRICT_PLUGINS asks to see where."""
    from smolagents.errors import BrokenPluginError
    from smolagents.plugins.switches import strict

    return isinstance(error, BrokenPluginError) and strict()


def _print_traceback(error: BaseException, options: Options) -> None:
    from traceback import format_exception

    print(without_secrets("".join(format_exception(error)), [options.api_key]), file=sys.stderr)


def _indented(error: Exception, options: Options) -> str:
    """Return the message in one line, or in the lines that we have given it."""
    lines = str(error).splitlines() if isinstance(error, UsageError) else [str(error)]
    return "\n".join(" " * (len(line) - len(line.lstrip())) + one_line(line, [options.api_key]) for line in lines)
