"""Move code to another indentation without touching what its multi-line strings hold."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

_STRING_PARTS = {"STRING", "FSTRING_MIDDLE", "TSTRING_MIDDLE"}
_SKIPPED = (tokenize.NL, tokenize.COMMENT)


def indented(source: str, indent: str = "") -> str:
    """Return a class or a function at the given indentation, its blank lines empty; docstrings move along with it."""
    lines = source.split("\n")  # not splitlines(): for Python, a form feed or U+2028 ends no line
    old = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    fixed = set(_inside_strings(f"if True:\n{source}" if old else source, 1 if old else 0))
    moved = (line if number in fixed else _moved(line, old, indent) for number, line in enumerate(lines, 1))
    return "\n".join(moved)


def _moved(line: str, old: str, indent: str) -> str:
    return indent + line.removeprefix(old) if line.strip() else ""


def _inside_strings(source: str, offset: int) -> Iterator[int]:
    """Yield the numbers of the lines that begin inside a string, except docstrings."""
    before = tokenize.ENCODING
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if tokenize.tok_name[token.type] in _STRING_PARTS and before != tokenize.INDENT:
            yield from range(token.start[0] + 1 - offset, token.end[0] + 1 - offset)
        if token.type not in _SKIPPED:
            before = token.type
