"""Names, attributes, calls, displays and comprehensions."""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.fstrings import FormatRewriter
from smolagents.interpreter.nodes import at, call, constant, name
from smolagents.interpreter.scopes import Scope

# Builtin classes whose constructors need a guard; it replaces them where the action doesn't bind the name itself.
GUARDED_CALLS = {
    "str": "<str>",
    "type": "<type>",
    "bytes": "<bytes>",
    "bytearray": "<bytearray>",
    "int": "<int_call>",
    "slice": "<slice>",
    "enumerate": "<enumerate>",
    "reversed": "<reversed>",
    "hash": "<hash>",
}
GUARDED_CLASSES = ("bytes", "bytearray")
# Functions to which a builtin class may be given by name, as nothing is constructed.
CLASS_TAKERS = frozenset({"isinstance", "issubclass", "type", "cast"})


class ExpressionRewriter(FormatRewriter):
    """Guard what expressions reach."""

    def visit_name(self, node: ast.Name) -> Any:
        """Check a name."""
        identifier = node.id
        if type(node.ctx) is ast.Load:
            self.rules.check_name(identifier, node)
            if identifier in GUARDED_CLASSES:
                self.class_loads.append((node, GUARDED_CALLS[identifier]))
        else:
            self.bind(identifier, node)
        return node

    def visit_constant(self, node: ast.Constant) -> Any:
        """Keep a literal."""
        return node

    def visit_attribute(self, node: ast.Attribute) -> Any:
        """Rewrite an attribute: loads ask a guard where the name says so, stores unless it is a trusted `self`."""
        attribute = node.attr
        guarded = self.rules.attribute_is_guarded(attribute, node)
        if type(node.ctx) is ast.Load:
            return self.load_attribute(node, attribute, guarded)
        dunder = self.rules.is_dunder(attribute)
        if dunder and attribute not in self.rules.storable_dunders:
            self.rules.refuse(f"Forbidden access to dunder attribute: {attribute}", node)
        if not dunder and self.trusts(node.value):
            return node
        guard = "<delete>" if type(node.ctx) is ast.Del else "<store>"
        owner = self.expr(node.value)
        node.value = call(guard, [owner, constant(self.mangle(attribute), node)], node)
        if guard == "<store>" and type(owner) is ast.Name and not dunder:
            kind = call("<class>", [name(owner.id, node)], node)
            test = at(ast.Compare(kind, [nodes.IN], [name("<guests>", node)]), node)
            arguments = [name(owner.id, node), constant(self.mangle(attribute), node)]
            node.value = nodes.choose(test, owner, call(guard, arguments, node), node)
        return node

    def load_attribute(self, node: ast.Attribute, attribute: str, guarded: bool) -> Any:
        """Rewrite the reading of an attribute."""
        inner: Any = node.value
        if type(inner) is ast.Attribute and inner.attr == "__class__" and attribute in nodes.CLASS_FACTS:
            node.value = call("<type>", [self.expr(inner.value)], node)
            return node
        if guarded and not (self.rules.is_private(attribute) and self.trusts(inner)):
            return call("<getattr>", [self.owner(inner), constant(self.mangle(attribute), node)], node)
        node.value = self.owner(inner)
        return node

    def owner(self, node: Any) -> Any:
        """Rewrite what an attribute is read from; the methods of a builtin class are the class's own."""
        return self.class_value(node) if type(node) is ast.Name else self.expr(node)

    def visit_subscript(self, node: ast.Subscript) -> Any:
        """Rewrite a subscript."""
        node.value = self.expr(node.value)
        node.slice = self.expr(node.slice)
        if type(node.slice) is ast.Name and self.runs_once():
            node.slice = self.walked(node.slice)
        return node

    def visit_slice(self, node: ast.Slice) -> Any:
        """Rewrite a slice."""
        if node.lower is not None:
            node.lower = self.expr(node.lower)
        if node.upper is not None:
            node.upper = self.expr(node.upper)
        if node.step is not None:
            node.step = self.expr(node.step)
        return node

    def visit_call(self, node: ast.Call) -> Any:
        """Rewrite a call."""
        func: Any = node.func
        plain = None
        if type(func) is ast.Name:
            plain = func.id
            self.rules.check_name(plain, func)
            guard = GUARDED_CALLS.get(plain)
            if guard is not None:
                self.guarded_calls.append((func, guard))
        elif type(func) is ast.Attribute and func.attr in self.rules.method_guards and not node.keywords:
            owner = self.owner(func.value)
            return call(self.rules.method_guards[func.attr], [owner, *self.arguments(node.args)], node)
        else:
            node.func = self.expr(func)
            if type(func) is ast.Call and type(func.func) is ast.Name and func.func.id == "type":
                node.func = call("<constructor>", [node.func], node)
        if plain in CLASS_TAKERS:
            node.args = [self.class_value(item) for item in node.args]
        else:
            node.args = self.arguments(node.args)
        if plain == "map" and node.args:
            function: Any = node.args[0]
            if type(function) is ast.Name and function.id in ("str", "int"):
                self.guarded_calls.append((function, GUARDED_CALLS[function.id]))
        self.keywords(node.keywords)
        return node

    def keywords(self, keywords: list[ast.keyword]) -> None:
        """Rewrite keyword arguments."""
        for keyword in keywords:
            if keyword.arg is not None:
                self.rules.check_keyword(keyword.arg, keyword.value)
            keyword.value = self.expr(keyword.value)

    def arguments(self, items: list[Any]) -> list[Any]:
        """Rewrite positional arguments or elements; several unpacked ones could multiply a value."""
        done = self.exprs(items)
        starred = [item for item in done if type(item) is ast.Starred]
        if len(starred) > 1:
            for item in starred:
                item.value = call("<few>", [item.value], item)
        return done

    def visit_starred(self, node: ast.Starred) -> Any:
        """Rewrite an unpacking."""
        node.value = self.expr(node.value)
        return node

    def visit_sequence(self, node: Any) -> Any:
        """Rewrite a list, tuple or set."""
        node.elts = (
            self.arguments(node.elts) if type(node) is ast.Set or type(node.ctx) is ast.Load else self.exprs(node.elts)
        )
        if type(node) is ast.Set and self.runs_once():
            node.elts = [self.walked(item) if type(item) is ast.Name else item for item in node.elts]
        return node

    def visit_dict(self, node: ast.Dict) -> Any:
        """Rewrite a dict."""
        node.keys = [None if key is None else self.expr(key) for key in node.keys]
        if self.runs_once():
            node.keys = [self.walked(key) if type(key) is ast.Name else key for key in node.keys]
        node.values = self.exprs(node.values)
        return node

    def visit_boolop(self, node: ast.BoolOp) -> Any:
        """Rewrite `and` and `or`."""
        node.values = self.exprs(node.values)
        return node

    def visit_unary(self, node: ast.UnaryOp) -> Any:
        """Rewrite a unary operation."""
        node.operand = self.expr(node.operand)
        return node

    def visit_ifexp(self, node: ast.IfExp) -> Any:
        """Rewrite a conditional expression."""
        node.test = self.expr(node.test)
        node.body = self.expr(node.body)
        node.orelse = self.expr(node.orelse)
        return node

    def visit_named(self, node: ast.NamedExpr) -> Any:
        """Rewrite a walrus; in a comprehension its name belongs to the scope around."""
        node.value = self.expr(node.value)
        scope, self.scope = self.scope, self.scope.outside_comprehension()
        node.target = self.expr(node.target)
        self.scope = scope
        return node

    def visit_lambda(self, node: ast.Lambda) -> Any:
        """Rewrite a lambda, which draws a tick when called."""
        self.defaults(node.args)
        self.scope = Scope("lambda", self.scope, node)
        self.parameters(node.args)
        body = self.expr(node.body)
        self.scope = self.scope.leave()
        node.body = at(ast.BoolOp(nodes.AND, [nodes.draw(node), body]), node)
        return node

    def defaults(self, args: ast.arguments) -> None:
        """Rewrite the default values of parameters."""
        args.defaults = self.exprs(args.defaults)
        args.kw_defaults = [None if item is None else self.expr(item) for item in args.kw_defaults]

    def parameters(self, args: ast.arguments) -> None:
        """Check the names of parameters."""
        for arg in nodes.all_arguments(args):
            self.rules.check_binding(arg.arg, arg, in_class=False)
            self.bound.add(arg.arg)

    def visit_comprehension(self, node: Any) -> Any:
        """Rewrite a comprehension, which draws a tick for each element that it looks at."""
        # The first iterable belongs to the scope around; all else to the comprehension's own.
        first = self.expr(node.generators[0].iter)
        self.scope = Scope("comprehension", self.scope, node)
        for index, generator in enumerate(node.generators):
            iterable = self.expr(generator.iter) if index else first
            generator.target = self.expr(generator.target)
            generator.ifs = self.exprs(generator.ifs)
            if generator.is_async:
                generator.iter = iterable
                generator.ifs.insert(0, nodes.draw(node))
                self.note_await()
            else:
                generator.iter = call("<compress>", [iterable, name("<raw>", iterable)], iterable)
        if type(node) is ast.DictComp:
            node.key = self.expr(node.key)
            node.value = self.expr(node.value)
        else:
            node.elt = self.expr(node.elt)
        self.scope = self.scope.leave()
        return node

    def visit_await(self, node: ast.Await) -> Any:
        """Rewrite an `await`, which also takes values that are there already."""
        self.note_await()
        node.value = call("<awaitable>", [self.expr(node.value)], node)
        return node

    def visit_yield(self, node: Any) -> Any:
        """Rewrite a `yield`."""
        if self.scope.outside_comprehension().kind in ("module", "class"):
            self.rules.refuse_syntax("'yield' outside function", node)
        if node.value is not None:
            node.value = self.expr(node.value)
        return node


ExpressionRewriter.expressions.update(
    {
        ast.Name: ExpressionRewriter.visit_name,
        ast.Constant: ExpressionRewriter.visit_constant,
        ast.Attribute: ExpressionRewriter.visit_attribute,
        ast.Call: ExpressionRewriter.visit_call,
        ast.Subscript: ExpressionRewriter.visit_subscript,
        ast.Slice: ExpressionRewriter.visit_slice,
        ast.BinOp: ExpressionRewriter.visit_binop,
        ast.Compare: ExpressionRewriter.visit_compare,
        ast.BoolOp: ExpressionRewriter.visit_boolop,
        ast.UnaryOp: ExpressionRewriter.visit_unary,
        ast.IfExp: ExpressionRewriter.visit_ifexp,
        ast.NamedExpr: ExpressionRewriter.visit_named,
        ast.Lambda: ExpressionRewriter.visit_lambda,
        ast.Tuple: ExpressionRewriter.visit_sequence,
        ast.List: ExpressionRewriter.visit_sequence,
        ast.Set: ExpressionRewriter.visit_sequence,
        ast.Dict: ExpressionRewriter.visit_dict,
        ast.Starred: ExpressionRewriter.visit_starred,
        ast.JoinedStr: ExpressionRewriter.visit_joined,
        ast.ListComp: ExpressionRewriter.visit_comprehension,
        ast.SetComp: ExpressionRewriter.visit_comprehension,
        ast.GeneratorExp: ExpressionRewriter.visit_comprehension,
        ast.DictComp: ExpressionRewriter.visit_comprehension,
        ast.Await: ExpressionRewriter.visit_await,
        ast.Yield: ExpressionRewriter.visit_yield,
        ast.YieldFrom: ExpressionRewriter.visit_yield,
    }
)
