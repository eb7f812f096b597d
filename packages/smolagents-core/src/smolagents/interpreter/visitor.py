"""What all parts of the rewriter share: scopes, names, and dispatch by node type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NoReturn

from smolagents.interpreter import nodes
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.nodes import CHECKPOINT, at, call, checked
from smolagents.interpreter.scopes import Rebound, Scope

# C code between two calls can't be interrupted. So many operations may follow each other without a checkpoint.
CHECKPOINT_WEIGHT = 64
FEW = 16
RANGE = (0, 0)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)


class Visitor:
    """Walk an action's tree, in source order, and replace nodes.

    Args:
        rules: Which names and attributes the session's guests may use.
        protected: Tool names, which can't be assigned.
        defined: Tells whether the session already has a variable of that name.
        unstable: Methods that are known to bind the name of their `self` again, by line and column.
    """

    expressions: ClassVar[dict[type, Callable[[Any, Any], Any]]] = {}
    statements: ClassVar[dict[type, Callable[[Any, Any], Any]]] = {}

    def __init__(
        self,
        rules: NameRules,
        protected: Iterable[str],
        defined: Callable[[str], bool],
        unstable: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self.rules = rules
        self.protected = frozenset(protected)
        self.defined = defined
        self.unstable = unstable
        self.selves: dict[str, Scope] = {}  # the methods around, by the names of their `self`
        self.scope = Scope("module")
        self.bound: set[str] = set()  # by the whole action, in any scope
        self.module_names: set[str] = set()  # by its top level
        self.guarded_calls: list[tuple[Any, str]] = []  # calls of a builtin class by name
        self.ranges: list[tuple[Any, Any]] = []  # loops over a range, with its name
        self.catches = 0  # statements so far that may swallow an exception
        self.relies_on_range = False
        self.floats = False  # whether floats are likely: the code divides, or has a literal
        self.loops_at_top = False
        self.loop_depth = 0
        self.held = 0
        self.unheld = 0  # comprehensions around, in whose iterables no temporary variable can be
        self.star_import = False
        self.futures = 0  # compiler flags
        self.awaits_at_top = False
        self.weight = 0  # of what was done since a checkpoint
        self.answers = False
        self.nests = False  # values inside values of their own kind, in a loop
        self.careful = False  # as the action does so
        self.memoized: set[str] = set()  # functions that hash their arguments

    def block(self, statements: list[Any]) -> list[Any]:
        """Rewrite a list of statements."""
        result: list[Any] = []
        table = self.statements
        for statement in statements:
            done = table[type(statement)](self, statement)
            if type(done) is list:
                result.extend(done)
            else:
                result.append(done)
            if self.weight > CHECKPOINT_WEIGHT:
                self.weight = 0
                result.append(CHECKPOINT)
        if statements and not result:
            result.append(at(ast.Pass(), statements[0]))
        return result

    def expr(self, node: Any) -> Any:
        """Rewrite an expression and return what takes its place."""
        return self.expressions[type(node)](self, node)

    def unsupported(self, node: Any) -> NoReturn:
        """Refuse what no other method visits."""
        self.rules.refuse(f"{type(node).__name__} is not supported.", node)

    def exprs(self, items: list[Any]) -> list[Any]:
        """Rewrite several expressions."""
        table = self.expressions
        weight = self.weight
        done = [table[type(item)](self, item) for item in items]
        weight = self.weight - weight
        if weight > CHECKPOINT_WEIGHT and len(done) > 1:
            step = min(max(len(done) * CHECKPOINT_WEIGHT // weight, 1), FEW)
            for index in range(step, len(done), step):
                item = done[index]
                if type(item) is ast.Starred and type(item.ctx) is ast.Load:
                    item.value = checked(item.value)
                elif type(getattr(item, "ctx", None)) not in (ast.Store, ast.Del):  # a target has no value
                    done[index] = checked(item)
        return done

    def bind(self, identifier: str, node: Any) -> None:
        """Note that the current scope binds a name, which must be one that guests may bind."""
        scope = self.scope
        if identifier[:1] == "_":
            self.rules.check_binding(identifier, node, scope.kind)
        self.note_bound(identifier)
        if scope.is_module or identifier in scope.globals:
            if identifier in self.protected:
                if identifier == "final_answer" and scope.is_module and type(node) is ast.Name:
                    self.answers = True
                else:
                    self.rules.refuse(f"Cannot assign to name '{identifier}': it is a tool. Choose another name.", node)
            self.module_names.add(identifier)

    def note_bound(self, identifier: str) -> None:
        """Note that some scope binds a name."""
        self.bound.add(identifier)
        if identifier in self.selves:
            self.selves[identifier].rebind_self()

    def runs_once(self) -> bool:
        """Tell whether the code at hand runs once, so that a guard costs nothing that counts."""
        return self.scope.is_module and not self.loop_depth

    def walks(self) -> bool:
        """Tell whether a value that is hashed or compared is weighed before: in most hot code that costs too much."""
        return self.careful or self.runs_once()

    def iterate(self, loop: Any, iterable: Any, catches: bool = False) -> None:
        """Let a loop draw ticks: one by one, or all at its beginning where it is over a short range.

        The latter only where nothing in the loop `catches`: what stops the action may come from outside then.
        """
        loop.iter = iterable
        if type(iterable) is ast.Call and not catches and not iterable.keywords:
            func = iterable.func
            if type(func) is ast.Name and func.id == "range":
                self.ranges.append((loop, func))
                return
        loop.iter = nodes.compress(iterable)

    def in_loop(self) -> bool:
        """Tell whether the code at hand is in a loop, where time counts more than the length of the code."""
        return self.loop_depth > 0 or self.scope.kind == "comprehension"

    def can_hold(self) -> bool:
        """Tell whether a temporary variable is cheap and invisible: in a function, as which top-level loops run too."""
        if self.unheld:
            return False
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

    def trusts(self, node: ast.expr, attribute: str) -> bool:
        """Tell whether an expression is a method's own `self`, which the method checks when it is entered."""
        if type(node) is not ast.Name:
            return False
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.self_name == node.id:
                if scope.stable:
                    scope.self_used = True
                    if self.rules.is_private(attribute):
                        scope.private_names |= {self.mangle(attribute)}
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

    def is_range(self, iterable: Any) -> bool:
        """Tell whether an expression is a range, unless the action still binds that name further down."""
        if type(iterable) is not ast.Call or type(iterable.func) is not ast.Name or iterable.func.id != "range":
            return False
        if RANGE in self.unstable or "range" in self.bound or "range" in self.protected or self.defined("range"):
            return False
        self.relies_on_range = True
        return True

    def note_ints(self, target: Any, iterable: Any) -> None:
        """Note which variables of a comprehension are ints for sure: those that go through a range."""
        ints = self.scope.ints
        if type(target) is ast.Name:
            ints[target.id] = self.is_range(iterable) and ints.get(target.id, True)
        else:
            ints.update((part.id, False) for part in ast.walk(target) if type(part) is ast.Name)

    def is_number(self, node: Any) -> bool:
        """Tell whether an expression is an int or a float for sure."""
        kind = type(node)
        if kind is ast.Name:
            scope: Any = self.scope
            while scope.kind == "comprehension":
                if node.id in scope.ints:
                    return bool(scope.ints[node.id])
                scope = scope.parent
            return False
        if kind is ast.BinOp:
            return type(node.op) in ARITHMETIC and self.is_number(node.left) and self.is_number(node.right)
        return kind is ast.Constant and type(node.value) in (int, float)

    def finish(self) -> None:
        """Put in guards for builtin classes, where the action and the session don't bind their names.

        Raises:
            Rebound: The action binds `range`, after it was taken for the builtin.
        """
        if self.relies_on_range and "range" in self.bound:
            raise Rebound(RANGE)
        for node, guard in self.guarded_calls:
            if node.id not in self.bound and not self.defined(node.id) and node.id not in self.protected:
                node.id = guard
        for loop, func in self.ranges:
            if func.id == "<range>":
                func.id = "<steps>"
            else:
                loop.iter = nodes.compress(loop.iter)
