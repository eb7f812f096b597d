"""F-strings: what they show is weighed first, and widths that the code computes are bounded."""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter.nodes import call, constant
from smolagents.interpreter.operators import OperatorRewriter

LONG_NUMBER = 4


class FormatRewriter(OperatorRewriter):
    """Guard formatted text."""

    def visit_joined(self, node: ast.JoinedStr) -> Any:
        """Rewrite an f-string."""
        parts = sum(type(part) is ast.FormattedValue for part in node.values)
        node.values = [
            self.formatted(part, parts) if type(part) is ast.FormattedValue else part for part in node.values
        ]
        return node

    def formatted(self, node: ast.FormattedValue, parts: int) -> Any:
        """Rewrite one value in an f-string with so many of them."""
        value = self.expr(node.value)
        spec: Any = node.format_spec
        if spec is not None and not self.is_plain_spec(spec):
            if node.conversion != -1:
                value = call("<convert>", [value, constant(chr(node.conversion), node)], node)
            node.value = call("<format>", [value, self.visit_joined(spec)], node)
            node.conversion, node.format_spec = -1, None
            return node
        if type(value) is ast.Constant or self.is_number(value):
            node.value = value
            return node
        node.value = call("<shown>", [value, constant(parts, node)], node)
        return node

    @staticmethod
    def is_plain_spec(spec: ast.JoinedStr) -> bool:
        """Tell whether a format spec is a literal without a large width or precision."""
        digits = 0
        for part in spec.values:
            if type(part) is not ast.Constant or type(part.value) is not str:
                return False
            for character in part.value:
                digits = digits + 1 if character.isdigit() else 0
                if digits >= LONG_NUMBER:
                    return False
        return True
