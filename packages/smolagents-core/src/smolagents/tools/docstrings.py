"""Read the description, arguments and result of a function from its Google-style docstring."""

from __future__ import annotations

import inspect
import re

# Sections that end the description; all the others, an example say, are part of it.
_CLOSING = ("Args:", "Arguments:", "Parameters:", "Returns:", "Yields:", "Raises:")
_SECTION = re.compile(r"(?:[A-Z][A-Za-z]*(?: [A-Za-z]+)?):\s*$")
_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:(?:\s+(.*))?$")


def parse_google_format_docstring(docstring: str) -> tuple[str | None, dict[str, str] | None, str | None]:
    """Split a docstring into its description, its arguments' descriptions and what it says about the result.

    Returns:
        Each of the three, or None where the docstring does not have it.
    """
    lines = inspect.cleandoc(docstring).splitlines()
    closing = next((index for index, line in enumerate(lines) if line.strip().startswith(_CLOSING)), len(lines))
    description = "\n".join(lines[:closing]).strip()
    arguments: dict[str, str] | None = None
    result: str | None = None
    for header, body in _sections(lines[closing:]):
        if header in ("Args:", "Arguments:", "Parameters:") and arguments is None:
            arguments = _entries(body)
        elif header in ("Returns:", "Yields:") and result is None:
            result = _joined(body) or None
    return description or None, arguments, result


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Return each section's header and its lines; a header stands no deeper than the first one."""
    sections: list[tuple[str, list[str]]] = []
    depth = _indent(lines[0]) if lines else 0
    for line in lines:
        text = line.strip()
        name, colon, rest = text.partition(":")
        if _indent(line) <= depth and (_SECTION.match(text) or f"{name}:" in _CLOSING):
            sections.append((name + colon, [rest] if rest.strip() else []))
        else:
            sections[-1][1].append(line)
    return sections


def _entries(lines: list[str]) -> dict[str, str]:
    """Return the description of each argument; what is indented deeper than an argument's name belongs to it."""
    filled = [line for line in lines if line.strip()]
    depth = _indent(filled[0]) if filled else 0
    bodies: dict[str, list[str]] = {}
    body: list[str] = []
    for line in filled:
        entry = _ENTRY.match(line.strip()) if _indent(line) <= depth else None
        if entry:
            body = bodies[entry[1]] = [entry[2] or ""]
        else:
            body.append(line)
    return {name: _joined(body) for name, body in bodies.items()}


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
