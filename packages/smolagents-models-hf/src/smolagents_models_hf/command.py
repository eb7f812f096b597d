"""`smolagents hub show REPO`: what a tool or agent on the Hub would run here, without running it."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from itertools import islice

from smolagents_models_hf.look import Look, Part, look_at

_MOST_FILES = 1_000


def hub_main(arguments: list[str]) -> int:
    """Run `smolagents hub` with these arguments and return the exit code."""
    parser = ArgumentParser(prog="smolagents hub", description="Look at tools and agents on the Hugging Face Hub.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="tell what a Space would run here; runs nothing of it")
    show.add_argument("repo_id", metavar="REPO", help="name of the Space, such as user/name")
    show.add_argument("--revision", help="branch or commit (default: main)")
    show.add_argument("--code", action="store_true", help="print the code, too")
    options = parser.parse_args(arguments)
    look = look_at(options.repo_id, options.revision)
    sys.stdout.write("\n".join(_report(look, options.code)) + "\n")
    return 0


def _report(look: Look, with_code: bool) -> list[str]:
    lines = [f"{look.repo_id}: {' and '.join(look.kinds)}, revision {look.revision}", f"Files ({len(look.files)}):"]
    lines += [f"  {size:>9,} B  {_visible(path)}" for path, size in islice(look.files.items(), _MOST_FILES)]
    if len(look.files) > _MOST_FILES:
        lines.append(f"  … and {len(look.files) - _MOST_FILES:,} more")
    lines.append("Runs here when it is loaded:")
    for part in look.parts:
        lines += _about(part)
        if with_code:
            lines += [f"    | {_visible(line)}" for line in _lines(part.code)]
    lines += [f"  agent {name}: {_visible(text)}" for name, text in look.settings.items()]
    lines.append(f"Packages that it asks for: {', '.join(map(_visible, look.requirements)) or 'none'}")
    pinned = f'("{look.repo_id}", revision="{look.revision}", trust_remote_code=True)'
    return [*lines, "To load exactly this, once you have read it:", *(f"  load_{kind}{pinned}" for kind in look.kinds)]


def _about(part: Part) -> list[str]:
    lines = [f"  {_visible(part.path)}: {len(_lines(part.code))} lines"]
    if part.problem:
        return [*lines, f"    beware: {_visible(part.problem)}"]
    for title, names in (
        ("modules of Python", part.standard),
        ("modules of packages", part.packages),
        ("uses", part.uses),
    ):
        if names:
            lines.append(f"    {title}: {', '.join(names)}")
    return lines


def _lines(code: str) -> list[str]:
    """Return the lines that Python sees: what else editors take for the end of a line could hide code."""
    lines = re.split(r"\r\n|\r|\n", code)
    return lines if lines[-1] else lines[:-1]


def _visible(text: str) -> str:
    """Show what a terminal would obey, or not show."""
    return "".join(char if char.isprintable() or char == "\t" else repr(char)[1:-1] for char in text)
