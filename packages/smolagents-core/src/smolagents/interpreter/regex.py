"""Regular expressions whose matching can take exponentially or polynomially long.

C code matches, and nothing interrupts it; so a pattern is judged when it is compiled. It is slow when a repeated part
can match the same text in several ways: `(a+)+`, `(a|a)*`, `.*.*x`. Slow patterns still work, on short text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

MAX_PATTERN = 20_000
# Steps that matching may take: text of length n and degree d needs about n ** d, an exponential pattern 2 ** n.
MAX_STEPS = 10**9
MAX_EXPONENTIAL_TEXT = 24
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
MANY = 16
EVERYTHING = frozenset(range(256))
SAMPLE = "".join(map(chr, range(256)))


@lru_cache(512)
def degree(pattern: str | bytes, flags: int) -> int:
    """Return the power of the text's length that matching can take, 0 for exponential."""
    parser: Any = getattr(re, "_parser")  # noqa: B009 (private, and needed: it is the only parser of this syntax)
    tree = parser.parse(pattern, flags)
    worst = _Judge(tree.state.flags if hasattr(tree, "state") else flags)
    return worst.judge(tree)


class _Judge:
    """Estimate the work of a parsed pattern."""

    def __init__(self, flags: int) -> None:
        self.ignore_case = bool(flags & re.IGNORECASE)

    def judge(self, tree: Any) -> int:
        self.exponential = False
        power = self.sequence(list(tree))
        return 0 if self.exponential else max(power, 1)

    def sequence(self, items: list[Any]) -> int:
        """Return the degree of items one after the other: repeats that can share text multiply."""
        power = 0
        open_sets: list[frozenset[int]] = []
        for operation, argument in items:
            name = str(operation)
            if name in REPEATS:
                low, high, body = argument
                inner = self.sequence(list(body))
                if high > MANY or high - low > MANY:
                    chars = self.characters(list(body))
                    self.check_nesting(list(body), inner)
                    overlapping = sum(1 for other in open_sets if other & chars)
                    power = max(power, overlapping + 1 + max(inner - 1, 0))
                    open_sets.append(chars)
                else:
                    if inner and high > 1:
                        open_sets.extend([self.characters(list(body))] * (high - 1))
                    power = max(power, inner * max(high, 1) if inner else 0)
            elif name == "SUBPATTERN":
                inner = self.sequence(list(argument[-1]))
                if inner:
                    chars = self.characters(list(argument[-1]))
                    overlapping = sum(1 for other in open_sets if other & chars)
                    power = max(power, overlapping + inner)
                    open_sets.append(chars)
            elif name == "BRANCH":
                power = max([power, *(self.sequence(list(branch)) for branch in argument[1])])
            elif name in ("ASSERT", "ASSERT_NOT"):
                power = max(power, self.sequence(list(argument[1])))
            elif name == "ATOMIC_GROUP":
                power = max(power, self.sequence(list(argument)))
            elif name == "GROUPREF":
                power += 1
            if name in ("LITERAL", "IN", "NOT_LITERAL", "ANY", "CATEGORY"):
                # A character that a repeat before it can't match ends that repeat.
                chars = self.characters([(operation, argument)])
                open_sets = [other for other in open_sets if other & chars]
        return power

    def check_nesting(self, body: list[Any], inner: int) -> None:
        """Note an exponential pattern: a repeated body that can match one text in several ways."""
        while len(body) == 1 and str(body[0][0]) == "SUBPATTERN":
            body = list(body[0][1][-1])
        if len(body) == 1 and str(body[0][0]) == "BRANCH":
            branches = [list(branch) for branch in body[0][1][1]]
            firsts = [self.first(branch) for branch in branches]
            for index, chars in enumerate(firsts):
                if any(chars & other for other in firsts[index + 1 :]):
                    self.exponential = True
            for branch in branches:
                self.check_loop(branch, frozenset().union(*firsts))
            return
        self.check_loop(body, self.first(body))

    def check_loop(self, body: list[Any], first: frozenset[int]) -> None:
        """Note whether a variable repeat at the end of a body can go on with what the body begins with."""
        for index, (operation, argument) in enumerate(body):
            name = str(operation)
            rest = body[index + 1 :]
            if name in REPEATS:
                low, high, inner = argument
                if high > low and (high > 1 or low == 0):
                    after = self.first(rest) if rest else frozenset()
                    if self.may_be_empty(rest):
                        after = after | first
                    if self.first(list(inner)) & after and (high > 1 or self.may_be_empty(rest)):
                        self.exponential = True
            elif name == "SUBPATTERN" and self.may_be_empty(rest):
                self.check_loop(list(argument[-1]), first)
            elif name == "BRANCH":
                for branch in argument[1]:
                    self.check_loop([*branch, *rest], first)

    def may_be_empty(self, items: list[Any]) -> bool:
        for operation, argument in items:
            name = str(operation)
            if name in REPEATS:
                if argument[0] > 0 and not self.may_be_empty(list(argument[2])):
                    return False
            elif name == "SUBPATTERN":
                if not self.may_be_empty(list(argument[-1])):
                    return False
            elif name == "BRANCH":
                if not any(self.may_be_empty(list(branch)) for branch in argument[1]):
                    return False
            elif name not in ("AT", "ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS"):
                return False
        return True

    def first(self, items: list[Any]) -> frozenset[int]:
        """Return the characters that items can begin with."""
        chars: frozenset[int] = frozenset()
        for index, item in enumerate(items):
            name = str(item[0])
            if name in REPEATS:
                chars = chars | self.first(list(item[1][2]))
            elif name == "SUBPATTERN":
                chars = chars | self.first(list(item[1][-1]))
            elif name == "BRANCH":
                for branch in item[1][1]:
                    chars = chars | self.first(list(branch))
            else:
                chars = chars | self.characters([item])
            if not self.may_be_empty(items[index : index + 1]):
                break
        return chars

    def characters(self, items: list[Any]) -> frozenset[int]:
        """Return all characters that items can match, of the first 256."""
        chars: set[int] = set()
        for operation, argument in items:
            name = str(operation)
            if name == "LITERAL":
                chars |= self.literal(argument)
            elif name == "NOT_LITERAL":
                chars |= EVERYTHING - {argument}
            elif name in ("ANY", "GROUPREF", "GROUPREF_EXISTS"):
                chars |= EVERYTHING
            elif name == "IN":
                chars |= self.char_class(argument)
            elif name in REPEATS:
                chars |= self.characters(list(argument[2]))
            elif name == "SUBPATTERN":
                chars |= self.characters(list(argument[-1]))
            elif name == "ATOMIC_GROUP":
                chars |= self.characters(list(argument))
            elif name == "BRANCH":
                for branch in argument[1]:
                    chars |= self.characters(list(branch))
        return frozenset(chars)

    def literal(self, code: int) -> set[int]:
        # Characters beyond the table share one place in it.
        code = code if code < 256 else 255
        return {code, ord(chr(code).swapcase()) & 255} if self.ignore_case else {code}

    def char_class(self, items: list[Any]) -> set[int]:
        chars: set[int] = set()
        negate = False
        for operation, argument in items:
            name = str(operation)
            if name == "NEGATE":
                negate = True
            elif name == "LITERAL":
                chars |= self.literal(argument)
            elif name == "RANGE":
                low, high = argument
                chars |= set(range(min(low, 255), min(high, 255) + 1))
            elif name == "CATEGORY":
                chars |= _category(str(argument))
        return set(EVERYTHING - chars) if negate else chars


@lru_cache(32)
def _category(name: str) -> frozenset[int]:
    kinds = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    for kind, text in kinds.items():
        if name.endswith("NOT_" + kind):
            return EVERYTHING - _category("CATEGORY_" + kind)
        if name.endswith(kind):
            return frozenset(index for index, character in enumerate(SAMPLE) if re.match(text, character))
    return EVERYTHING


class SlowPattern:
    """Behave as a compiled pattern that refuses text on which matching could take too long."""

    __slots__ = ("_degree", "_pattern")

    def __init__(self, pattern: Any, power: int) -> None:
        self._pattern = pattern
        self._degree = power

    def __getattr__(self, name: str) -> Any:
        if name in ("match", "search", "fullmatch", "findall", "finditer", "split"):
            method = getattr(self._pattern, name)

            def guarded(string: Any, *args: Any, **kwargs: Any) -> Any:
                check_text(self._degree, self._pattern, string)
                return method(string, *args, **kwargs)

            return guarded
        if name in ("sub", "subn"):
            method = getattr(self._pattern, name)

            def guarded_sub(repl: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
                check_text(self._degree, self._pattern, string)
                return method(repl, string, *args, **kwargs)

            return guarded_sub
        if name[:1] != "_":
            return getattr(self._pattern, name)
        raise AttributeError(name)

    def __repr__(self) -> str:
        return repr(self._pattern)

    def __eq__(self, other: Any) -> bool:
        return self._pattern == (other._pattern if type(other) is SlowPattern else other)

    def __hash__(self) -> int:
        return hash(self._pattern)


def check_text(power: int, pattern: Any, text: Any) -> None:
    """Refuse text that is too long for a slow pattern."""
    length = len(text) if isinstance(text, (str, bytes, bytearray)) else 0
    if power == 0 and length > MAX_EXPONENTIAL_TEXT:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take exponentially long on text of {length} characters: "
            "it repeats a part that can match the same text in several ways. Write it without nested repeats."
        )
    if power > 1 and length**power > MAX_STEPS:
        raise InterpreterError(
            f"the regular expression {pattern.pattern!r} can take too long on text of {length} characters: "
            "several of its repeats can match the same text. Make them more specific, or match shorter text."
        )


class RegexGuards:
    """Offer the functions of `re` to one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def compile(self, pattern: Any, flags: Any = 0) -> Any:
        """Compile a regular expression."""
        if isinstance(pattern, (re.Pattern, SlowPattern)):
            return pattern
        if len(pattern) > MAX_PATTERN:
            raise InterpreterError(f"the regular expression is too long: at most {MAX_PATTERN} characters")
        compiled = re.compile(pattern, flags)
        power = degree(compiled.pattern, compiled.flags)
        return compiled if power == 1 else SlowPattern(compiled, power)

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
        if isinstance(repl, (str, bytes)) and (len(repl) + repl.count("\\" if isinstance(repl, str) else b"\\")) > 0:
            references = repl.count("\\" if isinstance(repl, str) else b"\\")
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
