"""Operators whose result can be huge, and f-strings.

A value can only grow fast by multiplication, shifts and powers; adding grows it by the size of one operand. So `+`
checks that one operand is no giant, and the others compute the size beforehand. Numbers, by far the most common
operands, are told apart inline, as a call costs more than the operation.
"""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.nodes import assign, at, call, choose, constant, is_number, name, type_is
from smolagents.interpreter.visitor import Visitor

GUARDS: dict[type, str] = {
    ast.Add: "<add>",
    ast.Mult: "<mul>",
    ast.Pow: "<pow>",
    ast.LShift: "<lshift>",
    ast.Mod: "<percent>",
}
AUGMENTED: dict[type, str] = {
    ast.Mult: "<imul>",
    ast.Pow: "<ipow>",
    ast.LShift: "<ilshift>",
    ast.Mod: "<imod>",
}
# Guards whose results are no giants.
BOUNDED = frozenset({"<mul>", "<pow>", "<lshift>", "<add>", "<join>", "<str>"})
IDENTITY = (ast.Is, ast.IsNot)
SMALL_SHIFT = 4096
SMALL_FACTOR = 2**30


def number(node: Any) -> Any:
    """Return the value of a numeric literal, else None."""
    if type(node) is ast.Constant and type(node.value) in (int, float):
        return node.value
    if type(node) is ast.UnaryOp and type(node.op) is ast.USub and type(node.operand) is ast.Constant:
        value: Any = node.operand.value
        return -value if type(value) in (int, float) else None
    return None


def is_literal(node: Any) -> bool:
    """Tell whether an operand is a literal, so of a fixed and modest size."""
    return type(node) is ast.Constant or number(node) is not None


class OperatorRewriter(Visitor):
    """Guard operators."""

    def visit_binop(self, node: ast.BinOp) -> Any:
        """Rewrite a binary operation."""
        node.left = self.expr(node.left)
        node.right = self.expr(node.right)
        operator = type(node.op)
        if operator not in GUARDS:
            return node
        if operator is ast.Add:
            return self.add(node)
        if operator is ast.Mod:
            return self.modulo(node)
        first, second = number(node.left), number(node.right)
        if type(first) is float or type(second) is float:
            return node  # a float operand makes the result a float, or an error
        if first is not None and second is not None and self.is_small(operator, first, second):
            return node
        if operator is ast.LShift and type(second) is int and second <= SMALL_SHIFT:
            return node
        if operator is ast.Mult:
            return self.product(node)
        guard = GUARDS[operator]
        left, right = node.left, node.right
        if operator is ast.Pow and type(left) is ast.Name and (type(right) is ast.Name or second is not None):
            again = [name(left.id, node), right]
            return choose(type_is(left.id, "<float>", node), node, call(guard, again, node), node)
        return call(guard, [left, right], node)

    @staticmethod
    def is_small(operator: type, first: Any, second: Any) -> bool:
        """Tell whether an operation on two literals is harmless."""
        if operator is ast.Mult:
            return True
        if operator is ast.Pow:
            return bool(abs(second) <= 64)
        return bool(abs(second) <= SMALL_SHIFT)

    def modulo(self, node: ast.BinOp) -> Any:
        """Rewrite `%`: text on the left becomes an object whose own `%` formats within bounds."""
        left: Any = node.left
        if number(left) is None:
            node.left = percent = call("<percent>", [left], node)
            if type(left) is ast.Name and not self.runs_once():
                node.left = choose(is_number(left.id, node), left, percent, node)
        return node

    def product(self, node: ast.BinOp) -> Any:
        """Rewrite a product: of floats or of small ints inline, of anything else by a call."""
        if self.runs_once():
            return call("<mul>", [node.left, node.right], node)
        tests: list[Any] = []
        operands: list[Any] = []
        for operand in (node.left, node.right):
            if number(operand) is not None:
                operands.append(None)
            elif type(operand) is ast.Name:
                operands.append(operand.id)
            elif self.can_hold():
                operands.append(self.hold(operand))
            else:
                return call("<mul>", [node.left, node.right], node)
        left, right = operands
        kinds = [self.kind_of(item, original, node) for item, original in ((left, node.left), (right, node.right))]
        if left is None or right is None or left == right:
            # With a literal or with itself: one operand tells what it is.
            (kind, operand) = (kinds[1], right) if left is None else (kinds[0], left)
            if abs(number(node.left if left is None else node.right) or 0) >= SMALL_FACTOR:
                return call("<mul>", [node.left, node.right], node)
            tests.append(at(ast.Compare(kind, [nodes.IS], [name("<float>", node)]), node))
            small_int = [type_is(operand, "<int>", node)]
            if left == right:
                small_int.append(self.is_small_int(operand, node))
            tests.append(at(ast.BoolOp(nodes.AND, small_int), node) if len(small_int) > 1 else small_int[0])
        else:
            floats = at(ast.Compare(kinds[0], [nodes.IS, nodes.IS], [kinds[1], name("<float>", node)]), node)
            ints = at(
                ast.Compare(
                    call("<class>", [name(left, node)], node),
                    [nodes.IS, nodes.IS],
                    [call("<class>", [name(right, node)], node), name("<int>", node)],
                ),
                node,
            )
            tests += [floats, at(ast.BoolOp(nodes.AND, [ints, self.is_small_int(left, node)]), node)]
        arguments = [
            original if item is None else name(item, node)
            for item, original in ((left, node.left), (right, node.right))
        ]
        plain = at(ast.BinOp(arguments[0], node.op, arguments[1]), node)
        return choose(at(ast.BoolOp(nodes.OR, tests), node), plain, call("<mul>", list(arguments), node), node)

    @staticmethod
    def kind_of(held: str | None, operand: Any, place: Any) -> Any:
        """Return `type(operand)`, keeping the operand in a variable if it is none itself."""
        if held is None or type(operand) is ast.Name:
            return call("<class>", [operand], place)
        target = at(ast.Name(held, nodes.STORE), place)
        return call("<class>", [at(ast.NamedExpr(target, operand), place)], place)

    @staticmethod
    def is_small_int(identifier: str, place: Any) -> Any:
        """Return a test that an int is so small that its product grows by little."""
        bounds = [name(identifier, place), constant(SMALL_FACTOR, place)]
        return at(ast.Compare(constant(-SMALL_FACTOR, place), [nodes.LESS, nodes.LESS], bounds), place)

    def add(self, node: ast.BinOp) -> Any:
        """Rewrite a sum: one operand must be no giant."""
        left, right = node.left, node.right
        if is_literal(left) or is_literal(right) or self.is_bounded(left) or self.is_bounded(right):
            return node
        if type(left) is ast.Name and type(right) is not ast.Name:
            node.left = self.no_giant(left)
        else:
            node.right = self.no_giant(right)
        return node

    @staticmethod
    def is_bounded(node: Any) -> bool:
        """Tell whether an expression's value went through a guard that bounds its size."""
        if type(node) is ast.IfExp:
            node = node.orelse
        return type(node) is ast.Call and type(node.func) is ast.Name and node.func.id in BOUNDED

    def no_giant(self, node: Any) -> Any:
        """Return an expression for the same value that raises for a giant one."""
        if is_literal(node) or self.is_bounded(node):
            return node
        if self.runs_once():
            return call("<add>", [node], node)
        if type(node) is ast.Name:
            return choose(is_number(node.id, node), node, call("<add>", [name(node.id, node)], node), node)
        if not self.can_hold():
            return call("<add>", [node], node)
        held = self.hold(node)
        kind = self.kind_of(held, node, node)
        test = at(ast.Compare(kind, [nodes.IS], [name("<int>", node)]), node)
        tests = at(ast.BoolOp(nodes.OR, [test, type_is(held, "<float>", node)]), node)
        return choose(tests, name(held, node), call("<add>", [name(held, node)], node), node)

    def visit_compare(self, node: ast.Compare) -> Any:
        """Rewrite a comparison."""
        node.left = self.class_value(node.left)
        node.comparators = [self.class_value(item) for item in node.comparators]
        if self.runs_once() and type(node.ops[0]) not in IDENTITY:
            parts = [node.left, *node.comparators]
            if not any(is_literal(part) for part in parts):
                node.left, *node.comparators = [self.walked(part) for part in parts]
        return node

    def visit_augassign(self, node: ast.AugAssign) -> Any:
        """Rewrite an augmented assignment."""
        value = node.value = self.expr(node.value)
        target = node.target = self.expr(node.target)
        operator = type(node.op)
        if operator is ast.Add:
            node.value = self.no_giant(value)
            return node
        guard = AUGMENTED.get(operator)
        factor = number(value)
        if guard is None or type(factor) is float:
            return node
        if operator is ast.LShift and type(factor) is int and factor <= SMALL_SHIFT:
            return node
        if type(target) is not ast.Name:
            return self.augment_in_place(node, guard)
        guarded = call(guard, [name(target.id, node), value], node)
        if type(value) is ast.Name or factor is not None:
            plain = at(ast.BinOp(name(target.id, node), node.op, value), node)
            small = operator is ast.Mod or (operator is ast.Mult and type(factor) is int and abs(factor) < SMALL_FACTOR)
            test = is_number(target.id, node) if small else type_is(target.id, "<float>", node)
            guarded = choose(test, plain, guarded, node)
        return assign(target.id, guarded, node)

    def augment_in_place(self, node: ast.AugAssign, guard: str) -> Any:
        """Rewrite `a.b *= v` and `a[i] *= v`, evaluating `a` and `i` once."""
        target: Any = node.target
        if type(target) is ast.Attribute:
            args = [target.value, constant(self.mangle(target.attr), node), name(guard, node), node.value]
            return at(ast.Expr(call("<augment_attribute>", args, node)), node)
        index = target.slice
        if type(index) is ast.Slice:
            bounds = (index.lower, index.upper, index.step)
            index = call("<slice>", [constant(None, node) if part is None else part for part in bounds], node)
        args = [target.value, index, name(guard, node), node.value]
        return at(ast.Expr(call("<augment_item>", args, node)), node)
