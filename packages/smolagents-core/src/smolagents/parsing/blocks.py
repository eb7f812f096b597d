"""Find delimited blocks in text, in time that grows with its length alone, however hostile it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from smolagents.parsing.source import ends_in_string, parse, tidy

# How many closing tags are tried for one block when the first one stands inside a string, and for how many blocks.
_MAX_CLOSINGS = 8
_MAX_CHECKED = 50
# After how many fences without an end (rules in prose, mostly) no more are looked for.
_MAX_UNCLOSED = 8

_FENCE = re.compile(r"(?P<fence>(?<!`)`{3,}+|(?<!~)~{3,}+)(?P<info>[^\n`~]*)(?:\n|\Z)")


@dataclass(slots=True)
class Block:
    """Hold one block: what its opening tag says, its text, and where the whole block begins and ends."""

    info: str
    body: str
    start: int
    end: int
    closed: bool


@lru_cache(maxsize=64)
def tag(expression: str) -> re.Pattern[str]:
    """Return a compiled tag; what is no regular expression stands for itself."""
    try:
        return re.compile(expression, re.S)
    except re.error:
        return re.compile(re.escape(expression))


@lru_cache(maxsize=64)
def _fence_end(fence: str) -> re.Pattern[str]:
    mark = re.escape(fence[0])
    run = f"(?<!{mark}){mark}{{{len(fence)},}}+"
    return re.compile(rf"\n?^[ \t]*{run}(?!\w)|{run}(?=[ \t]*$)", re.M)


def tagged(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[Block]:
    """Yield the blocks between two tags; the last one may lack its closing tag."""
    position = found = 0
    while start := opening.search(text, position):
        block = _block(text, start, closing, "", checked=found < _MAX_CHECKED)
        yield block
        found += 1
        position = max(block.end, position + 1)


def fenced(text: str) -> Iterator[Block]:
    """Yield the Markdown blocks with their info strings; one that lacks its closing fence reaches to the end."""
    position = found = unclosed = 0
    while unclosed < _MAX_UNCLOSED and (start := _FENCE.search(text, position)):
        ending = _fence_end(start["fence"])
        block = _block(text, start, ending, start["info"].strip(), checked=found < _MAX_CHECKED)
        yield block
        found += 1
        position = block.end if block.closed else start.end()
        unclosed += not block.closed


def _block(text: str, start: re.Match[str], closing: re.Pattern[str], info: str, checked: bool) -> Block:
    end = _closing(text, start.end(), closing) if checked else closing.search(text, start.end())
    if end is None:
        return Block(info, text[start.end() :], start.start(), len(text), closed=False)
    return Block(info, text[start.end() : end.start()], start.start(), end.end(), closed=True)


def _closing(text: str, start: int, closing: re.Pattern[str]) -> re.Match[str] | None:
    """Return the closing tag of a block: the first one, unless that stands inside a string of the code."""
    first = closing.search(text, start)
    if first is None or closing.search(text, max(first.end(), start + 1)) is None:
        return first
    if not ends_in_string(text[start : first.start()]):
        return first
    later = islice(closing.finditer(text, first.end()), _MAX_CLOSINGS)
    return next((end for end in later if parse(tidy(text[start : end.start()])) is not None), first)
