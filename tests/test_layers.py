"""Core's modules form layers: a module imports from its own or a lower one, never from a higher one or in a circle.

The order is that of the data: messages, parsing, model, tools, executor, memory, loop. docs/architecture.md draws it.
"""

import ast
import graphlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parent.parent / "packages" / "smolagents-core" / "src" / "smolagents"

# From the bottom up. A name stands for a module or for a package with everything in it.
LAYERS = [
    {"addresses", "errors", "usage", "concurrency", "parser_process", "parser_program", "pickling", "spelling"}
    | {"temporary", "terminal"},
    {"hooks", "plugins"},
    {"media", "messages", "agent_types", "parsing", "prompting", "prompts"},
    {"models", "tools", "tool_validation", "_function_type_hints_utils", "serialization", "utils"},
    {"executors", "interpreter", "local_python_executor", "sandbox", "default_tools"},
    {"steps", "events", "requests", "monitoring", "console_listener", "agent_tree"},
    {"memory", "run", "asking", "loop", "drivers", "agents"},
    {"cli", "__main__"},
    # Places that programs import from; the plugins that own the names stand behind them.
    {"gradio_ui", "mcp_client", "remote_executors", "vision_web_browser"},
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def parts() -> Iterator[tuple[str, list[Path]]]:
    """Yield core's modules and packages with their files; `smolagents/__init__.py` only names what lies below it."""
    for path in sorted(CORE.iterdir()):
        if (path / "__init__.py").exists():
            yield path.name, sorted(path.rglob("*.py"))
        elif path.suffix == ".py" and path.stem != "__init__":
            yield path.stem, [path]


def imports(tree: ast.AST, package: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of core that a file imports anywhere, functions included, except for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for branch in node.orelse:
                yield from imports(ast.Module([branch], []), package)
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from ((part, node.lineno) for part in inside_core(alias.name, []))
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((part, node.lineno) for part in inside_core(module, [alias.name for alias in node.names]))
        yield from imports(node, package)


def inside_core(module: str, names: list[str]) -> list[str]:
    root, _, rest = module.partition(".")
    if root != "smolagents":
        return []
    # `from smolagents import tools` names a part; `from smolagents import CodeAgent` goes through the lazy names.
    return [rest.split(".")[0]] if rest else [name if name in LEVEL else "smolagents" for name in names]


def imports_of(part: str, files: list[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        inner = file.relative_to(CORE).parent.parts
        for target, line in imports(ast.parse(file.read_text("utf-8")), ".".join(["smolagents", *inner])):
            if target != part:
                yield target, f"{file.relative_to(CORE)}:{line}"


@pytest.mark.parametrize(("part", "files"), list(parts()), ids=lambda value: value if isinstance(value, str) else "")
def test_part_imports_from_lower_layers_only(part: str, files: list[Path]) -> None:
    assert part in LEVEL, f"say in LAYERS (and in docs/architecture.md) where {part} belongs"
    wrong = [
        f"{place} imports {target}"
        for target, place in imports_of(part, files)
        if target == "smolagents" or LEVEL.get(target, 0) > LEVEL[part]
    ]
    assert wrong == []


def test_no_circles() -> None:
    graph = defaultdict(set)
    for part, files in parts():
        graph[part] |= {target for target, _ in imports_of(part, files)}
    graphlib.TopologicalSorter(graph).prepare()


def test_every_import_is_seen() -> None:
    source = """
import smolagents.cli
from . import memory
from .models import Model
if TYPE_CHECKING:
    from smolagents.agents import CodeAgent
else:
    from smolagents import loop
def later():
    from smolagents.tools.schema import x
    from smolagents import CodeAgent
"""
    found = [part for part, _ in imports(ast.parse(source), "smolagents")]
    assert found == ["cli", "memory", "models", "loop", "tools", "smolagents"]
    assert [part for part, _ in imports(ast.parse("from ..models import a\nfrom .b import c"), "smolagents.tools")] == [
        "models",
        "tools",
    ]
