"""Values that hold others again and again, and what C code does with all that is in them: text, hashes, comparisons."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.fstrings import FormatRewriter
from smolagents.interpreter.nodes import at, call, name
from smolagents.interpreter.policy import words

BUILTIN_CLASSES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))
# Functions that are called directly where their arguments are harmless.
DIRECT = frozenset({"min", "max", "isinstance", "issubclass"})
# Decorators whose functions hash what they are given.
MEMOIZING = frozenset({"lru_cache", "cache"})
DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
# Methods and builtins that hash or compare what they are given.
WALKING = words("add discard get setdefault pop count index remove hash set frozenset dict sorted min max isdisjoint")


def called_name(func: Any) -> str | None:
    """Return the name by which a function or method is called."""
    return func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else None


class SharingRewriter(FormatRewriter):
    """Guard what can make few objects endlessly many parts."""

    def note_nesting(self, targets: list[Any], value: Any) -> None:
        """Note `x = (x, y)`: code that does such things is rewritten with more care."""
        if type(value) is ast.Subscript:
            value = value.slice  # `x = tuple[x, y]`
        if type(value) not in DISPLAYS or self.careful:
            return
        parts = value.values if type(value) is ast.Dict else value.elts
        held = {part.id for part in parts if type(part) is ast.Name}
        self.nests = self.nests or any(type(target) is ast.Name and target.id in held for target in targets)

    def note_memoized(self, identifier: str, makers: list[Any]) -> None:
        """Note a function that is made by `cache`, `lru_cache` or `lru_cache(…)`."""
        for maker in makers if self.careful else ():
            while type(maker) is ast.Call:
                maker = maker.func
            if called_name(maker) in MEMOIZING:
                self.memoized.add(identifier)

    def walked_arguments(self, func: Any, items: list[Any]) -> list[Any]:
        """Guard the arguments of what may hash or compare them."""
        if not self.careful:
            return items
        called = called_name(func)
        if called in self.memoized:
            return [item if type(item) is ast.Starred else self.walked(item) for item in items]
        return [self.walked(item) if type(item) is ast.Name else item for item in items] if called in WALKING else items

    @staticmethod
    def share(items: list[Any]) -> None:
        """Guard a variable that is in one display twice: again and again, that makes a value without end."""
        seen = set()
        for index, item in enumerate(items):
            if type(item) is ast.Name:
                if item.id in seen:
                    items[index] = call("<shared>", [item], item)
                seen.add(item.id)

    def call_directly(self, func: Any, node: ast.Call) -> None:
        """Call a builtin itself where what it is given is harmless, or made so."""
        if func.id in ("isinstance", "issubclass"):
            node.args[1:2] = map(self.class_or_tuple, node.args[1:2])
        elif len(node.args) < 2 or node.keywords or any(type(item) is ast.Starred for item in node.args):
            return
        self.guarded_calls.append((func, f"<{func.id}>"))

    def class_or_tuple(self, node: Any) -> Any:
        """Guard what `isinstance` takes for classes, unless it names builtin ones: it may be tuples of tuples."""
        if type(node) is ast.Tuple:
            node.elts = [self.class_or_tuple(item) for item in node.elts]
        elif type(node) is not ast.Name:
            return call("<classes>", [node], node)
        elif node.id not in BUILTIN_CLASSES or node.id in self.bound or self.defined(node.id):
            kind = call("<class>", [name(node.id, node)], node)
            is_tuple = at(ast.Compare(kind, [nodes.IS], [name("<tuple_class>", node)]), node)
            return nodes.choose(is_tuple, call("<classes>", [name(node.id, node)], node), node, node)
        return node
