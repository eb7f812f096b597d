"""The arguments of `smolagent`. `help.py` has the text that explains them."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from smolagents.cli.problems import near_miss, say

_LEVELS = {"off": -1, "error": 0, "info": 1, "debug": 2}


class Options(Namespace):
    """Hold what a command line says; the values here stand for what it leaves out."""

    prompt: str | None = None
    model: str | None = None
    model_type: str | None = None
    model_id: str | None = None
    provider: str | None = None
    api_base: str | None = None
    api_key: str | None = None
    action_type: str = "code"
    tools: list[str] | None = None
    imports: list[str] | None = None
    executor: str | None = None
    max_steps: int | None = None
    verbosity_level: int = 1
    json: bool = False
    quiet: bool = False

    def __repr__(self) -> str:
        shown = vars(self) | ({"api_key": "***"} if self.api_key else {})
        return f"Options({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class _Parser(ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """Print one line, without the usage before it, and exit."""
        say("error", f"{message} (see {self.prog} --help)", self.prog)
        self.exit(2)


def parser() -> ArgumentParser:
    """Return the parser for `smolagent`."""
    made = common_parser("smolagent")
    made.add_argument("--action-type", choices=("code", "tool_calling"))
    made.add_argument("--tools", nargs="*", action="extend")
    made.add_argument("--imports", nargs="*", action="extend")
    return made


def common_parser(program: str) -> ArgumentParser:
    """Return a parser for the arguments of every command that runs an agent: its task, its model and its output."""
    made = _Parser(prog=program, add_help=False, allow_abbrev=False)
    made.add_argument("prompt", nargs="?")
    for name in ("--model", "--model-type", "--model-id", "--provider", "--api-base", "--api-key", "--executor"):
        made.add_argument(name)
    made.add_argument("--max-steps", type=_steps)
    made.add_argument("--verbosity-level", type=_level)
    output = made.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true")
    output.add_argument("--quiet", action="store_true")
    return made


def parse_arguments(argv: list[str] | None = None) -> Options:
    """Return what a command line says, that of the process by default; one that makes no sense ends the program."""
    import sys

    given = parse_with(parser(), sys.argv[1:] if argv is None else argv)
    return Options(**{name: getattr(given, name) for name in Options.__annotations__})


def parse_with(made: ArgumentParser, arguments: list[str]) -> Options:
    """Return what a parser that `common_parser` has made understands, or end the program with what it does not."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    spelled = [_hyphenated(argument) for argument in arguments[:end]]
    options, rest = made.parse_known_args(spelled + arguments[end:], Options())
    if rest:
        made.error(_not_understood(rest, made))
    options.tools = split_list(options.tools)
    options.imports = split_list(options.imports)
    if options.model and (options.model_type or options.model_id):
        made.error("--model stands for both --model-type and --model-id: give it alone")
    return options


def split_list(values: list[str] | None) -> list[str] | None:
    """Return the names that a list option has, however they were separated: by blanks, commas or as arguments."""
    if values is None:
        return None
    return list(dict.fromkeys(" ".join(values).replace(",", " ").split()))


def _hyphenated(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if not name.startswith("--") or " " in name:
        return argument
    return name.replace("_", "-") + equals + value


def _not_understood(rest: list[str], made: ArgumentParser) -> str:
    unknown = rest[0].partition("=")[0]
    if unknown.startswith("-"):
        known = [option for action in made._actions for option in action.option_strings]
        return f"unknown option {unknown}.{near_miss(unknown, known)}"
    return f"{' '.join(rest)!r} comes after a task already given: put the task in quotes"


def _steps(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number of steps, such as 10")
    return int(text)


def _level(text: str) -> int:
    level = _LEVELS.get(text.lower())
    if level is None and text.lstrip("-").isdecimal():
        level = int(text)
    if level is None or level not in _LEVELS.values():
        raise ArgumentTypeError(f"{text!r} is no level: 0 (error), 1 (info), 2 (debug) or -1 (off)")
    return level
