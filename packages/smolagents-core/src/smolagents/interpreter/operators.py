"""Operators whose result can be huge, and f-strings.

A value can only grow fast by multiplication, shifts and powers; adding grows it by the size of one operand. So `+`
checks that one operand is no giant, and the others compute the size beforehand. Numbers, by far the most common
operands, are told apart inline, as a call costs more than the operation.
"""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter.nodes import assign, at, call, choose, constant, is_number, name, type_is
from smolagents.interpreter.visitor import Visitor

GUARDS: dict[type, str] = {
    ast.Add: "<add>", ast.Mult: "<mul>", ast.Pow: "<pow>", ast.LShift: "<lshift>", ast.Mod: "<percent>",
}  # fmt: skip
AUGMENTED: dict[type, str] = {
    ast.Mult: "<imul>", ast.Pow: "<ipow>", ast.LShift: "<ilshift>", ast.Mod: "<imod>",
}  # fmt: skip
SMALL = 4096
IDENTITY = (ast.Is, ast.IsNot)


def number(node: Any) -> Any:
    """Return the value of a numeric literal, else None."""
    if type(node) is ast.Constant and type(node.value) in (int, float):
        return node.value
    if type(node) is ast.UnaryOp and type(node.op) is ast.USub and type(node.operand) is ast.Constant:
        value = node.operand.value
        return -value if type(value) in (int, float) else None
    return None


class OperatorRewriter(Visitor):
    """Guard operators and formatted text."""

    def visit_binop(self, node: ast.BinOp) -> Any:
        """Rewrite a binary operation."""
        left = node.left = self.expr(node.left)
        right = node.right = self.expr(node.right)
        operator = type(node.op)
        guard = GUARDS.get(operator)
        if guard is None:
            return node
        if operator is ast.Add:
            return self.add(node)
        first, second = number(left), number(right)
        if operator is ast.Mod:
            if first is not None:
                return node
            # Text on the left becomes an object whose own `%` formats within bounds.
            percent = call("<percent>", [left], node)
            node.left = choose(is_number(left.id, node), left, percent, node) if type(left) is ast.Name else percent
            return node
        if first is not None and second is not None and self.is_small(operator, first, second):
            return node
        if type(first) is float or type(second) is float:
            return node  # a float operand makes the result a float, or an error
        test = None
        if operator is ast.Mult:
            test = self.product_test(left, right, first, second)
        elif operator is ast.LShift and type(second) is int and second <= SMALL:
            return node
        elif operator is ast.Pow and type(left) is ast.Name and (type(right) is ast.Name or second is not None):
            test = type_is(left.id, "<float>", node)
        if test is None:
            return call(guard, [left, right], node)
        again = [name(item.id, node) if type(item) is ast.Name else item for item in (left, right)]
        return choose(test, node, call(guard, again, node), node)

    @staticmethod
    def is_small(operator: type, first: Any, second: Any) -> bool:
        """Tell whether an operation on two literals is harmless."""
        if operator is ast.Mult:
            return True
        if operator is ast.Pow:
            return abs(second) <= 64 or type(first) is float
        return operator is ast.LShift and abs(second) <= SMALL

    @staticmethod
    def product_test(left: Any, right: Any, first: Any, second: Any) -> Any:
        """Return an inline test that shows a product to be harmless, if there is one."""
        if type(left) is ast.Name and type(right) is ast.Name:
            tests = [type_is(left.id, "<float>", left), type_is(right.id, "<float>", right)]
            return at(ast.BoolOp(ast.Or(), tests), left)
        if type(left) is ast.Name and type(second) is int and abs(second) < 2**30:
            return is_number(left.id, left)
        if type(right) is ast.Name and type(first) is int and abs(first) < 2**30:
            return is_number(right.id, right)
        return None

    def add(self, node: ast.BinOp) -> Any:
        """Rewrite a sum: one operand must be no giant."""
        left, right = node.left, node.right
        if ast.Constant in (type(left), type(right)) or number(left) is not None or number(right) is not None:
            return node
        if type(left) is ast.Name and type(right) is not ast.Name:
            node.left = self.no_giant(left)
        else:
            node.right = self.no_giant(right)
        return node

    def no_giant(self, node: Any) -> Any:
        """Return an expression for the same value that raises for a giant one."""
        if type(node) is ast.Constant or number(node) is not None:
            return node
        if type(node) is ast.Name:
            return choose(is_number(node.id, node), node, call("<add>", [name(node.id, node)], node), node)
        return call("<add>", [node], node)

    def visit_compare(self, node: ast.Compare) -> Any:
        """Rewrite a comparison."""
        node.left = self.class_value(node.left)
        node.comparators = [self.class_value(item) for item in node.comparators]
        if self.runs_once() and type(node.ops[0]) not in IDENTITY:
            parts = [node.left, *node.comparators]
            if all(number(part) is None and type(part) is not ast.Constant for part in parts):
                node.left, *node.comparators = [self.walked(part) for part in parts]
        return node

    def visit_augassign(self, node: ast.AugAssign) -> Any:
        """Rewrite an augmented assignment."""
        value = self.expr(node.value)
        target = self.expr(node.target)
        operator = type(node.op)
        node.value, node.target = value, target
        if operator is ast.Add:
            node.value = self.no_giant(value)
            return node
        guard = AUGMENTED.get(operator)
        if guard is None or type(number(value)) is float or self.growth_is_linear(operator, value, target):
            return node
        if type(target) is ast.Name:
            guarded = call(guard, [name(target.id, node), value], node)
            if type(value) is ast.Name or number(value) is not None:
                plain = at(ast.BinOp(name(target.id, node), node.op, value), node)
                test = is_number if operator is ast.Mod else _is_float
                guarded = choose(test(target.id, node), plain, guarded, node)
            return assign(target.id, guarded, node)
        return self.augment_in_place(node, guard)

    @staticmethod
    def growth_is_linear(operator: type, value: Any, target: Any) -> bool:
        return operator is ast.LShift and type(number(value)) is int and number(value) <= SMALL

    def augment_in_place(self, node: ast.AugAssign, guard: str) -> Any:
        """Rewrite `a.b *= v` and `a[i] *= v`, evaluating `a` and `i` once."""
        target: Any = node.target
        if type(target) is ast.Attribute:
            args = [target.value, constant(self.mangle(target.attr), node), name(guard, node), node.value]
            return at(ast.Expr(call("<augment_attribute>", args, node)), node)
        index = target.slice
        if type(index) is ast.Slice:
            parts = [
                part if part is not None else constant(None, node) for part in (index.lower, index.upper, index.step)
            ]
            index = call("<slice>", parts, node)
        args = [target.value, index, name(guard, node), node.value]
        return at(ast.Expr(call("<augment_item>", args, node)), node)

    def visit_joined(self, node: ast.JoinedStr) -> Any:
        """Rewrite an f-string."""
        parts = sum(type(part) is ast.FormattedValue for part in node.values)
        node.values = [
            self.formatted(part, parts) if type(part) is ast.FormattedValue else part for part in node.values
        ]
        return node

    def formatted(self, node: ast.FormattedValue, parts: int) -> Any:
        value = self.expr(node.value)
        spec: Any = node.format_spec
        if spec is not None and not self.is_plain_spec(spec):
            if node.conversion != -1:
                value = call("<convert>", [value, constant(chr(node.conversion), node)], node)
            node.value = call("<format>", [value, self.visit_joined(spec)], node)
            node.conversion, node.format_spec = -1, None
            return node
        guarded = call("<shown>", [value, constant(parts, node)], node)
        if type(value) is ast.Name:
            guarded.args[0] = name(value.id, node)
            guarded = choose(is_number(value.id, node), value, guarded, node)
        node.value = guarded
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
                if digits > 3:
                    return "%" in part.value and digits < 5
        return True


def _is_float(identifier: str, place: Any) -> Any:
    return type_is(identifier, "<float>", place)
