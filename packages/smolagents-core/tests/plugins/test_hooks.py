"""The page of hooks: each is documented, typed, tested, and fired somewhere in core."""

import ast
import inspect
from functools import cache
from pathlib import Path

import pytest
from smolagents import hooks

PACKAGE = Path(hooks.__file__).parent
HOOKS = sorted(name for name, value in vars(hooks).items() if hasattr(value, "smolagents_spec"))


@cache
def strings_in_core() -> frozenset[str]:
    """Return all strings in core's sources except those on the page of hooks itself."""
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py") if path.name != "hooks.py"]
    constants = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return frozenset(value for value in constants if isinstance(value, str))


def test_the_page_holds_the_hooks() -> None:
    assert HOOKS == [
        "memory_store",
        "model_called",
        "prompt_templates",
        "register_commands",
        "register_executors",
        "register_models",
        "register_tools",
        "resolve_model",
        "run_finished",
        "run_started",
        "step_finished",
        "tool_called",
    ]


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_are_documented_in_one_sentence(name: str) -> None:
    documentation = inspect.getdoc(getattr(hooks, name)) or ""
    assert documentation.endswith(".")
    assert "\n" not in documentation
    assert documentation[0].isupper()


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_are_typed(name: str) -> None:
    signature = inspect.signature(getattr(hooks, name))
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_have_tests(name: str) -> None:
    tests = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    assert any(f"def {name}(" in path.read_text() or f"{name}=" in path.read_text() for path in tests)


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_are_fired_in_core(name: str) -> None:
    assert name in strings_in_core()
