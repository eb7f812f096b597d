"""Read JSON as models write it: with single quotes, trailing commas, Python's literals, comments, raw line breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_WORD = re.compile(r"[\w$.+-]+")
_TRIPLE = re.compile(r'("""|\'\'\')(.*?)\1', re.S)
_CLOSING = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_UP_TO = {quote: re.compile(rf"[^\\{quote}]*+") for quote in _CLOSING.values()}
# A quote ends a string only where the text can go on after a string; other quotes were not escaped.
_AFTER_STRING = re.compile(r"\s*+(?:[,:}\])]|\Z)")
_START = re.compile(r"[{\[]")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_LITERALS = {"true": True, "false": False, "null": None, "none": None, "undefined": None}

_MAX_DEPTH = 60
# How many strings without an end, and brackets that open nothing, are passed over before the rest is given up.
_MAX_UNENDED = 8
_MAX_FAILURES = 300

_decoder = json.JSONDecoder(strict=False)


class Unreadable(ValueError):
    """Say where a text stops being JSON of any kind."""

    def __init__(self, position: int) -> None:
        super().__init__(f"no JSON at character {position}")
        self.position = position


def values_in(text: str) -> Iterator[tuple[Any, int, int]]:
    """Yield the objects and arrays in a text, whatever stands between them, each with where it begins and ends."""
    position = unended = failures = 0
    while unended < _MAX_UNENDED and failures < _MAX_FAILURES and (start := _START.search(text, position)):
        try:
            value, position = read(text, start.start())
        except Unreadable as problem:
            at_end = problem.position >= len(text)
            unended += at_end
            failures += 1
            position = start.end() if at_end else max(problem.position, start.end())
        else:
            yield value, start.start(), position


def read(text: str, position: int = 0) -> tuple[Any, int]:
    """Return the value that begins at a position, and the position after it.

    Raises:
        Unreadable: What stands there is not even nearly JSON.
    """
    try:
        return _decoder.raw_decode(text, position)
    except (ValueError, RecursionError):
        return _Reader(text).value(position, 0)


class _Reader:
    """Read one loosely written value by recursive descent; every method returns what it read and where that ends."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, position: int, depth: int) -> tuple[Any, int]:
        position = self._skip(position)
        start = self._text[position : position + 1]
        if start == "{" and depth < _MAX_DEPTH:
            return self._object(position + 1, depth + 1)
        if start and start in "[(" and depth < _MAX_DEPTH:
            return self._array(position + 1, depth + 1, {"[": "]", "(": ")"}[start])
        return self._scalar(position)

    def _object(self, position: int, depth: int) -> tuple[dict[str, Any], int]:
        result: dict[str, Any] = {}
        while (end := self._end(position, "}", first=not result)) is None:
            key, position = self._scalar(self._skip(position))
            position = self._skip(position)
            if self._text[position : position + 1] not in (":", "="):
                raise Unreadable(position)
            result[str(key)], position = self.value(position + 1, depth)
            position = self._skip(position)
            position += self._text.startswith(",", position)
        return result, end

    def _array(self, position: int, depth: int, close: str) -> tuple[list[Any], int]:
        result: list[Any] = []
        while (end := self._end(position, close, first=not result)) is None:
            item, position = self.value(position, depth)
            result.append(item)
            position = self._skip(position)
            if not self._text.startswith((",", close), position) and position < len(self._text):
                raise Unreadable(position)
            position += self._text.startswith(",", position)
        return result, end

    def _end(self, position: int, close: str, first: bool) -> int | None:
        """Return the position after the closing bracket, which may be lost at the end of the text or before a tag."""
        position = self._skip(position)
        if self._text.startswith(close, position):
            return position + 1
        lost = position >= len(self._text) or self._text.startswith(("<", "`"), position)
        return position if lost and not first else None

    def _scalar(self, position: int) -> tuple[Any, int]:
        if self._text[position : position + 1] in _CLOSING:
            return self._string(position)
        word = _WORD.match(self._text, position)
        if word is None:
            raise Unreadable(position)
        for number in (int, float):
            try:
                return number(word[0]), word.end()
            except ValueError:
                pass
        return _LITERALS.get(word[0].lower(), word[0]), word.end()

    def _string(self, position: int) -> tuple[str, int]:
        if triple := _TRIPLE.match(self._text, position):
            return triple[2], triple.end()
        close = _CLOSING[self._text[position]]
        parts: list[str] = []
        position += 1
        while chunk := _UP_TO[close].match(self._text, position):
            parts.append(chunk[0])
            position = chunk.end()
            if position >= len(self._text):
                break
            if self._text[position] == "\\":
                part, position = self._escape(position + 1)
                parts.append(part)
            elif _AFTER_STRING.match(self._text, position + 1):
                return "".join(parts), position + 1
            else:
                parts.append(close)
                position += 1
        raise Unreadable(len(self._text))

    def _escape(self, position: int) -> tuple[str, int]:
        char = self._text[position : position + 1]
        digits = self._text[position + 1 : position + 5]
        if char == "u" and len(digits) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            return chr(int(digits, 16)), position + 5
        known = char in "\"'\\/“”‘’" or not char
        return _ESCAPES.get(char, char if known else "\\" + char), position + 1

    def _skip(self, position: int) -> int:
        space = _SPACE.match(self._text, position)
        return space.end() if space else position
