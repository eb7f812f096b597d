"""What keeps the code readable and light: short files, short functions, no SDK before it is needed."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("packages", "plugins") for path in ROOT.glob(f"{folder}/*/src/**/*.py"))

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# What a module may import at its top besides the standard library and smolagents itself. Everything else is imported by
# the function that needs it, so that nobody waits for a dependency that they don't use.
LIGHT = {"pluggy"}
LIGHT_FOR = {"smolagents-testing": {"pytest"}}


def distribution(path: Path) -> str:
    return path.relative_to(ROOT).parts[1]


def imports(body: list[ast.stmt], inside_functions: bool) -> Iterator[str]:
    """Yield what a body imports when it runs, or also when its functions are called; not what type checkers import."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from imports(node.orelse, inside_functions)
        elif inside_functions or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            # Handlers and cases of `try` and `match` are no statements themselves; they hold some.
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            for child in ast.iter_child_nodes(node):
                inner += getattr(child, "body", []) if isinstance(child, (ast.ExceptHandler, ast.match_case)) else []
            yield from imports(inner, inside_functions)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_file_can_be_read_in_a_sitting(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= MAX_FILE_LINES, f"{name_of(path)}: split it, one idea a file"
    long = {
        f"line {node.lineno}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if node.end_lineno and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    }
    assert long == set()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_heavy_is_imported_at_the_top(path: Path) -> None:
    own = distribution(path).replace("-", "_")
    allowed = LIGHT | LIGHT_FOR.get(distribution(path), set()) | {"smolagents", own} | sys.stdlib_module_names
    imported = {module.split(".")[0] for module in imports(ast.parse(path.read_text("utf-8")).body, False)}
    assert imported - allowed == set()


# Where the import name is not the distribution's.
DISTRIBUTIONS = {"PIL": "pillow", "bs4": "beautifulsoup4", "yaml": "pyyaml"}
# What core uses where a program has it, and doesn't need: values of these types may come from tools or go to models.
# What the fake servers and tiny models are made with comes with the SDKs that use them.
OPTIONAL = {
    "smolagents-core": {"ipython", "numpy", "pandas", "pillow", "pydantic", "soundfile", "torch"},
    "smolagents-models-hf": {"gradio-client"},
    "smolagents-testing": {
        "blaxel",
        "grpclib",
        "huggingface-hub",
        "jinja2",
        "modal-proto",
        "numpy",
        "pillow",
        "pyyaml",
        "safetensors",
        "tokenizers",
    },
    "smolagents-tools-audio": {"av", "smolagents-tools-web", "torch", "transformers"},
    "smolagents-tools-mcp": {"pillow"},
}


@pytest.mark.parametrize("name", sorted({distribution(path) for path in SOURCES}))
def test_every_import_is_declared(name: str) -> None:
    imported = {
        module.split(".")[0]
        for path in SOURCES
        if distribution(path) == name
        for module in imports(ast.parse(path.read_text("utf-8")).body, inside_functions=True)
    }
    (pyproject,) = ROOT.glob(f"*/{name}/pyproject.toml")
    requirements = tomllib.loads(pyproject.read_text("utf-8"))["project"].get("dependencies", [])
    declared = {re.split(r"[^\w-]", requirement)[0].lower() for requirement in requirements} | OPTIONAL.get(name, set())
    own = {name.replace("-", "_"), "smolagents"}
    needed = {DISTRIBUTIONS.get(module, module).lower().replace("_", "-") for module in imported - own}
    assert needed - declared - {module.replace("_", "-") for module in sys.stdlib_module_names} == set()


HEAVY = ["PIL", "argparse", "asyncio", "importlib.metadata", "inspect", "jinja2", "numpy", "openai", "pydantic", "rich"]


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import smolagents", [*HEAVY, "json", "pluggy", "typing", "yaml"]),
        ("from smolagents import CodeAgent, Tool, tool", ["PIL", "jinja2", "numpy", "openai", "pydantic", "rich"]),
        ("import smolagents.cli", ["PIL", "jinja2", "numpy", "openai", "pydantic", "rich"]),
    ],
)
def test_import_loads_nothing_that_it_does_not_need(statement: str, heavy: list[str]) -> None:
    code = (
        f"import sys; before = set(sys.modules); {statement}; loaded = set(sys.modules) - before; "
        "import json; print(json.dumps(sorted(loaded)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(result.stdout)
    assert [module for module in heavy if module in loaded] == []
