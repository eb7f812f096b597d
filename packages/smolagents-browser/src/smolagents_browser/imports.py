"""Let `import helium` and its relatives in the agent's code mean the names that are there already."""

from __future__ import annotations

import ast

MODULE = "helium"
_DRIVER = "selenium"
_KEYS = "Keys"


def without_helium_imports(code: str) -> str:
    """Return code in which imports of helium are assignments, on the same lines; other code is returned as it is.

    An import of selenium becomes a call that says that there is none, but for its names of keys.
    """
    if MODULE not in code and _DRIVER not in code:
        return code
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code  # whoever runs it says what is wrong
    lines = code.encode().splitlines(keepends=True)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(imports, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        statement = _assignment(node)
        if statement is None or node.end_lineno is None or node.end_col_offset is None:
            continue
        first, last = node.lineno - 1, node.end_lineno - 1
        new = statement + "\\\n" * (last - first)
        lines[first : last + 1] = [lines[first][: node.col_offset] + new.encode() + lines[last][node.end_col_offset :]]
    return b"".join(lines).decode()


def _assignment(node: ast.Import | ast.ImportFrom) -> str | None:
    """Return the statement that has the same effect, or None for an import of something else."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    if _DRIVER in [name.partition(".")[0] for name in names]:
        if [alias.name for alias in node.names] != [_KEYS]:
            return f"{_DRIVER}()"
        return f"{name} = {_KEYS}" if (name := node.names[0].asname) else "pass"
    if isinstance(node, ast.ImportFrom):
        if node.module != MODULE or node.level:
            return None
        pairs = [(alias.asname or alias.name, f"{MODULE}.{alias.name}") for alias in node.names if alias.name != "*"]
        others = []
    else:
        pairs = [(alias.asname or alias.name, MODULE) for alias in node.names if alias.name == MODULE]
        others = [ast.unparse(ast.Import([alias])) for alias in node.names if alias.name != MODULE]
        if not pairs:
            return None
    # `click = helium.click` would assign to the name of a tool, which is the same thing anyway.
    assigned = [f"{name} = {value}" for name, value in pairs if value.rpartition(".")[2] != name]
    return "; ".join([*others, *assigned]) or "pass"
