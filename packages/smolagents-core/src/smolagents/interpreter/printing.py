"""What an action prints: kept in order, and capped while it prints."""

from __future__ import annotations

from typing import Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.text import TextGuards


class PrintOutputs:
    """Collect the text that an action prints, up to a length."""

    __slots__ = ("_parts", "dropped", "limit", "redirected", "session", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.session: Any = None
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._parts: list[str] = []
        self.redirected: list[Any] = []  # where else text goes meanwhile: objects with `write`
        self.size = 0
        self.dropped = 0

    def append(self, text: str) -> None:
        """Add text as long as there is room."""
        if self.redirected:
            self.redirected[-1].write(text)
            return
        length = len(text)
        room = self.limit - self.size
        if length > room:
            self.dropped += length - room
            text = text[:room]
        if text:
            self._parts.append(text)
            self.size += len(text)

    @property
    def value(self) -> str:
        """Return all that was kept."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        text = self._parts[0] if self._parts else ""
        if self.dropped:
            text += f"\n..._This content has been truncated to stay below {self.limit} characters_...\n"
        return text

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"PrintOutputs({self.value!r})"

    def __len__(self) -> int:
        return len(self.value)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]


def plain(text: str) -> str:
    """Return text as exactly a str, past what subclasses define."""
    return text if type(text) is str else str.__getitem__(text, slice(None))


def make_print(outputs: PrintOutputs, text: TextGuards) -> Any:
    """Return the guest's `print`."""
    append = outputs.append
    to_text = text.str

    def texts(values: tuple[Any, ...]) -> list[str]:
        """Return the text of each value, as far as there is room."""
        room = outputs.limit - outputs.size
        parts = []
        for value in values:
            part = plain(to_text(value))
            if len(part) > room:
                part = part[: room + 1]
            room -= len(part)
            parts.append(part)
            if room < 0:
                break
        return parts

    def print(*values: Any, sep: Any = None, end: Any = None, file: Any = None, flush: Any = False) -> None:
        """Print values to the action's logs."""
        separator = " " if sep is None else sep
        ending = "\n" if end is None else end
        if type(separator) is not str or type(ending) is not str:
            raise TypeError("sep and end must be None or a string")
        if len(values) == 1:
            line = plain(to_text(values[0]))
        elif len(separator) * len(values) > 10 * outputs.limit and len(separator) > 100:
            raise InterpreterError("the separator is too long")
        else:
            line = separator.join(texts(values))
        if file is not None:
            text.session.attributes.load(file, "write")(line + ending)
            return
        append(line)
        append(ending)

    return print
