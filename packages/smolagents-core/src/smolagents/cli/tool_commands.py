"""`smolagents tools …`: see the tools that there are, and call one without a model."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from smolagents.cli.dotenv import read_dotenv
from smolagents.cli.interruption import INTERRUPTED
from smolagents.cli.problems import UsageError, near_miss, one_line, say
from smolagents.cli.tools import known_tools, make_tools, missing_tools
from smolagents.cli.warning_lines import warnings_as_lines
from smolagents.terminal import escape_controls

if TYPE_CHECKING:
    from smolagents.tools import Tool

_FAILED = 1
_BAD_USAGE = 2
_PYTHON_SPELLINGS = {"True": "true", "False": "false", "None": "null"}


def tools_main(argv: list[str]) -> int:
    """Run `smolagents tools` with the arguments that follow these words, and return the exit code."""
    arguments = _parser().parse_args(argv)
    out = sys.stdout
    with warnings_as_lines(), redirect_stdout(sys.stderr) if arguments.json else nullcontext():  # as plugins may print
        if arguments.command == "list":
            return _list(arguments.json, out)
        try:
            return _call(arguments.name, arguments.arguments, arguments.json, out)
        except KeyboardInterrupt:
            return INTERRUPTED


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="smolagents tools", description="See the tools that there are, and call one.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{list,call}")
    command = commands.add_parser("list", help="list what is installed, and how to install what is not")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = commands.add_parser("call", help="call a tool and print what it returns")
    command.add_argument("name", help="such as web_search, or a Space as user/space")
    command.add_argument(
        "arguments", nargs="*", default=[], metavar="KEY=VALUE", help="such as query='tides'; not texts: as JSON"
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def _list(as_json: bool, out: TextIO) -> int:
    found = [{"name": name, "from": origin, "installed": True} for name, origin in known_tools().items()]
    found += [{"name": name, "from": origin, "installed": False} for name, origin in missing_tools().items()]
    found.sort(key=lambda tool: (not tool["installed"], str(tool["name"]).lower()))
    if as_json:
        print(json.dumps(found, indent=2), file=out)
        return 0
    rows = [("NAME", "FROM", "STATE")]
    rows += [
        (str(tool["name"]), str(tool["from"]), "installed" if tool["installed"] else f"pip install {tool['from']}")
        for tool in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    print("\n".join(f"{name:<{widths[0]}}  {origin:<{widths[1]}}  {state}" for name, origin, state in rows), file=out)
    return 0


def _call(name: str, pairs: list[str], as_json: bool, out: TextIO) -> int:
    from smolagents.concurrency import wait_for

    read_dotenv(Path(".env"))
    try:
        (tool,) = make_tools([name])
        arguments = read_arguments(tool, pairs)
    except (ValueError, ImportError) as error:
        say("error", one_line(error), program="smolagents tools")
        return _BAD_USAGE
    try:
        result = tool(sanitize_inputs_outputs=True, **arguments)
        result = wait_for(result) if tool.is_async else result
        printed = _shown(result, tool.name, as_json)
    except Exception as error:  # a tool may fail in any way
        say("error", f"{tool.name} failed: {type(error).__name__}: {one_line(error)}", program="smolagents tools")
        return _FAILED
    out.write(f"{escape_controls(printed) if out.isatty() else printed}\n")
    return 0


def read_arguments(tool: Tool, pairs: list[str]) -> dict[str, Any]:
    """Return the arguments that `key=value` texts stand for, as the tool's inputs want them.

    Raises:
        UsageError: One of them is unknown, missing, given twice or of another type.
    """
    from smolagents.tools import validate_tool_arguments

    arguments: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.isidentifier():
            first = next(iter(tool.inputs), "key")
            raise UsageError(f"{pair!r} is no argument: write {first}={pair!r}. {_inputs(tool)}")
        if key not in tool.inputs:
            raise UsageError(f"{tool.name} has no input {key!r}.{near_miss(key, tool.inputs)} {_inputs(tool)}")
        if key in arguments:
            raise UsageError(f"{key} is given twice")
        arguments[key] = _value(key, tool.inputs[key], text)
    try:
        validate_tool_arguments(tool, arguments)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{error}. {_inputs(tool)}") from error
    return arguments


def _value(key: str, schema: dict[str, Any], text: str) -> Any:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    value: Any = text
    if "image" in kinds or "audio" in kinds:
        value = _media(key, kinds, text)
    elif kinds != ["string"]:
        try:
            value = json.loads(_PYTHON_SPELLINGS.get(text, text))
        except ValueError as error:
            if not {"string", "any"} & set(kinds):
                wanted = " or ".join(kinds)
                raise UsageError(f"{key} must be {wanted}, written as JSON, and {text!r} is none") from error
    if "enum" in schema and value not in schema["enum"]:
        choices = [str(choice) for choice in schema["enum"]]
        raise UsageError(f"{key} must be one of {', '.join(choices)}, not {text!r}.{near_miss(text, choices)}")
    return value


def _media(key: str, kinds: list[str], text: str) -> Any:
    """Return the image or the sound in a file, or the text where that is welcome too and no file is called so."""
    from smolagents.agent_types import AgentAudio, AgentImage

    is_url = text.lower().startswith(("http://", "https://", "data:"))
    if not is_url and not os.path.isfile(text):  # also of what is too long for a path
        if "string" in kinds:
            return text
        raise UsageError(f"{key} must be a file or a URL, and {text!r} is neither")
    if "image" not in kinds:
        return AgentAudio(text)
    image = AgentImage(text)
    try:
        image.to_raw()
    except (OSError, ValueError) as error:
        if "audio" in kinds:
            return AgentAudio(text)
        raise UsageError(f"{key}: {text} can't be read: {one_line(error)}") from error
    return image


def _inputs(tool: Tool) -> str:
    if not tool.inputs:
        return f"{tool.name} takes no arguments"
    described = []
    for name, schema in tool.inputs.items():
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        described.append(f"{name} ({' or '.join(kinds)}{', optional' if schema.get('nullable') else ''})")
    return f"Inputs: {', '.join(described)}"


def _shown(result: Any, name: str, as_json: bool) -> str:
    from smolagents.agent_types import AgentText
    from smolagents.cli.media_files import MediaFiles

    result = MediaFiles().with_paths(result, name)
    if isinstance(result, AgentText):
        result = result.to_raw()
    if isinstance(result, str) and not as_json:
        return result
    return json.dumps(result, indent=2, ensure_ascii=False, default=str)
