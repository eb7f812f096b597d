"""How long a regular expression's matching can take: judged from its syntax tree, once.

A pattern is slow when a repeated part can match the same text in several ways: exponentially for `(a+)+` and
`(a|a)*`, with a power of the text's length for `.*.*x`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
MANY = 16
# So many choices, and steps of judging, are as good as none.
FREE_CHOICES = 8
MAX_STEPS = 20_000
EVERYTHING = frozenset(range(256))
SAMPLE = "".join(map(chr, range(256)))


@dataclass(frozen=True, slots=True)
class Cost:
    """Hold what bounds the steps of matching.

    Args:
        exponential: Whether the steps can double with each character.
        power: How many repeats can share one stretch of text.
        options: How many yes-or-no choices bounded repeats leave open, whatever the text.
        splits: How many more there are of where one round of a bounded repeat ends: at most one for each character.
        linear: Whether matching never goes back over text.
        chars: The characters that the repeats can match, of the first 256; 255 stands for all beyond.
        prefix: The literal text with which each match begins.
    """

    exponential: bool
    power: int
    options: float
    splits: float
    linear: bool
    chars: frozenset[int]
    prefix: str


@lru_cache(512)
def judge(pattern: str | bytes, flags: int) -> Cost:
    """Return the cost of a pattern."""
    parser: Any = getattr(re, "_parser")  # noqa: B009 (private, and the only parser of this syntax)
    items = list(parser.parse(pattern, flags))
    return _Judge(flags).judge(items)


class _Judge:
    """Estimate the work of a parsed pattern."""

    def __init__(self, flags: int) -> None:
        self.ignore_case = bool(flags & re.IGNORECASE)

    def judge(self, items: list[Any]) -> Cost:
        """Judge a parsed pattern."""
        self.exponential = False
        self.repeated: frozenset[int] = frozenset()
        self.steps = 0
        power = self.sequence(items)
        options, splits = self.choices(items, frozenset())
        linear = (power == 0 or self.is_linear(items)) and options + splits <= FREE_CHOICES
        return Cost(self.exponential, power, options, splits, linear, self.repeated, self.prefix(items))

    def choices(self, items: list[Any], follow: frozenset[int]) -> tuple[float, float]:
        """Return the options and splits of items with given characters behind them."""
        options = splits = 0.0
        for index, (operation, argument) in enumerate(items):
            name = str(operation)
            rest = items[index + 1 :]
            after = self.first(rest) | (follow if self.may_be_empty(rest) else frozenset())
            if name in REPEATS:
                low, high, body = argument
                if high > MANY:
                    continue  # what is endless is judged by its power
                first = self.first(list(body))
                more, ends = self.choices(list(body), after | first)
                if high > low and first & after:
                    more += log2(high - low + 1) / max(high, 1)
                    self.repeated = self.repeated | self.characters(list(body))
                within = (more + ends) * high
                if high > 1 and more + ends and not self.may_be_empty(list(body)):
                    splits += within
                else:
                    options += within
            else:
                parts = [self.choices(part, after) for part in self.parts(name, argument)]
                options += max((part[0] for part in parts), default=0.0)
                splits += max((part[1] for part in parts), default=0.0)
        return options, splits

    @staticmethod
    def parts(name: str, argument: Any) -> list[list[Any]]:
        """Return the sequences that an item which is no repeat is made of."""
        if name == "SUBPATTERN":
            return [list(argument[-1])]
        if name == "BRANCH":
            return [list(branch) for branch in argument[1]]
        if name in ("ASSERT", "ASSERT_NOT"):
            return [list(argument[1])]
        if name == "ATOMIC_GROUP":
            return [list(argument)]
        if name == "GROUPREF_EXISTS":
            return [list(branch) for branch in argument[1:] if branch is not None]
        return []

    def is_linear(self, items: list[Any]) -> bool:
        """Tell whether nothing that could fail comes after the first repeat."""
        for index, (operation, argument) in enumerate(items):
            name = str(operation)
            if name in REPEATS:
                return all(str(inner[0]) in ("IN", "LITERAL", "ANY", "NOT_LITERAL") for inner in argument[2]) and all(
                    str(item[0]) in REPEATS and self.may_be_empty([item]) and self.is_linear([item])
                    for item in items[index + 1 :]
                )
            if name == "SUBPATTERN" and self.sequence(list(argument[-1])):
                return self.is_linear(list(argument[-1])) and index == len(items) - 1
            if name not in ("LITERAL", "IN", "NOT_LITERAL", "ANY", "AT"):
                return False
        return True

    def prefix(self, items: list[Any]) -> str:
        """Return the literal text at the beginning."""
        text = ""
        for operation, argument in items:
            if str(operation) != "LITERAL" or self.ignore_case:
                break
            text += chr(argument)
        return text

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
                    self.repeated = self.repeated | chars
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
            elif name == "GROUPREF":
                power += 1
            else:
                power = max([power, *map(self.sequence, self.parts(name, argument))])
            if name in ("LITERAL", "IN", "NOT_LITERAL", "ANY", "CATEGORY"):
                # A character that a repeat before it can't match ends that repeat.
                chars = self.characters([(operation, argument)])
                open_sets = [other for other in open_sets if other & chars]
        return power

    def check_nesting(self, body: list[Any], inner: int) -> None:
        """Note an exponential pattern: a repeated body that can match one text in several ways."""
        while len(body) == 1 and str(body[0][0]) == "SUBPATTERN":
            body = list(body[0][1][-1])
        self.check_loop(body, self.first(body))

    def check_loop(self, body: list[Any], first: frozenset[int]) -> None:
        """Note whether a variable repeat at the end of a body can go on with what the body begins with."""
        self.steps += len(body)
        if self.steps > MAX_STEPS:
            self.exponential = True
            return
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
            elif name in ("SUBPATTERN", "ATOMIC_GROUP", "GROUPREF_EXISTS") and self.may_be_empty(rest):
                for part in self.parts(name, argument):
                    self.check_loop(part, first)
            elif name == "BRANCH":
                self.check_branches([list(branch) for branch in argument[1]], rest, first)

    def check_branches(self, branches: list[list[Any]], rest: list[Any], first: frozenset[int]) -> None:
        """Note whether two branches can begin alike, or be passed by alike."""
        seen: frozenset[int] = frozenset()
        after = self.first(rest) | (first if self.may_be_empty(rest) else frozenset())
        if sum(self.may_be_empty(branch) for branch in branches) > 1:
            self.exponential = True
        for branch in branches:
            chars = self.first(branch) | (after if self.may_be_empty(branch) else frozenset())
            if chars & seen:
                self.exponential = True
            seen = seen | chars
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
            elif name in ("BRANCH", "GROUPREF_EXISTS"):
                for part in self.parts(name, item[1]):
                    chars = chars | self.first(part)
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
            elif name in ("ANY", "GROUPREF"):
                chars |= EVERYTHING
            elif name == "IN":
                chars |= self.char_class(argument)
            elif name in REPEATS:
                chars |= self.characters(list(argument[2]))
            elif name == "SUBPATTERN":
                chars |= self.characters(list(argument[-1]))
            elif name == "ATOMIC_GROUP":
                chars |= self.characters(list(argument))
            elif name in ("BRANCH", "GROUPREF_EXISTS"):
                for part in self.parts(name, argument):
                    chars |= self.characters(part)
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
