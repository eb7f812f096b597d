"""The modules that the code may import."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from smolagents.cli.problems import UsageError, near_miss


def check_imports(modules: list[str]) -> None:
    """Check that modules are installed here; `pkg.*` and `*` are allowed.

    Raises:
        UsageError: One is not installed.
    """
    for module in modules:
        root = module.partition(".")[0]
        if root == "*" or (root.isidentifier() and find_spec(root) is not None):
            continue
        # No `pip install` for what may be a slip: somebody may have put a trap under that name.
        hint = near_miss(root, _installed()) or f" To get it: pip install {_distribution(root)}"
        raise UsageError(f"the module {module} is not installed.{hint}")


def _distribution(module: str) -> str:
    from smolagents.tools.imports import distributions

    return distributions([module])[0]


def _installed() -> set[str]:
    from importlib.metadata import packages_distributions

    return {*sys.stdlib_module_names, *packages_distributions()}
