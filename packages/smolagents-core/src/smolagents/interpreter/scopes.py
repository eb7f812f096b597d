"""The scopes of an action, and which of them may trust their `self`."""

from __future__ import annotations

import ast
from typing import Any


class Scope:
    """One block of source: module, class, function, lambda or comprehension."""

    __slots__ = (
        "class_name", "globals", "is_async", "is_module", "kind", "node", "parent", "self_is_class", "self_name",
        "self_used", "stable",
    )  # fmt: skip

    def __init__(self, kind: str, parent: Scope | None = None, node: Any = None) -> None:
        self.kind = kind
        self.parent = parent
        self.node = node
        self.is_module = kind == "module"
        self.is_async = False
        self.class_name: str = parent.class_name if parent is not None else ""
        self.globals: set[str] = set()
        self.self_name: str | None = None
        self.self_is_class = False
        self.self_used = False
        self.stable: bool | None = None

    def outside_comprehension(self) -> Scope:
        """Return the scope in which a walrus inside of this one binds."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope

    def leave(self) -> Scope:
        """Return the scope around."""
        assert self.parent is not None
        return self.parent

    def take_self(self, function: Any, is_class: bool) -> None:
        """Take a method's first parameter for its `self`, unless decorators say that it has none."""
        for decorator in function.decorator_list:
            if type(decorator) is ast.Name and decorator.id == "staticmethod":
                return
            if type(decorator) is ast.Name and decorator.id == "classmethod":
                is_class = True
        positional = [*function.args.posonlyargs, *function.args.args]
        if positional:
            self.self_name = positional[0].arg
            self.self_is_class = is_class

    def self_is_stable(self) -> bool:
        """Tell whether nothing in the method binds the name of `self` again."""
        if self.stable is None:
            first = (*self.node.args.posonlyargs, *self.node.args.args)[0]
            self.stable = not any(binds(node, self.self_name) for node in ast.walk(self.node) if node is not first)
        return self.stable


def binds(node: Any, identifier: str | None) -> bool:
    """Tell whether a node binds a name, in whatever scope."""
    kind = type(node)
    if kind is ast.Name:
        return bool(node.id == identifier and type(node.ctx) is not ast.Load)
    if kind is ast.arg:
        return bool(node.arg == identifier)
    if kind is ast.alias:
        return bool((node.asname or node.name.partition(".")[0]) == identifier)
    if kind in (ast.Global, ast.Nonlocal):
        return identifier in node.names
    if kind is ast.MatchMapping:
        return bool(node.rest == identifier)
    return bool(getattr(node, "name", None) == identifier)
