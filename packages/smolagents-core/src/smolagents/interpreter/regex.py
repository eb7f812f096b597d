"""Regular expressions whose matching can take exponentially or polynomially long.

C code matches, and nothing interrupts it; so a pattern is judged when it is compiled, and a slow one refuses text on
which it could take too long.
"""

from __future__ import annotations

import re
from math import log2
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.pieces import matches
from smolagents.interpreter.regex_cost import FREE_CHOICES, Cost, judge

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

MAX_PATTERN = 20_000
# Steps that matching may take, at about a nanosecond each.
MAX_STEPS = 3 * 10**9
MAX_EXPONENTIAL_TEXT = 24
SHORT_TEXT = 1500
MATCHERS = ("match", "search", "fullmatch", "findall", "finditer", "split")


class SlowPattern:
    """Behave as a compiled pattern that refuses text on which matching could take too long."""

    __slots__ = ("_check", "_cost", "_pattern")

    def __init__(self, pattern: Any, cost: Cost, check: Any) -> None:
        self._pattern = pattern
        self._cost = cost
        self._check = check

    def __getattr__(self, name: str) -> Any:
        if name in MATCHERS:
            method = getattr(self._pattern, name)
            anchored = name in ("match", "fullmatch")

            def guarded(string: Any, *args: Any, **kwargs: Any) -> Any:
                return method(check_text(self._cost, self._pattern, string, anchored), *args, **kwargs)

            return guarded
        if name in ("sub", "subn"):
            method = getattr(self._pattern, name)

            def substitute(repl: Any, string: Any, count: int = 0) -> Any:
                string = check_text(self._cost, self._pattern, string, False)
                self._check(self._pattern, repl, string)
                return method(repl, string, count)

            return substitute
        if name in ("pattern", "flags", "groups", "groupindex"):
            return getattr(self._pattern, name)
        raise AttributeError(f"'re.Pattern' object has no attribute '{name}'")

    def __repr__(self) -> str:
        return repr(self._pattern)

    def __eq__(self, other: Any) -> bool:
        return bool(self._pattern == (other._pattern if type(other) is SlowPattern else other))

    def __hash__(self) -> int:
        return hash(self._pattern)


def exact(text: Any) -> Any:
    """Return text or bytes as exactly that, past what subclasses define; another buffer as bytes."""
    kind = type(text)
    if kind is str or kind is bytes:
        return text
    if issubclass(kind, str):
        return str.__str__(text)
    try:
        return bytes(memoryview(text))
    except TypeError:
        return text  # no text at all: the original says so


def check_text(cost: Cost, pattern: Any, given: Any, anchored: bool) -> Any:
    """Return the text to match, unless it is too long for a slow pattern."""
    text = exact(given)
    length = len(text) if isinstance(text, (str, bytes)) else 0
    if cost.exponential and longest_run(cost.chars, text, length) > MAX_EXPONENTIAL_TEXT:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take exponentially long on this text of {length} "
            "characters: it repeats a part that can match one text in several ways. Write it without nested repeats."
        )
    if length <= SHORT_TEXT and cost.power <= 2 and cost.options + cost.splits <= FREE_CHOICES:
        return given
    starts = 1 if anchored else text.count(cost.prefix) if cost.prefix and isinstance(text, str) else length
    if steps(cost, starts, length) <= MAX_STEPS:
        return given
    if steps(cost, starts, longest_run(cost.chars, text, length)) > MAX_STEPS:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take too long on this text of {length} characters: "
            "a repeat in it can go back over long stretches. Make it more specific, or match shorter pieces."
        )
    return given


def steps(cost: Cost, starts: int, run: int) -> float:
    """Return how many steps matching takes, at most, if so many characters in a row can be repeated."""
    choices = min(cost.options, run * log2(cost.options + 2)) + min(cost.splits, run)
    return float(max(starts, 1) * max(run, 1) ** cost.power * 2 ** min(choices, 64))


def longest_run(chars: frozenset[int], text: Any, length: int) -> int:
    """Return the length of the longest stretch of text that is made of given characters."""
    if length <= MAX_EXPONENTIAL_TEXT:
        return length
    inside = "".join(f"\\x{code:02x}" for code in sorted(chars))
    if isinstance(text, str):
        return max(
            map(len, re.findall(f"[{inside}\u0100-\U0010ffff]+" if 255 in chars else f"[{inside}]+", text)), default=0
        )
    return max(map(len, re.findall(f"[{inside}]+".encode(), bytes(text))), default=0)


class RegexGuards:
    """Offer the functions of `re` to one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.compiled: dict[Any, Any] = {}

    def compile(self, pattern: Any, flags: Any = 0) -> Any:
        """Compile a regular expression."""
        if isinstance(pattern, (re.Pattern, SlowPattern)):
            return pattern
        pattern, flags = exact(pattern), int(flags)
        if len(pattern) > MAX_PATTERN:
            raise InterpreterError(f"the regular expression is too long: at most {MAX_PATTERN} characters")
        known = self.compiled.get((type(pattern), pattern, flags))
        if known is None:
            known = self.guarded(re.compile(pattern, flags))
            if len(self.compiled) > 256:
                self.compiled.clear()
            self.compiled[type(pattern), pattern, flags] = known
        return known

    def guarded(self, pattern: Any) -> Any:
        """Return a compiled pattern, or what takes its place if it can be slow."""
        cost = judge(pattern.pattern, pattern.flags)
        return SlowPattern(pattern, cost, self.check_substitution) if not cost.linear or cost.exponential else pattern

    def _matcher(self, name: str) -> Any:
        def function(pattern: Any, string: Any, flags: Any = 0) -> Any:
            compiled = self.compile(pattern, flags)
            if name == "findall" and type(compiled) is re.Pattern:
                return matches(self.session, compiled, name)(string)
            return getattr(compiled, name)(string)

        function.__name__ = function.__qualname__ = name
        return function

    def split(self, pattern: Any, string: Any, maxsplit: int = 0, flags: Any = 0) -> Any:
        """Split text by the occurrences of a pattern."""
        compiled = self.compile(pattern, flags)
        if type(compiled) is re.Pattern:
            return matches(self.session, compiled, "split")(string, maxsplit)
        return compiled.split(string, maxsplit)

    def _substitute(self, name: str) -> Any:
        def function(pattern: Any, repl: Any, string: Any, count: int = 0, flags: Any = 0) -> Any:
            compiled = self.compile(pattern, flags)
            self.check_substitution(compiled, repl, string)
            return getattr(compiled, name)(repl, string, count)

        function.__name__ = function.__qualname__ = name
        return function

    def check_substitution(self, compiled: Any, repl: Any, string: Any) -> None:
        """Refuse a substitution whose result would be too large."""
        limit = self.session.limits.value_bytes
        if isinstance(repl, (str, bytes)) and repl:
            references = repl.count("\\") if isinstance(repl, str) else repl.count(b"\\")
            worst = (len(string) + 1) * len(repl) + len(string) * references
            if worst > limit:
                matches = sum(1 for _ in compiled.finditer(string))
                self.session.sizes.check(matches * len(repl) + len(string) * (references + 1))

    def functions(self) -> dict[str, Any]:
        """Return the functions by name."""
        names = ("match", "search", "fullmatch", "findall", "finditer")
        return {
            "compile": self.compile,
            "split": self.split,
            "sub": self._substitute("sub"),
            "subn": self._substitute("subn"),
            **{name: self._matcher(name) for name in names},
        }
