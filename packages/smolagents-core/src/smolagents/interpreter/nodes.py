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
# These are the same nodes wherever they occur: to make them anew costs more than to compile them.
_PLACE = {"lineno": 1, "col_offset": 0}
LOOK = ast.Call(ast.Name("<look>", LOAD, **_PLACE), [], [], **_PLACE)
LOOKED = ast.BoolOp(OR, [ast.Name("<calm>", LOAD, **_PLACE), LOOK], **_PLACE)
CHECKPOINT = ast.Expr(LOOK, **_PLACE)
ALONE_IS = [IS]
IS_IN = [IN]
BETWEEN = [LESS, LESS]
BOTH_ARE = [IS, IS]
_tick_target = ast.Name("<t>", STORE, lineno=1, col_offset=0)
_tick_end = ast.Break(lineno=1, col_offset=0)

# Attributes of a class that tell facts about it: `x.__class__.__name__` is fine on any object.
CLASS_FACTS = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})


_new = ast.AST.__new__
_hidden: dict[str, Any] = {}


def _slotted(base: type, *fields: str, **fixed: Any) -> Any:
    """Return a class of nodes that are made several times faster than its base's.

    They have slots for what differs, and share what does not. An instance has no `__init__` that looks for all fields.
    """
    places = {"col_offset": 0, "end_lineno": None, "end_col_offset": None}
    return type(base.__name__, (base,), {"__slots__": (*fields, "lineno"), **places, **fixed})


Call = _slotted(ast.Call, "func", "args", keywords=[])
Compare = _slotted(ast.Compare, "left", "ops", "comparators")
BoolOp = _slotted(ast.BoolOp, "op", "values")
IfExp = _slotted(ast.IfExp, "test", "body", "orelse")
NumberElse = _slotted(ast.IfExp, "test", "body", "orelse")  # whose body is an int or a float
Constant = _slotted(ast.Constant, "value", kind=None)
For = _slotted(ast.For, "iter", target=_tick_target, body=[_tick_end], orelse=[], type_comment=None)
Load = _slotted(ast.Name, "id", ctx=LOAD)
Store = _slotted(ast.Name, "id", ctx=STORE)


def at(new: Any, old: Any) -> Any:
    """Give a new node the place in the source of an old one; where that ends is of no use to it."""
    new.lineno = old.lineno
    new.col_offset = old.col_offset
    return new


def hidden(identifier: str) -> Any:
    """Return a load of a name that source can't spell. It raises nothing, so one node does for all places."""
    node = _hidden.get(identifier)
    if node is None:
        node = _hidden[identifier] = ast.Name(identifier, LOAD, lineno=1, col_offset=0)
    return node


def name(identifier: str, place: Any) -> Any:
    """Return a load of a name."""
    if identifier[0] == "<":
        return hidden(identifier)
    node = _new(Load)
    node.id = identifier
    node.lineno = place.lineno
    return node


def constant(value: Any, place: Any) -> Any:
    """Return a literal."""
    node = _new(Constant)
    node.value = value
    node.lineno = place.lineno
    return node


def call(guard: str, args: list[Any], place: Any) -> Any:
    """Return a call of a guard."""
    node = _new(Call)
    node.func = _hidden.get(guard) or hidden(guard)
    node.args = args
    node.lineno = place.lineno
    return node


def compare(left: Any, ops: list[Any], comparators: list[Any], place: Any) -> Any:
    """Return a comparison."""
    node = _new(Compare)
    node.left = left
    node.ops = ops
    node.comparators = comparators
    node.lineno = place.lineno
    return node


def either(tests: list[Any], place: Any) -> Any:
    """Return `a or b`."""
    node = _new(BoolOp)
    node.op = OR
    node.values = tests
    node.lineno = place.lineno
    return node


def both(tests: list[Any], place: Any) -> Any:
    """Return `a and b`."""
    node = either(tests, place)
    node.op = AND
    return node


def compress(iterable: Any) -> Any:
    """Return an iterable whose elements draw ticks."""
    return call("<compress>", [iterable, hidden("<raw>")], iterable)


def draw(place: Any) -> Any:
    """Return an expression that draws a tick and is true."""
    return compare(constant(True, place), IS_IN, [hidden("<ticks>")], place)


def looked(node: Any) -> Any:
    """Return an expression for the same value, which looks at the memory first where there are large values."""
    return at(ast.BoolOp(AND, [LOOKED, node]), node)


def checked(node: Any) -> Any:
    """Return an expression for the same value, which looks at the budget first."""
    return at(ast.BoolOp(AND, [LOOK, node]), node)


def tick_statement(place: Any) -> Any:
    """Return a statement that draws a tick: a `for` that breaks at once is the cheapest one."""
    node = _new(For)
    node.iter = hidden("<ticks>")
    node.lineno = place.lineno
    return node


def type_of(operand: Any, place: Any) -> Any:
    """Return `type(operand)`."""
    return call("<class>", [operand], place)


def type_is(operand: Any, kind: str, place: Any) -> Any:
    """Return `type(operand) is kind`."""
    return compare(type_of(operand, place), ALONE_IS, [hidden(kind)], place)


def is_number(operand: Any, place: Any) -> Any:
    """Return a test that a value is exactly an int or a float."""
    return compare(type_of(operand, place), IS_IN, [hidden("<numbers>")], place)


def number_else(tested: Any, number: Any, otherwise: Any, place: Any, floats: bool) -> Any:
    """Return `number if … else otherwise` with a test that lets ints pass, and floats where these are likely.

    Args:
        tested: What is tested.
        number: An expression that is a number if what is tested is one.
        otherwise: What to do with anything else.
        place: Where it is.
        floats: Whether floats are likely. The test for one type alone is the faster one.
    """
    node = _new(NumberElse)
    node.test = is_number(tested, place) if floats else type_is(tested, "<int>", place)
    node.body = number
    node.orelse = otherwise
    node.lineno = place.lineno
    return node


def choose(test: Any, then: Any, otherwise: Any, place: Any) -> Any:
    """Return `then if test else otherwise`."""
    node = _new(IfExp)
    node.test = test
    node.body = then
    node.orelse = otherwise
    node.lineno = place.lineno
    return node


def assign(identifier: str, value: Any, place: Any) -> Any:
    """Return `identifier = value`."""
    return at(ast.Assign([at(ast.Name(identifier, STORE), place)], value), place)


def is_of_one(node: ast.Call) -> bool:
    """Tell whether a call has one positional argument and nothing else."""
    return len(node.args) == 1 and not node.keywords and type(node.args[0]) is not ast.Starred


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
    names = constant(tuple(sorted(scope.private_names)), place)
    complain = at(ast.Expr(call("<foreign>", [name(identifier, place), names], place)), place)
    return at(ast.If(test, [complain], []), place)
