"""Patterns: what they bind, and what they read of an object where no guard can be put in."""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.expressions import ExpressionRewriter
from smolagents.interpreter.nodes import assign, at, call, name
from smolagents.interpreter.visitor import CHECKPOINT_WEIGHT

# Names under which code finds stand-ins, which take no positions.
STOOD_FOR = frozenset({"bytes", "bytearray"})


def inner_patterns(pattern: Any) -> list[Any]:
    """Return the patterns right inside of a pattern."""
    kind = type(pattern)
    if kind is ast.MatchClass:
        return [*pattern.patterns, *pattern.kwd_patterns]
    if kind is ast.MatchSequence or kind is ast.MatchOr or kind is ast.MatchMapping:
        return list(pattern.patterns)
    return [pattern.pattern] if kind is ast.MatchAs and pattern.pattern is not None else []


def patterns_of(pattern: Any, kind: type) -> list[Any]:
    """Return the patterns of a kind in a pattern, itself included."""
    found = [pattern] if type(pattern) is kind else []
    for part in inner_patterns(pattern):
        found += patterns_of(part, kind)
    return found


class PatternRewriter(ExpressionRewriter):
    """Guard what `match` does."""

    def visit_match(self, node: ast.Match) -> Any:
        """Rewrite `match`."""
        node.subject = self.expr(node.subject)
        classes: list[Any] = []
        for case in node.cases:
            parts = patterns_of(case.pattern, ast.MatchClass)
            classes.extend(self.pattern_classes(parts))
            checked = self.is_checked(parts)
            held: dict[str, str] = {}
            self.pattern(case.pattern, held if checked else None)
            if held:
                self.check_captures(case, held)
            elif case.guard is not None:
                case.guard = self.expr(case.guard)
            case.body = self.block(case.body)
        return [*classes, node] if classes else node

    def pattern_classes(self, parts: list[Any]) -> list[Any]:
        """Return statements that hold the classes of patterns with positions: `__match_args__` must name no secrets."""
        statements = []
        for part in parts:
            if part.patterns:
                self.check_pattern_value(part.cls)
                if self.scope.is_module:
                    self.loops_at_top = True  # the hidden names are to be a function's
                cls: Any = part.cls
                held = self.hold(part)
                value = call("<pattern_class>", [cls], part)
                if type(cls) is ast.Name and cls.id not in STOOD_FOR:
                    known = at(ast.Compare(name(cls.id, part), [nodes.IN], [name("<guests>", part)]), part)
                    value = nodes.choose(known, cls, value, part)
                statements.append(assign(held, value, part))
                part.cls = name(held, part)
        return statements

    def is_checked(self, parts: list[Any]) -> bool:
        """Tell whether a pattern with these classes may capture what an attribute access would need a guard for."""
        checked = False
        for part in parts:
            for attribute, inner in zip(part.kwd_attrs, part.kwd_patterns, strict=True):
                deeper = bool(patterns_of(inner, ast.MatchClass))
                compared = bool(patterns_of(inner, ast.MatchValue))
                checked |= self.rules.check_pattern_attribute(attribute, part, deeper, compared)
            checked |= bool(part.patterns)  # `__match_args__` tells their names
        if checked and self.scope.kind == "class":
            self.rules.refuse("This pattern can't be used in the body of a class.", parts[0])
        return checked

    def check_captures(self, case: Any, held: dict[str, str]) -> None:
        """Give a case's captures to a guard, before anything else can use them."""
        if self.scope.is_module:
            self.loops_at_top = True  # the hidden names are to be a function's
        place = case.pattern
        taken = []
        for captured, raw in held.items():
            target = at(ast.Name(captured, nodes.STORE), place)
            taken.append(at(ast.NamedExpr(target, call("<captured>", [name(raw, place)], place)), place))
        test = at(ast.Tuple(taken, nodes.LOAD), place)
        if case.guard is None:
            case.guard = test
        else:
            original = case.guard
            case.guard = at(ast.BoolOp(nodes.AND, [test, original]), place)
            case.guard.values[1] = self.expr(original)

    def pattern(self, node: Any, held: dict[str, str] | None) -> None:
        """Check a pattern, and let it capture under hidden names if these are held."""
        kind = type(node)
        if kind is ast.MatchValue:
            self.check_pattern_value(node.value)
        elif kind is ast.MatchMapping:
            self.capture(node, "rest", held)
            for key in node.keys:
                self.check_pattern_value(key)
        elif kind is ast.MatchClass:
            self.check_pattern_value(node.cls)
        elif kind is ast.MatchAs or kind is ast.MatchStar:
            self.capture(node, "name", held)
            if kind is ast.MatchStar:  # it copies
                self.weight += CHECKPOINT_WEIGHT
        for child in inner_patterns(node):
            self.pattern(child, held)

    def capture(self, node: Any, field: str, held: dict[str, str] | None) -> None:
        """Bind the name that a pattern captures, if it has one."""
        captured = getattr(node, field)
        if captured is None:
            return
        self.bind(captured, node)
        if held is not None:
            if captured not in held:
                held[captured] = self.hold(node)
            setattr(node, field, held[captured])

    def check_pattern_value(self, node: ast.expr) -> None:
        """Check a dotted name in a pattern, where no guard can be put in."""
        if type(node) is ast.Constant:
            return
        for part in ast.walk(node):
            if type(part) is ast.Attribute:
                self.rules.check_pattern_value(part.attr, part)
            elif type(part) is ast.Name:
                self.rules.check_name(part.id, part)
