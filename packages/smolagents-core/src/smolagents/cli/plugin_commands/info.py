"""`smolagents plugins info NAME`: all that is known of a name or a distribution without importing it."""

import sys
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from smolagents.plugins.catalogue import Entry, current
from smolagents.plugins.inspection import inspected, notes
from smolagents.plugins.names import (
    CORE,
    CORE_COMMANDS,
    CORE_EXECUTORS,
    CORE_TOOLS,
    DISTRIBUTIONS,
    FIRST_PARTY,
    RESERVED,
    normalized,
)

_CORE = "smolagents-core"
_KINDS = DISTRIBUTIONS | {
    _CORE: {"executors": tuple(sorted(CORE_EXECUTORS)), "tools": tuple(CORE_TOOLS), "commands": CORE_COMMANDS}
}


def show_info(name: str) -> int:
    """Print what is known of a name or a distribution and return the exit code: 1 if nothing is."""
    entries = [entry for entry in inspected() if name == entry.name or normalized(name) == entry.distribution]
    if entries:
        for folder in dict.fromkeys(entry.folder for entry in entries):
            _print_distribution([entry for entry in entries if entry.folder == folder])
    elif name in RESERVED:
        print_core_name(name)
    elif (distribution := distribution_of(name)) is not None:
        _print_kinds(distribution)
    else:
        print(f"{name} is unknown. {near_misses(name)}", file=sys.stderr)
        return 1
    for note in notes(current()):
        print(f"note: {note}")
    return 0


def print_core_name(name: str) -> None:
    """Say how a name is used that core brings along."""
    if name in CORE:
        use = f"from smolagents import {name}"
    else:
        use = f'CodeAgent(…, executor_type="{name}")' if name in CORE_EXECUTORS else f'load_tool("{name}")'
    print(f"{name} is part of {_CORE}, which is installed: {use}")


def distribution_of(name: str) -> str | None:
    """Return the distribution, core or a first-party one, that a name, or its own name, stands for."""
    distribution = FIRST_PARTY.get(name, normalized(name))
    return distribution if distribution in _KINDS else None


def near_misses(name: str) -> str:
    """Return a sentence that points at names like the one that was not found."""
    from difflib import get_close_matches

    known = {*RESERVED, *FIRST_PARTY, *_KINDS, *(entry.name for entry in current().entries)}
    matches = get_close_matches(name, known, n=3)
    if matches:
        return f"Did you mean {' or '.join(matches)}?"
    return "What is installed: smolagents plugins list"


def _print_distribution(entries: list[Entry]) -> None:
    first = entries[0]
    metadata = _metadata(first)
    print(first.origin)
    for label, value in (
        ("summary", metadata.get("Summary")),
        ("home page", metadata.get("Home-page") or metadata.get("Project-URL")),
        ("needs", ", ".join(metadata.get_all("Requires-Dist") or ())),
        ("metadata", first.folder),
    ):
        if value:
            print(f"  {label}: {value}")
    for entry in entries:
        print(f"  {entry.kind} {entry.name} = {entry.value}: {entry.state}")
        if entry.detail:
            print(f"    {entry.detail}")


def _metadata(entry: Entry) -> Message:
    for name in ("METADATA", "PKG-INFO"):
        path = Path(entry.folder, name)
        if path.is_file():
            return HeaderParser().parsestr(path.read_text(encoding="utf-8", errors="replace"))
    return HeaderParser().parsestr("")


def _print_kinds(distribution: str) -> None:
    installed = current().distributions.get(distribution)
    print(f"{distribution} {installed or '(not installed)'}")
    for kind, names in _KINDS[distribution].items():
        print(f"  {kind}: {', '.join(names)}")
    if installed is None:
        print(f"  install it with: pip install {distribution}")
