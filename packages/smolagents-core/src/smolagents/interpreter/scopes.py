"""The scopes of an action, and which of them may trust their `self`."""

from __future__ import annotations

import ast
from typing import Any

_NONE: frozenset[str] = frozenset()


class Scope:
    """One block of source: module, class, function, lambda or comprehension."""

    __slots__ = (
        "class_name", "globals", "ints", "is_async", "is_module", "kind", "node", "parent", "private_names",
        "self_is_class", "self_name", "self_used", "stable",
    )  # fmt: skip

    def __init__(self, kind: str, parent: Scope | None = None, node: Any = None) -> None:
        self.kind = kind
        self.parent = parent
        self.node = node
        self.is_module = kind == "module"
        self.is_async = False
        self.class_name: str = parent.class_name if parent is not None else ""
        self.globals: frozenset[str] = _NONE
        self.ints: dict[str, bool] = {}  # a comprehension's variables: whether they are ints for sure
        self.self_name: str | None = None
        self.self_is_class = False
        self.self_used = False
        self.private_names: frozenset[str] = _NONE  # what the method reads and sets of its `self`
        self.stable = True

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

    def rebind_self(self) -> None:
        """Note that something binds the name of `self` again, in whatever scope: it is trusted no more."""
        if self.self_used:
            raise Rebound((self.node.lineno, self.node.col_offset))
        self.stable = False


class Rebound(Exception):
    """Say that a method binds the name of its `self` again, or the action that of `range`, after it was relied on.

    Args:
        function: Where the method begins: its line and column; (0, 0) for `range`.
    """

    def __init__(self, function: tuple[int, int]) -> None:
        super().__init__(function)
        self.function = function
