"""`smolagents plugins …`: see, install, write and check plugins."""

import sys

from smolagents.plugins.catalogue import API_LEVEL, current
from smolagents.plugins.inspection import inspected, notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from smolagents.plugins.catalogue import Entry


def plugins_main(argv: list[str]) -> int:
    """Run `smolagents plugins` with the arguments that follow these words, and return the exit code."""
    if argv == ["list"]:  # argparse alone would take longer than the whole listing
        return _list(as_json=False)
    arguments = _parser().parse_args(argv)
    if arguments.command == "list":
        return _list(arguments.json)
    if arguments.command == "info":
        from smolagents.cli.plugin_commands.info import show_info

        return show_info(arguments.name)
    if arguments.command == "install":
        from smolagents.cli.plugin_commands.install import install

        return install(arguments.name)
    if arguments.command == "new":
        from smolagents.cli.plugin_commands.new import create

        return create(arguments.directory, arguments.kind)
    from smolagents.cli.plugin_commands.check import check

    return check(arguments.distribution)


def _parser() -> "ArgumentParser":
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="smolagents plugins", description="See, install, write and check plugins.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{list,info,install,new,check}")
    command = commands.add_parser("list", help="list what the installed plugins offer; imports none of them")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = commands.add_parser("info", help="tell all about a name or a distribution")
    command.add_argument("name", help="such as LiteLLMModel, docker or smolagents-tools-web")
    command = commands.add_parser("install", help="install the distribution that has a name")
    command.add_argument("name", help="such as LiteLLMModel, docker or smolagents-tools-web")
    command = commands.add_parser("new", help="write a small, complete plugin to start from")
    command.add_argument("directory", help="folder to create; its name becomes that of the distribution")
    command.add_argument("--kind", required=True, choices=("model", "executor", "tool", "hooks"))
    command = commands.add_parser("check", help="load plugins and check that they keep their contracts")
    command.add_argument("distribution", nargs="?", help="check only this one (default: all)")
    return parser


def _list(as_json: bool) -> int:
    entries = inspected()
    if as_json:
        _print_json(entries)
    else:
        _print_table(entries)
    return 0


def _print_json(entries: "list[Entry]") -> None:
    import json

    fields = ("kind", "name", "value", "distribution", "version", "state", "detail")
    listing = {
        "api_level": API_LEVEL,
        "plugins": [{field: getattr(entry, field) for field in fields} for entry in entries],
        "notes": notes(current()),
    }
    print(json.dumps(listing, indent=2))


def _print_table(entries: "list[Entry]") -> None:
    rows = [("NAME", "KIND", "DISTRIBUTION", "VERSION", "STATE")]
    rows += [(entry.name, entry.kind, entry.distribution, entry.version, entry.state) for entry in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[4]]) for row in rows
    ]
    for index, entry in enumerate(entries, start=1):
        if entry.detail:
            lines[index] += f": {entry.detail}"
    if not entries:
        lines = ["No plugins are installed. To install the one that has a name: smolagents plugins install NAME"]
    for note in notes(current()):
        lines.append(f"note: {note}")
    sys.stdout.write("\n".join(lines) + "\n")
