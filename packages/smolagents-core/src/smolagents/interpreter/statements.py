"""Loops, assignments, exceptions, imports, patterns, functions and classes."""

from __future__ import annotations
import __future__

import ast
from typing import Any

from smolagents.interpreter import nodes
from smolagents.interpreter.large import LIST_CLASSES, SPREAD
from smolagents.interpreter.nodes import assign, at, call, name, tick_statement
from smolagents.interpreter.patterns import PatternRewriter
from smolagents.interpreter.scopes import Scope

CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
NAMING_ATTRIBUTES = frozenset({"__slots__", "__match_args__"})


class StatementRewriter(PatternRewriter):
    """Guard what statements do."""

    def visit_plain(self, node: Any) -> Any:
        """Keep a statement that has no parts."""
        return node

    def visit_expression(self, node: ast.Expr) -> Any:
        """Rewrite an expression statement."""
        node.value = self.expr(node.value)
        return node

    def visit_assign(self, node: ast.Assign) -> Any:
        """Rewrite an assignment."""
        self.note_nesting(node.targets, node.value)
        self.name_maker(node)
        node.value = self.expr(node.value)
        for target in node.targets:
            if type(target) is not ast.Name:
                self.guard_unpacked(node, target)
            elif target.id in NAMING_ATTRIBUTES and self.scope.kind == "class":
                node.value = call("<attribute_names>", [node.value], node)
        node.targets = self.exprs(node.targets)
        return node

    def name_maker(self, node: ast.Assign) -> None:
        """Note what `f = set` and `f = cache(g)` make."""
        if type(node.value) is ast.Name:
            if node.value.id in LIST_CLASSES:
                self.guarded_calls.append((node.value, LIST_CLASSES[node.value.id]))
        elif type(node.value) is ast.Call and type(node.targets[0]) is ast.Name:
            self.note_memoized(node.targets[0].id, [node.value])

    def guard_unpacked(self, node: ast.Assign, target: Any) -> None:
        """Guard a value that a target takes apart, or puts into a list."""
        if type(target) is ast.Subscript and type(target.slice) is ast.Slice:
            node.value = self.no_giant(node.value, "<inserted>")
        elif any(type(part) is ast.Starred for part in getattr(target, "elts", ())):
            node.value = self.unless_calm(node.value, SPREAD)

    def visit_annassign(self, node: ast.AnnAssign) -> Any:
        """Rewrite an annotated assignment; at top level the annotation is dropped, as nothing reads it."""
        node.annotation = self.annotation(node.annotation)
        if node.value is not None:
            node.value = self.expr(node.value)
        node.target = self.expr(node.target)
        if self.scope.is_module and type(node.target) is ast.Name:
            if node.value is None:
                return []
            return at(ast.Assign([node.target], node.value), node)
        return node

    def annotation(self, node: Any) -> Any:
        """Rewrite an annotation. Library code may evaluate text in it, so that must be a plain type."""
        if type(node) is not ast.Name:
            self.rules.check_annotation(node)
        return self.expr(node)

    def visit_delete(self, node: ast.Delete) -> Any:
        """Rewrite `del`."""
        node.targets = self.exprs(node.targets)
        return node

    def visit_return(self, node: ast.Return) -> Any:
        """Rewrite `return`."""
        if self.scope.kind != "function":
            self.rules.refuse_syntax("'return' outside function", node)
        if node.value is not None:
            node.value = self.expr(node.value)
        return node

    def visit_if(self, node: ast.If) -> Any:
        """Rewrite `if`."""
        node.test = self.expr(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_for(self, node: Any) -> Any:
        """Rewrite `for`: the iterable is drawn together with ticks."""
        if self.scope.is_module:
            self.loops_at_top = True
        node.iter = self.expr(node.iter)
        self.loop_depth += 1
        catches = self.catches
        node.target = self.expr(node.target)
        node.body = self.block(node.body)
        self.loop_depth -= 1
        if type(node) is ast.AsyncFor:
            self.note_await()
            node.body.insert(0, tick_statement(node))
        else:
            self.iterate(node, node.iter, catches=self.catches > catches)
        node.orelse = self.block(node.orelse)
        return node

    def visit_while(self, node: ast.While) -> Any:
        """Rewrite `while` as a `for` over the ticks, which is the cheapest way to draw one a round."""
        if self.scope.is_module:
            self.loops_at_top = True
        self.loop_depth += 1
        test = self.expr(node.test)
        body = self.block(node.body)
        self.loop_depth -= 1
        if node.orelse:
            node.test = at(ast.BoolOp(nodes.AND, [nodes.draw(node), test]), node)
            node.body = body
            node.orelse = self.block(node.orelse)
            return node
        if not (type(test) is ast.Constant and test.value):
            done = at(ast.UnaryOp(ast.Not(), test), test)
            body.insert(0, at(ast.If(done, [at(ast.Break(), test)], []), test))
        return at(ast.For(at(ast.Name("<t>", nodes.STORE), node), name("<ticks>", node), body, []), node)

    def visit_with(self, node: Any) -> Any:
        """Rewrite `with`."""
        self.catches += 1
        if type(node) is ast.AsyncWith:
            self.note_await()
        for item in node.items:
            item.context_expr = call("<managed>", [self.expr(item.context_expr)], node)
            if item.optional_vars is not None:
                item.optional_vars = self.expr(item.optional_vars)
        node.body = self.block(node.body)
        return node

    def visit_raise(self, node: ast.Raise) -> Any:
        """Rewrite `raise`."""
        if node.exc is not None:
            node.exc = call("<raised>", [self.expr(node.exc)], node)
        if node.cause is not None:
            node.cause = self.expr(node.cause)
        return node

    def visit_assert(self, node: ast.Assert) -> Any:
        """Rewrite `assert`."""
        node.test = self.expr(node.test)
        if node.msg is not None:
            node.msg = self.expr(node.msg)
        return node

    def visit_try(self, node: Any) -> Any:
        """Rewrite `try`: no handler sees what ends the action, and none sees a host's exception object."""
        self.catches += 1
        node.body = self.block(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self.expr(handler.type)
            if handler.name is not None:
                self.bind(handler.name, handler)
            handler.body = self.block(handler.body)
            if handler.name is not None:
                handler.body.insert(
                    0, assign(handler.name, call("<clean>", [name(handler.name, handler)], handler), handler)
                )
        if node.handlers and type(node) is ast.Try:
            again = at(ast.Raise(None, None), node)
            node.handlers.insert(0, at(ast.ExceptHandler(name("<stops>", node), None, [again]), node))
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return node

    def visit_import(self, node: Any) -> Any:
        """Check the names that an import binds; the modules are looked up at run time."""
        if type(node) is ast.ImportFrom and node.level:
            self.rules.refuse("Relative imports are not allowed.", node)
        if type(node) is ast.ImportFrom and node.module == "__future__":
            return self.future(node)
        for alias in node.names:
            if alias.name == "*":
                if not self.scope.is_module:
                    self.rules.refuse_syntax("import * only allowed at module level", node)
                self.star_import = True
                continue
            for part in alias.name.split("."):
                self.rules.check_keyword(part, node)
            self.bind(alias.asname or alias.name.partition(".")[0], node)
        return node

    def future(self, node: ast.ImportFrom) -> list[Any]:
        """Note which features a `from __future__ import` asks for: the compiler is told of them."""
        for alias in node.names:
            feature = getattr(__future__, alias.name, None)
            if not isinstance(feature, __future__._Feature):
                self.rules.refuse_syntax(f"future feature {alias.name} is not defined", node)
            self.futures |= feature.compiler_flag
        return []

    def visit_global(self, node: ast.Global) -> Any:
        """Check `global`; at top level it says nothing."""
        if self.scope.is_module:
            return []
        self.scope.globals |= set(node.names)
        for identifier in node.names:
            self.bind(identifier, node)
        return node

    def visit_nonlocal(self, node: ast.Nonlocal) -> Any:
        """Check `nonlocal`."""
        if self.scope.is_module:
            self.rules.refuse_syntax("nonlocal declaration not allowed at module level", node)
        for identifier in node.names:
            self.rules.check_name(identifier, node)
            self.note_bound(identifier)
        return node

    def visit_type_alias(self, node: Any) -> Any:
        """Rewrite `type X = …`."""
        self.bind(node.name.id, node.name)
        self.scope = Scope("lambda", self.scope, node)
        self.type_parameters(node)
        node.value = self.annotation(node.value)
        self.scope = self.scope.leave()
        return node

    def type_parameters(self, node: Any) -> None:
        """Check type parameters."""
        for parameter in getattr(node, "type_params", ()):
            self.rules.check_binding(parameter.name, node, "parameter")
            self.note_bound(parameter.name)
            for field in ("bound", "default_value"):
                value = getattr(parameter, field, None)
                if value is not None:
                    setattr(parameter, field, self.expr(value))

    def visit_function(self, node: Any) -> Any:
        """Rewrite a function, which draws a tick when it is entered."""
        self.note_memoized(node.name, node.decorator_list)
        node.decorator_list = self.exprs(node.decorator_list)
        self.bind(node.name, node)
        self.defaults(node.args)
        for arg in nodes.all_arguments(node.args):
            if arg.annotation is not None:
                arg.annotation = self.annotation(arg.annotation)
        if node.returns is not None:
            node.returns = self.annotation(node.returns)
        outer = self.scope
        scope = self.scope = Scope("function", outer, node)
        self.type_parameters(node)
        self.parameters(node.args)
        if outer.kind == "class":
            scope.take_self(node, is_class=node.name in CLASS_METHODS)
            scope.stable = (node.lineno, node.col_offset) not in self.unstable
        selves = self.selves
        if scope.self_name is not None:
            self.selves = {**selves, scope.self_name: scope}
        body = self.block(node.body)
        self.selves = selves
        self.scope = outer
        docstring = nodes.split_docstring(body)
        prefix = [tick_statement(node)]
        if scope.self_used:
            prefix.append(nodes.self_check(scope, node))
        node.body = docstring + prefix + body
        return node

    def visit_class(self, node: ast.ClassDef) -> Any:
        """Rewrite a class; its construction is mediated at run time."""
        node.decorator_list = self.exprs(node.decorator_list)
        self.bind(node.name, node)
        outer = self.scope
        self.scope = Scope("class", outer, node)
        self.scope.class_name = node.name
        self.type_parameters(node)
        self.scope, scope = outer, self.scope
        node.bases = [self.expr(base) for base in node.bases]
        self.keywords(node.keywords)
        self.scope = scope
        node.body = self.block(node.body) or [at(ast.Pass(), node)]
        self.scope = outer
        return node


StatementRewriter.statements.update(
    {
        ast.Expr: StatementRewriter.visit_expression,
        ast.Assign: StatementRewriter.visit_assign,
        ast.AugAssign: StatementRewriter.visit_augassign,
        ast.AnnAssign: StatementRewriter.visit_annassign,
        ast.Delete: StatementRewriter.visit_delete,
        ast.Return: StatementRewriter.visit_return,
        ast.If: StatementRewriter.visit_if,
        ast.For: StatementRewriter.visit_for,
        ast.AsyncFor: StatementRewriter.visit_for,
        ast.While: StatementRewriter.visit_while,
        ast.With: StatementRewriter.visit_with,
        ast.AsyncWith: StatementRewriter.visit_with,
        ast.Raise: StatementRewriter.visit_raise,
        ast.Assert: StatementRewriter.visit_assert,
        ast.Try: StatementRewriter.visit_try,
        ast.TryStar: StatementRewriter.visit_try,
        ast.Import: StatementRewriter.visit_import,
        ast.ImportFrom: StatementRewriter.visit_import,
        ast.Global: StatementRewriter.visit_global,
        ast.Nonlocal: StatementRewriter.visit_nonlocal,
        ast.Match: StatementRewriter.visit_match,
        ast.FunctionDef: StatementRewriter.visit_function,
        ast.AsyncFunctionDef: StatementRewriter.visit_function,
        ast.ClassDef: StatementRewriter.visit_class,
        ast.Pass: StatementRewriter.visit_plain,
        ast.Break: StatementRewriter.visit_plain,
        ast.Continue: StatementRewriter.visit_plain,
    }
)
for table, base in ((StatementRewriter.statements, ast.stmt), (StatementRewriter.expressions, ast.expr)):
    for kind in base.__subclasses__():
        table.setdefault(kind, StatementRewriter.unsupported)
if hasattr(ast, "TypeAlias"):
    StatementRewriter.statements[ast.TypeAlias] = StatementRewriter.visit_type_alias
