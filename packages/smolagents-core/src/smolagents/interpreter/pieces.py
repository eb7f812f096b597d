"""Pieces of long text: how many there will be, before C code makes objects of them all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.memory import LARGE
from smolagents.interpreter.sizes import as_int, size_of

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# Pieces of shorter text take a few megabytes at most.
FREE_TEXT = 100_000
# The bytes of a short text, and of its place in a list.
PIECE = 72
SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
BYTE_SPACES = (b" ", b"\t", b"\n", b"\r", b"\v", b"\f")
LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
BYTE_LINE_ENDS = (b"\n", b"\r")


def check_split(session: Session, text: Any, sep: Any = None, maxsplit: Any = -1) -> None:
    """Refuse to split text into too many pieces."""
    if len(text) > FREE_TEXT:
        limit = as_int(maxsplit)
        if sep is None:
            spaces = SPACES if isinstance(text, str) else BYTE_SPACES
            pieces = min(sum(map(text.count, spaces)), len(text) // 2)
        else:
            pieces = text.count(sep) if isinstance(sep, (str, bytes, bytearray)) and sep else 0
        take(session, text, pieces if limit is None or limit < 0 else min(pieces, limit))


def check_splitlines(session: Session, text: Any, *args: Any, **options: Any) -> None:
    """Refuse to split text into too many lines."""
    if len(text) > FREE_TEXT:
        take(session, text, sum(map(text.count, LINE_ENDS if isinstance(text, str) else BYTE_LINE_ENDS)))


def take(session: Session, text: Any, pieces: int) -> None:
    """Note that so many pieces of a text are about to be made."""
    session.budget.take((pieces + 1) * PIECE + size_of(text))


def matches(session: Session, pattern: Any, name: str) -> Callable[..., Any]:
    """Return what does the same as a pattern's `findall` or `split`; long text is gone through match by match."""

    def findall(string: Any, pos: Any = 0, endpos: Any = None) -> list[Any]:
        limits = (pos,) if endpos is None else (pos, endpos)
        if len(string) < LARGE:
            return list(pattern.findall(string, *limits))
        found = (match.groups(string[:0]) for match in pattern.finditer(string, *limits))
        if not pattern.groups:
            found = (match.group() for match in pattern.finditer(string, *limits))
        elif pattern.groups == 1:
            found = (groups[0] for groups in found)
        return list(closely(session, found))

    def split(string: Any, maxsplit: Any = 0) -> list[Any]:
        if len(string) < LARGE:
            return list(pattern.split(string, maxsplit))

        def pieces() -> Iterator[Any]:
            end = 0
            for match in itertools.islice(pattern.finditer(string), maxsplit or None):
                yield string[end : match.start()]
                yield from match.groups()
                end = match.end()
            yield string[end:]

        return list(closely(session, pieces()))

    return findall if name == "findall" else split


def closely(session: Session, elements: Any) -> Iterator[Any]:
    """Return the same elements, with a look at the memory now and then."""
    return itertools.compress(elements, session.budget.close_ticks)
