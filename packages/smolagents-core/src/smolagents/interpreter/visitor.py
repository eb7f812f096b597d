"""What all parts of the rewriter share: scopes, names, and dispatch by node type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from smolagents.interpreter.names import NameRules
from smolagents.interpreter.nodes import at, call
from smolagents.interpreter.scopes import Scope


class Visitor:
    """Walk an action's tree, in source order, and replace nodes.

    Args:
        rules: Which names and attributes the session's guests may use.
        protected: Tool names, which can't be assigned.
        defined: Tells whether the session already has a variable of that name.
    """

    expressions: ClassVar[dict[type, Callable[[Any, Any], Any]]] = {}
    statements: ClassVar[dict[type, Callable[[Any, Any], Any]]] = {}

    def __init__(self, rules: NameRules, protected: Iterable[str], defined: Callable[[str], bool]) -> None:
        self.rules = rules
        self.protected = frozenset(protected)
        self.defined = defined
        self.scope = Scope("module")
        self.bound: set[str] = set()  # by the whole action, in any scope
        self.module_names: set[str] = set()  # by its top level
        self.guarded_calls: list[tuple[Any, str]] = []  # calls of a builtin class by name
        self.class_loads: list[tuple[Any, str]] = []  # a builtin class as a value
        self.loops_at_top = False
        self.loop_depth = 0
        self.held = 0
        self.star_import = False
        self.awaits_at_top = False
        self.answers = False

    def block(self, statements: list[Any]) -> list[Any]:
        """Rewrite a list of statements."""
        result: list[Any] = []
        table = self.statements
        for statement in statements:
            visit = table.get(type(statement))
            if visit is None:
                self.rules.refuse(f"{type(statement).__name__} is not supported.", statement)
            done = visit(self, statement)
            if type(done) is list:
                result.extend(done)
            else:
                result.append(done)
        if statements and not result:
            result.append(at(ast.Pass(), statements[0]))
        return result

    def expr(self, node: Any) -> Any:
        """Rewrite an expression and return what takes its place."""
        visit = self.expressions.get(type(node))
        if visit is None:
            self.rules.refuse(f"{type(node).__name__} is not supported.", node)
        return visit(self, node)

    def exprs(self, items: list[Any]) -> list[Any]:
        """Rewrite several expressions."""
        table = self.expressions
        return [table[type(item)](self, item) if type(item) in table else self.expr(item) for item in items]

    def class_value(self, node: Any) -> Any:
        """Rewrite an expression that may name a builtin class only to compare with it."""
        if type(node) is ast.Name or (type(node) is ast.Tuple and all(type(item) is ast.Name for item in node.elts)):
            mark = len(self.class_loads)
            node = self.expr(node)
            del self.class_loads[mark:]
            return node
        return self.expr(node)

    def bind(self, identifier: str, node: Any) -> None:
        """Note that the current scope binds a name, which must be one that guests may bind."""
        scope = self.scope
        self.rules.check_binding(identifier, node, in_class=scope.kind == "class")
        self.bound.add(identifier)
        if scope.is_module or identifier in scope.globals:
            if identifier in self.protected:
                if identifier == "final_answer" and scope.is_module and type(node) is ast.Name:
                    self.answers = True
                else:
                    self.rules.refuse(f"Cannot assign to name '{identifier}': it is a tool. Choose another name.", node)
            self.module_names.add(identifier)

    def runs_once(self) -> bool:
        """Tell whether the code at hand runs once, so that a guard costs nothing that counts."""
        return self.scope.is_module and not self.loop_depth

    def can_hold(self) -> bool:
        """Tell whether a temporary variable is cheap and invisible: in a function, as which top-level loops run too."""
        return self.scope.kind in ("function", "lambda") or (self.scope.is_module and self.loop_depth > 0)

    def hold(self, node: Any) -> str:
        """Return the name of a temporary variable for the value of an expression."""
        self.held += 1
        return f"<{self.held}>"

    def walked(self, node: Any) -> Any:
        """Guard a value that C code compares or hashes with all that is in it.

        Small nested values can take for ever (`x = [x, x]`, fifty times). In loops and functions this guard would cost
        more than the comparison, so it is only in code that runs once.
        """
        return call("<compared>", [node], node)

    def note_await(self) -> None:
        """Note an `await` that may be the action's own."""
        if self.scope.outside_comprehension().is_module:
            self.awaits_at_top = True

    def trusts(self, node: ast.expr) -> bool:
        """Tell whether an expression is a method's own `self`, which the method checks when it is entered."""
        if type(node) is not ast.Name:
            return False
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.self_name == node.id:
                if scope.self_is_stable():
                    scope.self_used = True
                    return True
                return False
            scope = scope.parent
        return False

    def mangle(self, attribute: str) -> str:
        """Apply Python's mangling of `__x` inside a class."""
        if attribute[:2] == "__" and attribute[-2:] != "__":
            owner = self.scope.class_name.lstrip("_")
            if owner:
                return f"_{owner}{attribute}"
        return attribute

    def finish(self) -> None:
        """Put in guards for builtin classes, where the action and the session don't bind their names."""
        for node, guard in [*self.guarded_calls, *self.class_loads]:
            if node.id not in self.bound and not self.defined(node.id):
                node.id = guard
