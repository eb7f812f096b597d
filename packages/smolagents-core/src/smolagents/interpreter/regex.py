"""Regular expressions whose matching can take exponentially or polynomially long.

C code matches, and nothing interrupts it; so a pattern is judged when it is compiled, and a slow one refuses text on
which it could take too long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.regex_cost import Cost, judge

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

MAX_PATTERN = 20_000
# Steps that matching may take, at about a nanosecond each.
MAX_STEPS = 3 * 10**9
MAX_EXPONENTIAL_TEXT = 24
SHORT_TEXT = 1500


class SlowPattern:
    """Behave as a compiled pattern that refuses text on which matching could take too long."""

    __slots__ = ("_check", "_cost", "_pattern")

    def __init__(self, pattern: Any, cost: Cost, check: Any) -> None:
        self._pattern = pattern
        self._cost = cost
        self._check = check

    def __getattr__(self, name: str) -> Any:
        if name in ("match", "search", "fullmatch", "findall", "finditer", "split"):
            method = getattr(self._pattern, name)
            anchored = name in ("match", "fullmatch")

            def guarded(string: Any, *args: Any, **kwargs: Any) -> Any:
                check_text(self._cost, self._pattern, string, anchored)
                return method(string, *args, **kwargs)

            return guarded
        if name in ("sub", "subn"):
            method = getattr(self._pattern, name)

            def substitute(repl: Any, string: Any, count: int = 0) -> Any:
                check_text(self._cost, self._pattern, string, False)
                self._check(self._pattern, repl, string)
                return method(repl, string, count)

            return substitute
        if name[:1] != "_":
            return getattr(self._pattern, name)
        raise AttributeError(name)

    def __repr__(self) -> str:
        return repr(self._pattern)

    def __eq__(self, other: Any) -> bool:
        return bool(self._pattern == (other._pattern if type(other) is SlowPattern else other))

    def __hash__(self) -> int:
        return hash(self._pattern)


def check_text(cost: Cost, pattern: Any, text: Any, anchored: bool) -> None:
    """Refuse text that is too long for a slow pattern."""
    length = len(text) if isinstance(text, (str, bytes, bytearray)) else 0
    if cost.exponential and longest_run(cost.chars, text, length) > MAX_EXPONENTIAL_TEXT:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take exponentially long on this text of {length} "
            "characters: it repeats a part that can match one text in several ways. Write it without nested repeats."
        )
    if length <= SHORT_TEXT and cost.power <= 2:
        return
    starts = 1 if anchored else text.count(cost.prefix) if cost.prefix and isinstance(text, str) else length
    if starts * length**cost.power <= MAX_STEPS:
        return
    run = longest_run(cost.chars, text, length)
    if starts * run**cost.power > MAX_STEPS:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take too long on this text of {length} characters: "
            "a repeat in it can go back over long stretches. Make it more specific, or match shorter pieces."
        )


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
        if len(pattern) > MAX_PATTERN:
            raise InterpreterError(f"the regular expression is too long: at most {MAX_PATTERN} characters")
        try:
            known = self.compiled.get((type(pattern), pattern, flags))
        except TypeError:
            known = None
        if known is None:
            known = re.compile(pattern, flags)
            cost = judge(known.pattern, known.flags)
            if not cost.linear or cost.exponential:
                known = SlowPattern(known, cost, self.check_substitution)
            if len(self.compiled) > 256:
                self.compiled.clear()
            self.compiled[type(pattern), pattern, flags] = known
        return known

    def _matcher(self, name: str) -> Any:
        def function(pattern: Any, string: Any, flags: Any = 0) -> Any:
            return getattr(self.compile(pattern, flags), name)(string)

        function.__name__ = function.__qualname__ = name
        return function

    def split(self, pattern: Any, string: Any, maxsplit: int = 0, flags: Any = 0) -> Any:
        """Split text by the occurrences of a pattern."""
        return self.compile(pattern, flags).split(string, maxsplit)

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
