"""Make code stand alone: find the names that it takes from its module, and bring along what defines them."""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata

from smolagents.tools.indentation import indented

_ALWAYS = {*dir(builtins), "__name__", "__file__", "__doc__"}
# What a tool's module may have got by other ways than an import at its top.
_KNOWN = {
    "Tool": "from smolagents import Tool",
    "Any": "from typing import Any",
    "Optional": "from typing import Optional",
}


@dataclass
class Surroundings:
    """Hold what a piece of code needs to stand alone.

    Args:
        future: The import from `__future__`, if there is one.
        imports: The other import statements.
        definitions: Functions and classes of its module.
        missing: Names that neither gives.
    """

    future: list[str]
    imports: list[str]
    definitions: list[str]
    missing: list[str]


def surroundings(code: str, module_name: str) -> Surroundings:
    """Collect the imports, functions and classes of a module that a piece of its code uses, and that they use in turn.

    Values of the module are not taken along: they may be anything. What belongs to an installed distribution is not
    copied but imported from it.

    Args:
        code: A class or a function, with its own source.
        module_name: The module that it comes from.
    """
    module = _Module(module_name)
    imports: dict[str, None] = {}
    definitions: dict[int, str] = {}
    missing: dict[str, None] = {}
    seen: set[str] = set()
    pending = undefined_names(code)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        node = module.statement(name)
        if isinstance(node, list) and name == "Tool" and module.has_core_tool():
            imports[_KNOWN[name]] = None  # whatever module the program has it from
        elif isinstance(node, list):
            imports.update(dict.fromkeys(node))
        elif module.is_installed and module.has(name):
            imports[f"from {module_name} import {name}"] = None
        elif node is not None:
            definitions[node.lineno] = source = module.source_of(node)
            pending += undefined_names(source)
        elif statement := _KNOWN.get(name):
            imports[statement] = None
        else:
            missing[name] = None
    future = ["from __future__ import annotations"] if "annotations" in module.futures else []
    lines = sorted(imports, key=lambda line: (not line.startswith("import "), line))
    return Surroundings(future, lines, [definitions[line] for line in sorted(definitions)], sorted(missing))


def undefined_names(code: str) -> list[str]:
    """Return the names that code uses and neither defines nor finds among Python's builtins, sorted."""
    top = symtable.symtable(code, "<tool>", "exec")
    defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    defined |= {child.get_name() for child in top.get_children()}
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outer = [symbol for symbol in table.get_symbols() if symbol.is_global()]
        used |= {symbol.get_name() for symbol in outer if symbol.is_referenced()}
        defined |= {symbol.get_name() for symbol in outer if symbol.is_assigned()}
    return sorted(used - defined - _ALWAYS)


def module_source(module_name: str) -> str:
    """Return the source of a module; that of `__main__` in a notebook is its cells, and one without source is empty."""
    module = sys.modules.get(module_name)
    if module is None:
        return ""
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):
        return "\n".join(notebook_cells() or [])


def notebook_cells() -> list[str] | None:
    """Return the cells that ran in this IPython session and are plain Python, or None outside of IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    return [cell for cell in shell.user_ns.get("In", []) if cell and _parses(cell)]


class _Module:
    """Know what the top level of a module imports (lists of import statements) and defines (syntax trees)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = module_source(name)
        self.statements: dict[str, list[str] | ast.stmt] = {}
        self.futures: set[str] = set()
        self.starred: list[str] = []
        self._collect(ast.parse(self.text))

    @cached_property
    def is_installed(self) -> bool:
        package = self.name.partition(".")[0]
        try:
            return bool(metadata.distribution(package).name)
        except metadata.PackageNotFoundError:
            return package in metadata.packages_distributions()

    def has(self, name: str) -> bool:
        return hasattr(sys.modules.get(self.name), name)

    def has_core_tool(self) -> bool:
        from smolagents.tools.base import Tool

        return getattr(sys.modules.get(self.name), "Tool", None) is Tool

    def statement(self, name: str) -> list[str] | ast.stmt | None:
        """Return the import statements or the definition behind a name."""
        found = self.statements.get(name)
        if found is None:
            starred = next((origin for origin in self.starred if hasattr(sys.modules.get(origin), name)), None)
            return [f"from {starred} import {name}"] if starred else None
        return found

    def source_of(self, node: ast.stmt) -> str:
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        return indented("\n".join(self.text.split("\n")[first - 1 : node.end_lineno]))

    def _collect(self, tree: ast.AST) -> None:
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.statements[node.name] = node
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self._add_import(alias.asname or alias.name.partition(".")[0], f"import {_alias_text(alias)}")
            elif isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.futures.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                self.starred.append(self._origin(node))
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    line = f"from {self._origin(node)} import {_alias_text(alias)}"
                    self._add_import(alias.asname or alias.name, line)
            elif isinstance(node, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
                self._collect(node)

    def _add_import(self, name: str, line: str) -> None:
        # `import a.b` and `import a.c` both bind `a`, and both may be needed.
        before = self.statements.get(name)
        self.statements[name] = [*before, line] if isinstance(before, list) and line.startswith("import ") else [line]

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = getattr(sys.modules.get(self.name), "__package__", "") or ""
        parts = package.split(".")
        return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _alias_text(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True
