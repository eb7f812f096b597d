"""Small syntax trees that the rewriter puts in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.scopes import Scope

LOAD = ast.Load()
STORE = ast.Store()
AND = ast.And()
OR = ast.Or()
IS = ast.Is()
NOT_IN = ast.NotIn()
IN = ast.In()
LESS = ast.Lt()

# Attributes of a class that tell facts about it: `x.__class__.__name__` is fine on any object.
CLASS_FACTS = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})


def at(new: Any, old: Any) -> Any:
    """Give a new node the place in the source of an old one; where that ends is of no use to it."""
    new.lineno = old.lineno
    new.col_offset = old.col_offset
    return new


def name(identifier: str, place: Any) -> Any:
    """Return a load of a name."""
    return at(ast.Name(identifier, LOAD), place)


def constant(value: Any, place: Any) -> Any:
    """Return a literal."""
    return at(ast.Constant(value), place)


def call(guard: str, args: list[Any], place: Any) -> Any:
    """Return a call of a guard."""
    return at(ast.Call(name(guard, place), args, []), place)


def draw(place: Any) -> Any:
    """Return an expression that draws a tick and is true."""
    return at(ast.Compare(constant(True, place), [IN], [name("<ticks>", place)]), place)


def tick_statement(place: Any) -> Any:
    """Return a statement that draws a tick: a `for` that breaks at once is the cheapest one."""
    target = at(ast.Name("<t>", STORE), place)
    return at(ast.For(target, name("<ticks>", place), [at(ast.Break(), place)], []), place)


def type_is(identifier: str, kind: str, place: Any) -> Any:
    """Return `type(identifier) is kind`."""
    return at(ast.Compare(call("<class>", [name(identifier, place)], place), [IS], [name(kind, place)]), place)


def is_number(identifier: str, place: Any) -> Any:
    """Return a test that a variable is exactly an int or a float."""
    tests = [type_is(identifier, "<int>", place), type_is(identifier, "<float>", place)]
    return at(ast.BoolOp(OR, tests), place)


def choose(test: Any, then: Any, otherwise: Any, place: Any) -> Any:
    """Return `then if test else otherwise`."""
    return at(ast.IfExp(test, then, otherwise), place)


def assign(identifier: str, value: Any, place: Any) -> Any:
    """Return `identifier = value`."""
    return at(ast.Assign([at(ast.Name(identifier, STORE), place)], value), place)


def all_arguments(args: ast.arguments) -> Iterator[ast.arg]:
    """Yield every parameter of a function."""
    yield from args.posonlyargs
    yield from args.args
    if args.vararg is not None:
        yield args.vararg
    yield from args.kwonlyargs
    if args.kwarg is not None:
        yield args.kwarg


def split_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """Take the docstring off a body and return it."""
    first = body[0]
    if type(first) is ast.Expr and type(first.value) is ast.Constant and type(first.value.value) is str:
        del body[0]
        return [first]
    return []


def self_check(scope: Scope, place: Any) -> Any:
    """Return a statement that makes sure that a method runs on an object of a guest class.

    With it, the method's own `self.x = …` and `self._x` need no guard.
    """
    identifier = scope.self_name
    assert identifier is not None
    kind = name(identifier, place) if scope.self_is_class else call("<class>", [name(identifier, place)], place)
    test = at(ast.Compare(kind, [NOT_IN], [name("<guests>", place)]), place)
    complain = at(ast.Expr(call("<foreign>", [name(identifier, place)], place)), place)
    return at(ast.If(test, [complain], []), place)
