"""Names, attributes, calls, displays and comprehensions."""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.large import AMPLIFYING, CALM, LISTS, OWNER, SPREAD
from smolagents.interpreter.nodes import at, call, constant, name
from smolagents.interpreter.scopes import Scope
from smolagents.interpreter.shapes import LIST_NAMES, TAKES_TEXT, is_known_small, is_short
from smolagents.interpreter.sharing import DIRECT, SharingRewriter

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
    "range": "<range>",
    "zip": "<zip>",
    "map": "<map>",
    **{make.__name__: f"<{make.__name__}>" for make in LISTS},
}
LITERALS = frozenset({"strip", "lstrip", "rstrip", "strftime"})  # a literal is a harmless argument of these


class ExpressionRewriter(SharingRewriter):
    """Guard what expressions reach."""

    def visit_name(self, node: ast.Name) -> Any:
        """Check a name."""
        if type(node.ctx) is not ast.Load:
            self.bind(node.id, node)
        elif node.id not in self.rules.fine_names:
            self.rules.check_name(node.id, node)
            self.rules.fine_names.add(node.id)
        return node

    def visit_constant(self, node: ast.Constant) -> Any:
        """Keep a literal."""
        if type(node.value) is float:
            self.floats = True
        return node

    def visit_attribute(self, node: ast.Attribute) -> Any:
        """Rewrite an attribute: loads ask a guard where the name says so, stores unless it is a trusted `self`."""
        attribute = node.attr
        guarded = self.rules.attributes.get(attribute)
        if guarded is None:
            guarded = self.rules.attribute_is_guarded(attribute, node)
        if type(node.ctx) is ast.Load:
            return self.load_attribute(node, attribute, guarded)
        dunder = self.rules.is_dunder(attribute)
        if dunder and attribute not in self.rules.storable_dunders:
            self.rules.refuse(f"Forbidden access to dunder attribute: {attribute}", node)
        if not dunder and self.trusts(node.value, attribute):
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
        if attribute in nodes.CLASS_FACTS and type(inner) is ast.Call and nodes.is_of_one(inner):
            func: Any = inner.func
            if type(func) is ast.Name and func.id == "type":
                self.guarded_calls.append((func, "<class>"))
                inner.args = [self.expr(inner.args[0])]
                return node
        if guarded and not (self.rules.is_private(attribute) and self.trusts(inner, attribute)):
            guard = call("<getattr>", [self.expr(inner), constant(self.mangle(attribute), node)], node)
            if type(inner) is not ast.Name or self.runs_once() or not self.rules.is_risky(attribute):
                return guard
            kind = call("<class>", [name(inner.id, node)], node)
            own = at(ast.Compare(kind, [nodes.IN], [name("<guests>", node)]), node)
            plain = at(ast.Attribute(name(inner.id, node), attribute, nodes.LOAD), node)
            guard.args[0] = name(inner.id, node)
            return nodes.choose(own, plain, guard, node)
        node.value = self.expr(inner)
        if attribute in AMPLIFYING:
            node.value = self.unless_calm(node.value, OWNER)
        return node

    def visit_subscript(self, node: ast.Subscript) -> Any:
        """Rewrite a subscript."""
        node.value = self.expr(node.value)
        node.slice = self.expr(node.slice)
        if type(node.slice) is ast.Name and self.walks():
            node.slice = self.walked(node.slice)
        if type(node.ctx) is ast.Load:
            self.weight += 1
            if type(node.slice) is ast.Slice and not is_short(node.slice):
                return nodes.looked(node)
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
        self.weight += 2
        if type(func) is ast.Name:
            plain = func.id
            if plain not in self.rules.fine_names:
                self.rules.check_name(plain, func)
            guard = GUARDED_CALLS.get(plain)
            if guard is not None:
                if plain == "type" and nodes.is_of_one(node):
                    guard = "<kind>"
                if plain in LIST_NAMES and not is_known_small(node.args[:1]):
                    # The function is found before the argument has been made, which may be the first large value.
                    guard = f"<{plain}_of>"
                self.guarded_calls.append((func, guard))
        elif type(func) is ast.Attribute and func.attr in self.rules.method_guards and not node.keywords:
            owner = self.expr(func.value)
            arguments = self.walked_arguments(func, self.arguments(node.args))
            return call(self.rules.method_guards[func.attr], [owner, *arguments], node)
        elif type(func) is ast.Attribute and func.attr in LITERALS and len(node.args) < 2:
            func.value = self.expr(func.value)
            if node.args and type(node.args[0]) is not ast.Constant:
                return call("<strip>", [func.value, constant(func.attr, node), self.expr(node.args[0])], node)
        else:
            node.func = self.expr(func)
            if type(func) is ast.Attribute and func.attr in TAKES_TEXT and not is_known_small(node.args[:1]):
                node.func = call("<getattr>", [func.value, constant(func.attr, node)], node)
            if type(func) is ast.Call and type(func.func) is ast.Name and func.func.id == "type":
                node.func = call("<constructor>", [node.func], node)
        node.args = self.walked_arguments(func, self.arguments(node.args))
        if plain in DIRECT:
            self.call_directly(func, node)
        if plain == "map" and node.args:
            self.text_maker(node.args[0], ("str", "int"))
        self.keywords(node.keywords)
        return node

    def text_maker(self, function: Any, kinds: tuple[str, ...] = ("str",)) -> None:
        """Put in the guard of a builtin class that is passed to be called."""
        if type(function) is ast.Name and function.id in kinds:
            self.guarded_calls.append((function, GUARDED_CALLS[function.id]))

    def keywords(self, keywords: list[ast.keyword]) -> None:
        """Rewrite keyword arguments."""
        for keyword in keywords:
            if keyword.arg is not None:
                self.rules.check_keyword(keyword.arg, keyword.value)
            keyword.value = self.expr(keyword.value)
            if keyword.arg in ("key", "default"):
                self.text_maker(keyword.value)

    def arguments(self, items: list[Any]) -> list[Any]:
        """Rewrite positional arguments or elements; several unpacked ones could multiply a small value."""
        done = self.exprs(items)
        starred = [item for item in done if type(item) is ast.Starred]
        for item in starred if len(starred) > 1 else ():
            if isinstance(item.value, ast.IfExp):
                item.value = item.value.orelse
        return done

    def visit_starred(self, node: ast.Starred) -> Any:
        """Rewrite an unpacking, which copies a value element by element."""
        node.value = self.expr(node.value)
        if type(node.ctx) is ast.Load:
            self.weight += 1
            node.value = self.unless_calm(node.value, SPREAD)
        return node

    @staticmethod
    def unless_calm(node: Any, guard: str) -> Any:
        """Return an expression for a value that goes to a guard if there are large values."""
        guarded = call(guard, [node], node)
        return nodes.choose(name(CALM, node), name(node.id, node), guarded, node) if type(node) is ast.Name else guarded

    def visit_sequence(self, node: Any) -> Any:
        """Rewrite a list, tuple or set."""
        node.elts = (
            self.arguments(node.elts) if type(node) is ast.Set or type(node.ctx) is ast.Load else self.exprs(node.elts)
        )
        if len(node.elts) > 1:
            self.share(node.elts)
        if type(node) is ast.Set and self.walks():
            node.elts = [self.walked(item) if type(item) is ast.Name else item for item in node.elts]
        if type(node) is ast.Set:
            for item in node.elts:
                if type(item) is ast.Starred:
                    item.value = call("<drawn>", [item.value], item)
        return node

    def visit_dict(self, node: ast.Dict) -> Any:
        """Rewrite a dict."""
        node.keys = [None if key is None else self.expr(key) for key in node.keys]
        if self.walks():
            node.keys = [self.walked(key) if type(key) is ast.Name else key for key in node.keys]
        node.values = self.exprs(node.values)
        if len(node.values) > 1:
            self.share(node.values)
        for index, key in enumerate(node.keys):
            if key is None:
                self.weight += 4
                node.values[index] = nodes.looked(node.values[index])
        return node

    def visit_boolop(self, node: ast.BoolOp) -> Any:
        """Rewrite `and` and `or`."""
        node.values = self.exprs(node.values)
        return node

    def visit_unary(self, node: ast.UnaryOp) -> Any:
        """Rewrite a unary operation."""
        node.operand = self.expr(node.operand)
        self.weight += 1
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
            self.rules.check_binding(arg.arg, arg, "parameter")
            self.note_bound(arg.arg)

    def visit_comprehension(self, node: Any) -> Any:
        """Rewrite a comprehension, which draws a tick for each element that it looks at."""
        # The first iterable belongs to the scope around; all else to the comprehension's own.
        first = self.iterable(node.generators[0].iter)
        self.scope = Scope("comprehension", self.scope, node)
        for index, generator in enumerate(node.generators):
            iterable = self.iterable(generator.iter) if index else first
            self.note_ints(generator.target, iterable)
            generator.target = self.expr(generator.target)
            generator.ifs = self.exprs(generator.ifs)
            if generator.is_async:
                generator.iter = iterable
                generator.ifs.insert(0, nodes.draw(node))
                self.note_await()
            else:
                self.iterate(generator, iterable)
        if type(node) is ast.DictComp:
            node.key = self.expr(node.key)
            node.value = self.expr(node.value)
        else:
            node.elt = self.expr(node.elt)
        self.scope = self.scope.leave()
        return node

    def iterable(self, node: Any) -> Any:
        """Rewrite what a comprehension goes through, where Python allows no walrus."""
        self.unheld += 1
        node = self.expr(node)
        self.unheld -= 1
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
