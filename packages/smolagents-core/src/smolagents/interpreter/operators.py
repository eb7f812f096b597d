"""Operators whose result can be huge, and f-strings.

A value can only grow fast by multiplication, shifts and powers; adding grows it by the size of one operand. So `+`
checks that one operand is no giant, and the others compute the size beforehand. Numbers, by far the most common
operands, are told apart inline, as a call costs more than the operation.
"""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.fast import DIGIT
from smolagents.interpreter.nodes import assign, at, call, choose, constant, name, type_is
from smolagents.interpreter.visitor import CHECKPOINT_WEIGHT, Visitor

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
# Operators that take the square of the length of integers, unless one of these is short.
SLOW = frozenset({ast.FloorDiv, ast.Mod})
DIVISION_WEIGHT = 15
IDENTITY = (ast.Is, ast.IsNot)
SMALL_SHIFT = 4096
SMALL_FACTOR = DIGIT


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
        self.weight += 1
        if operator in SLOW and number(node.right) is None:
            self.weight += CHECKPOINT_WEIGHT if self.runs_once() else DIVISION_WEIGHT
        if operator not in GUARDS:
            if operator is ast.Div:
                self.floats = True
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
            return choose(type_is(left, "<float>", node), node, call(guard, [left, right], node), node)
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
            node.left = self.unless_number(left, "<percent>")
        return node

    def unless_number(self, node: Any, guard: str) -> Any:
        """Return a call of a guard on a value, past which numbers go."""
        if self.is_number(node):
            return node
        if self.runs_once():
            return call(guard, [node], node)
        if type(node) is nodes.NumberElse:
            node.orelse = call(guard, [node.orelse], node)
            return node
        parts = self.twice(node)
        if parts is None:
            return call(guard, [node], node)
        first, again = parts
        return nodes.number_else(first, again, call(guard, [again], node), node, self.floats)

    def twice(self, node: Any, hold: bool = False) -> tuple[Any, Any] | None:
        """Return an expression for a value, and one for the same value right afterwards; None if that can't be had."""
        if type(node) is ast.Name and not hold:
            return node, node
        if not self.can_hold():
            return None
        held = self.hold(node)
        target = at(ast.Name(held, nodes.STORE), node)
        return at(ast.NamedExpr(target, node), node), name(held, node)

    def product(self, node: ast.BinOp) -> Any:
        """Rewrite a product: in a loop, of floats or of small ints inline; of anything else by a call."""
        left, right = node.left, node.right
        guarded = call("<mul>", [left, right], node)
        factor = number(left) if number(right) is None else number(right)
        if not self.in_loop() or abs(factor or 0) >= SMALL_FACTOR:
            return guarded
        if factor is not None:
            return self.multiple(node, guarded)
        same = type(left) is ast.Name and type(right) is ast.Name and left.id == right.id
        # A name is read again after the other operand, which may bind it.
        first = self.twice(left, hold=type(right) is not ast.Name)
        second = self.twice(right)
        if first is None or second is None:
            return guarded
        node.left, node.right = guarded.args = [first[1], second[1]]
        is_float = type_is(first[1], "<float>", node)  # a float times anything is a float, or an error
        if self.floats and (same or second[0] is second[1]):
            is_float.left.args[0] = first[0]
            return choose(is_float, node, guarded, node)  # ints, which are not likely here, take the call
        kinds = [nodes.hidden("<int>")] if same else [nodes.type_of(second[0], node), nodes.hidden("<int>")]
        ints = nodes.compare(nodes.type_of(first[0], node), nodes.ALONE_IS if same else nodes.BOTH_ARE, kinds, node)
        bounds = [first[1], constant(SMALL_FACTOR, node)]
        small = nodes.compare(constant(-SMALL_FACTOR, node), nodes.BETWEEN, bounds, node)
        return choose(nodes.either([nodes.both([ints, small], node), is_float], node), node, guarded, node)

    def multiple(self, node: ast.BinOp, guarded: Any) -> Any:
        """Rewrite the product of a literal and something else, of which any int or float may be."""
        side = "left" if number(node.right) is not None else "right"
        if self.is_number(getattr(node, side)):
            return node
        operand = self.twice(getattr(node, side))
        if operand is None:
            return guarded
        first, again = operand
        setattr(node, side, again)
        guarded.args = [node.left, node.right]
        return nodes.number_else(first, node, guarded, node, self.floats)

    def add(self, node: ast.BinOp) -> Any:
        """Rewrite a sum: one operand must be no giant."""
        left, right = node.left, node.right
        if self.is_bounded(left) or self.is_bounded(right) or self.is_number(left) or self.is_number(right):
            return node
        if is_literal(left) or is_literal(right):
            return node if number(left) is not None or number(right) is not None else nodes.looked(node)
        if type(left) is ast.Name and type(right) is not ast.Name:
            node.left = self.no_giant(left)
        else:
            node.right = self.no_giant(right)
        return node

    @staticmethod
    def is_bounded(node: Any) -> bool:
        """Tell whether an expression's value went through a guard that bounds its size."""
        if type(node) is nodes.IfExp or type(node) is nodes.NumberElse:
            node = node.orelse
        return type(node) is nodes.Call and node.func.id in BOUNDED

    def no_giant(self, node: Any, guard: str = "<add>") -> Any:
        """Return an expression for the same value that raises for a giant one."""
        return node if is_literal(node) or self.is_bounded(node) else self.unless_number(node, guard)

    def visit_compare(self, node: ast.Compare) -> Any:
        """Rewrite a comparison."""
        node.left = self.expr(node.left)
        node.comparators = [self.expr(item) for item in node.comparators]
        if self.walks() and type(node.ops[0]) not in IDENTITY:
            parts = [node.left, *node.comparators]
            if not any(is_literal(part) for part in parts):
                node.left, *node.comparators = [self.walked(part) for part in parts]
        return node

    def visit_augassign(self, node: ast.AugAssign) -> Any:
        """Rewrite an augmented assignment."""
        value = node.value = self.expr(node.value)
        attribute = self.public_guarded(node.target)
        target = node.target = self.expr(node.target)
        if attribute is not None:
            held: Any = target.value
            if type(held) is nodes.IfExp:
                held = held.body
            elif type(held) is nodes.Call:
                held = held.args[0]
            target.value = call("<augmentable>", [held, constant(attribute, node)], node)
        operator = type(node.op)
        self.weight += 1
        if operator is ast.Add:
            node.value = self.no_giant(value, "<inserted>")
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
            loaded = name(target.id, node)
            test = nodes.is_number(loaded, node) if small else type_is(loaded, "<float>", node)
            guarded = choose(test, plain, guarded, node)
        return assign(target.id, guarded, node)

    def public_guarded(self, target: Any) -> str | None:
        """Return the name of a target's attribute if reading it needs a guard though it is public."""
        if type(target) is not ast.Attribute or target.attr[:1] == "_":
            return None
        return target.attr if self.rules.attribute_is_guarded(target.attr, target) else None

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
