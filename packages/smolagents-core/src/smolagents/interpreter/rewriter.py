"""Check an action's syntax tree and rewrite it, in one pass, so that every dangerous operation asks a guard.

Guards are names that source can't spell (`<getattr>`), found among the session's builtins. What can be decided here
is decided here; only what depends on run-time values becomes a call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.names import NameRules
from smolagents.interpreter.nodes import LOAD, STORE, at, call, name, tick_statement
from smolagents.interpreter.operators import OperatorRewriter
from smolagents.interpreter.scopes import Scope, binds

# Builtin classes whose constructors need a guard; it replaces them where the action doesn't bind the name itself.
GUARDED_CALLS = {"str": "<str>", "type": "<type>", "bytes": "<bytes>", "bytearray": "<bytearray>", "int": "<int>"}
# Functions to which a builtin class may be given by name, as nothing is constructed.
CLASS_TAKERS = frozenset({"isinstance", "issubclass", "type", "cast"})
CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
EXIT_METHODS = frozenset({"__exit__", "__aexit__"})

Stmt = ast.stmt | list[ast.stmt]


class Rewriter(OperatorRewriter):
    """Rewrite one action.

    Args:
        rules: Which names and attributes the session's guests may use.
        protected: Tool names, which can't be assigned.
        defined: Tells whether the session already has a variable of that name.
    """

    def __init__(self, rules: NameRules, protected: Iterable[str], defined: Callable[[str], bool]) -> None:
        self.rules = rules
        self.protected = frozenset(protected)
        self.defined = defined
        self.scope = Scope("module")
        self.bound: set[str] = set()  # by the whole action, in any scope
        self.module_names: set[str] = set()  # by its top level
        self.guarded_calls: list[tuple[ast.Name, str]] = []
        self.loops_at_top = False
        self.star_import = False
        self.awaits_at_top = False

    def rewrite(self, tree: ast.Module) -> ast.Module:
        """Check and rewrite a whole action in place."""
        tree.body = self.block(tree.body)
        for node, guard in self.guarded_calls:
            if node.id not in self.bound and not self.defined(node.id):
                node.id = guard
        return tree

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Rewrite a list of statements."""
        result: list[ast.stmt] = []
        for statement in statements:
            self.current = statement
            visit = STATEMENTS.get(type(statement))
            if visit is None:
                self.rules.refuse(f"{type(statement).__name__} statements are not supported.", statement)
            done = visit(self, statement)
            if type(done) is list:
                result.extend(done)
            else:
                result.append(done)
        return result

    def expr(self, node: Any) -> Any:
        """Rewrite an expression and return what takes its place."""
        visit = EXPRESSIONS.get(type(node))
        if visit is None:
            self.rules.refuse(f"{type(node).__name__} expressions are not supported.", node)
        return visit(self, node)

    def exprs(self, items: list[Any]) -> list[Any]:
        """Rewrite several expressions."""
        return [self.expr(item) for item in items]

    # --- names

    def bind(self, identifier: str, node: Any) -> None:
        """Note that the current scope binds a name, which must be one that guests may bind."""
        scope = self.scope
        self.rules.check_binding(identifier, node, in_class=scope.kind == "class")
        self.bound.add(identifier)
        if scope.is_module or identifier in scope.globals:
            if identifier in self.protected and not (identifier == "final_answer" and self.may_answer(node)):
                self.rules.refuse(
                    f"Cannot assign to name '{identifier}': it is a tool. Use another variable name.", node
                )
            self.module_names.add(identifier)

    def may_answer(self, node: Any) -> bool:
        """Tell whether a binding of `final_answer` is the assignment that ends the run."""
        return self.scope.is_module and type(node) is ast.Name

    def visit_name(self, node: ast.Name) -> ast.expr:
        identifier = node.id
        if type(node.ctx) is ast.Load:
            self.rules.check_name(identifier, node)
            if identifier == "bytes" or identifier == "bytearray":
                self.guarded_calls.append((node, GUARDED_CALLS[identifier]))
        else:
            self.bind(identifier, node)
        return node

    # --- expressions

    def visit_constant(self, node: ast.Constant) -> ast.expr:
        return node

    def visit_attribute(self, node: ast.Attribute) -> ast.expr:
        attribute = node.attr
        guarded = self.rules.attribute_is_guarded(attribute, node)
        if type(node.ctx) is ast.Load:
            inner = node.value
            if type(inner) is ast.Attribute and inner.attr == "__class__" and attribute in nodes.CLASS_FACTS:
                node.value = call("<typeof>", [self.expr(inner.value)], node)
                return node
            if guarded and not (self.rules.is_private(attribute) and self.trusts(inner)):
                return call("<getattr>", [self.expr(inner), self.constant(self.mangle(attribute), node)], node)
            node.value = self.expr(inner)
            return node
        if self.rules.is_dunder(attribute) and attribute not in self.rules.storable_dunders:
            self.rules.refuse(f"Forbidden access to dunder attribute: {attribute}", node)
        if self.trusts(node.value) and not self.rules.is_dunder(attribute):
            return node
        guard = "<delete>" if type(node.ctx) is ast.Del else "<store>"
        node.value = call(guard, [self.expr(node.value), self.constant(self.mangle(attribute), node)], node)
        return node

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

    def visit_subscript(self, node: ast.Subscript) -> ast.expr:
        node.value = self.expr(node.value)
        node.slice = self.expr(node.slice)
        return node

    def visit_slice(self, node: ast.Slice) -> ast.expr:
        for field in ("lower", "upper", "step"):
            part = getattr(node, field)
            if part is not None:
                setattr(node, field, self.expr(part))
        return node

    def visit_call(self, node: ast.Call) -> ast.expr:
        func = node.func
        plain = None
        if type(func) is ast.Name:
            plain = func.id
            self.rules.check_name(plain, func)
            guard = GUARDED_CALLS.get(plain)
            if guard is not None:
                self.guarded_calls.append((func, guard))
        elif type(func) is ast.Attribute and func.attr in self.rules.method_guards and not node.keywords:
            owner = self.expr(func.value)
            return call(self.rules.method_guards[func.attr], [owner, *self.arguments(node.args)], node)
        else:
            node.func = self.expr(func)
        node.args = self.class_arguments(node.args) if plain in CLASS_TAKERS else self.arguments(node.args)
        if plain == "map" and node.args and type(node.args[0]) is ast.Name and node.args[0].id in ("str", "int"):
            self.guarded_calls.append((node.args[0], GUARDED_CALLS[node.args[0].id]))
        for keyword in node.keywords:
            if keyword.arg is not None:
                self.rules.check_keyword(keyword.arg, keyword.value)
            keyword.value = self.expr(keyword.value)
        return node

    def class_arguments(self, args: list[ast.expr]) -> list[Any]:
        """Rewrite arguments, leaving builtin classes as they are: nothing will be constructed with them."""
        mark = len(self.guarded_calls)
        done = self.exprs(args)
        if any(type(arg) is ast.Call for arg in args):
            return done
        del self.guarded_calls[mark:]
        return done

    def arguments(self, args: list[ast.expr]) -> list[Any]:
        """Rewrite positional arguments; several unpacked ones could multiply a value."""
        if sum(type(arg) is ast.Starred for arg in args) > 1:
            return self.several_starred(args)
        return self.exprs(args)

    def several_starred(self, items: list[ast.expr]) -> list[Any]:
        for item in items:
            if type(item) is ast.Starred:
                item.value = call("<small>", [item.value], item)
                item.value.args[0] = self.expr(item.value.args[0])
        return [item if type(item) is ast.Starred else self.expr(item) for item in items]

    def visit_starred(self, node: ast.Starred) -> ast.expr:
        node.value = self.expr(node.value)
        return node

    def visit_sequence(self, node: Any) -> ast.expr:
        if type(getattr(node, "ctx", LOAD)) is ast.Load:
            node.elts = self.arguments(node.elts)
        else:
            node.elts = self.exprs(node.elts)
        return node

    def visit_dict(self, node: ast.Dict) -> ast.expr:
        node.keys = [None if key is None else self.expr(key) for key in node.keys]
        node.values = self.exprs(node.values)
        return node

    def visit_boolop(self, node: ast.BoolOp) -> ast.expr:
        node.values = self.exprs(node.values)
        return node

    def visit_unary(self, node: ast.UnaryOp) -> ast.expr:
        node.operand = self.expr(node.operand)
        return node

    def visit_ifexp(self, node: ast.IfExp) -> ast.expr:
        node.test = self.expr(node.test)
        node.body = self.expr(node.body)
        node.orelse = self.expr(node.orelse)
        return node

    def visit_named(self, node: ast.NamedExpr) -> ast.expr:
        node.value = self.expr(node.value)
        # In a comprehension the name belongs to the scope around it.
        scope, self.scope = self.scope, self.scope.outside_comprehension()
        node.target = self.expr(node.target)
        self.scope = scope
        return node

    def visit_lambda(self, node: ast.Lambda) -> ast.expr:
        self.defaults(node.args)
        self.scope = Scope("lambda", self.scope, node)
        self.parameters(node.args)
        body = self.expr(node.body)
        self.scope = self.scope.leave()
        node.body = at(ast.BoolOp(nodes.AND, [nodes.draw(node), body]), node)
        return node

    def visit_comprehension(self, node: Any) -> ast.expr:
        # The first iterable belongs to the scope around; the others and the element to the comprehension's own.
        first = self.expr(node.generators[0].iter)
        self.scope = Scope("comprehension", self.scope, node)
        for index, generator in enumerate(node.generators):
            iterable = self.expr(generator.iter) if index else first
            generator.target = self.expr(generator.target)
            generator.ifs = self.exprs(generator.ifs)
            if generator.is_async:
                generator.iter = iterable
                generator.ifs.insert(0, nodes.draw(node))
                self.note_await(node)
            else:
                generator.iter = call("<compress>", [iterable, name("<ticks>", iterable)], iterable)
        if type(node) is ast.DictComp:
            node.key = self.expr(node.key)
            node.value = self.expr(node.value)
        else:
            node.elt = self.expr(node.elt)
        self.scope = self.scope.leave()
        return node

    def visit_await(self, node: ast.Await) -> ast.expr:
        self.note_await(node)
        node.value = call("<awaitable>", [self.expr(node.value)], node)
        return node

    def note_await(self, node: Any) -> None:
        if self.scope.outside_comprehension().is_module:
            self.awaits_at_top = True

    def visit_yield(self, node: Any) -> ast.expr:
        if self.scope.outside_comprehension().kind in ("module", "class"):
            self.rules.refuse_syntax("'yield' outside function", node)
        if node.value is not None:
            node.value = self.expr(node.value)
        return node

    # --- functions and classes

    def defaults(self, args: ast.arguments) -> None:
        args.defaults = self.exprs(args.defaults)
        args.kw_defaults = [None if item is None else self.expr(item) for item in args.kw_defaults]

    def parameters(self, args: ast.arguments) -> None:
        for arg in nodes.all_arguments(args):
            self.rules.check_binding(arg.arg, arg, in_class=False)
            self.bound.add(arg.arg)

    def annotations(self, node: Any) -> None:
        for arg in nodes.all_arguments(node.args):
            if arg.annotation is not None:
                arg.annotation = self.annotation(arg.annotation)
        if node.returns is not None:
            node.returns = self.annotation(node.returns)

    def annotation(self, node: ast.expr) -> ast.expr:
        """Rewrite an annotation. Text in it may be evaluated by library code, so it must be a plain type."""
        self.rules.check_annotation(node)
        mark = len(self.guarded_calls)
        done: ast.expr = self.expr(node)
        del self.guarded_calls[mark:]
        return done

    def visit_function(self, node: Any) -> ast.stmt:
        node.decorator_list = self.exprs(node.decorator_list)
        self.bind(node.name, node)
        self.defaults(node.args)
        self.annotations(node)
        outer = self.scope
        scope = self.scope = Scope("function", outer, node)
        scope.is_async = type(node) is ast.AsyncFunctionDef
        self.type_parameters(node)
        self.parameters(node.args)
        if outer.kind == "class":
            scope.take_self(node, is_class=node.name in CLASS_METHODS)
        docstring = nodes.split_docstring(node.body)
        body = self.block(node.body)
        self.scope = outer
        prefix: list[ast.stmt] = [tick_statement(node)]
        if scope.self_used:
            prefix.append(nodes.self_check(scope, node))
        if node.name in EXIT_METHODS:
            prefix.extend(nodes.clean_exit(node))
        node.body = docstring + prefix + body
        return node

    def type_parameters(self, node: Any) -> None:
        for parameter in getattr(node, "type_params", ()):
            self.rules.check_binding(parameter.name, node, in_class=False)
            self.bound.add(parameter.name)
            for field in ("bound", "default_value"):
                value = getattr(parameter, field, None)
                if value is not None:
                    setattr(parameter, field, self.expr(value))

    def visit_class(self, node: ast.ClassDef) -> ast.stmt:
        node.decorator_list = self.exprs(node.decorator_list)
        self.bind(node.name, node)
        outer = self.scope
        self.scope = Scope("class", outer, node)
        self.scope.class_name = node.name
        self.type_parameters(node)
        self.scope, scope = outer, self.scope
        node.bases = self.arguments(node.bases)
        for keyword in node.keywords:
            if keyword.arg is not None:
                self.rules.check_keyword(keyword.arg, keyword.value)
            keyword.value = self.expr(keyword.value)
        self.scope = scope
        node.body = nodes.split_docstring(node.body) + self.block(node.body)
        self.scope = outer
        if not node.body:
            node.body = [at(ast.Pass(), node)]
        return node


def _statements() -> dict[type, Callable[[Any, Any], Stmt]]:
    from smolagents.interpreter.statements import STATEMENT_VISITORS

    return {
        ast.FunctionDef: Rewriter.visit_function,
        ast.AsyncFunctionDef: Rewriter.visit_function,
        ast.ClassDef: Rewriter.visit_class,
        **STATEMENT_VISITORS,
    }


EXPRESSIONS: dict[type, Callable[[Any, Any], ast.expr]] = {
    ast.Name: Rewriter.visit_name,
    ast.Constant: Rewriter.visit_constant,
    ast.Attribute: Rewriter.visit_attribute,
    ast.Call: Rewriter.visit_call,
    ast.Subscript: Rewriter.visit_subscript,
    ast.Slice: Rewriter.visit_slice,
    ast.BinOp: Rewriter.visit_binop,
    ast.Compare: Rewriter.visit_compare,
    ast.BoolOp: Rewriter.visit_boolop,
    ast.UnaryOp: Rewriter.visit_unary,
    ast.IfExp: Rewriter.visit_ifexp,
    ast.NamedExpr: Rewriter.visit_named,
    ast.Lambda: Rewriter.visit_lambda,
    ast.Tuple: Rewriter.visit_sequence,
    ast.List: Rewriter.visit_sequence,
    ast.Set: Rewriter.visit_sequence,
    ast.Dict: Rewriter.visit_dict,
    ast.Starred: Rewriter.visit_starred,
    ast.JoinedStr: Rewriter.visit_joined,
    ast.ListComp: Rewriter.visit_comprehension,
    ast.SetComp: Rewriter.visit_comprehension,
    ast.GeneratorExp: Rewriter.visit_comprehension,
    ast.DictComp: Rewriter.visit_comprehension,
    ast.Await: Rewriter.visit_await,
    ast.Yield: Rewriter.visit_yield,
    ast.YieldFrom: Rewriter.visit_yield,
}
STATEMENTS = _statements()
