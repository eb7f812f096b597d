"""Which packages a piece of code imports, and what pip calls them."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

# Where the name that is imported and the name on the package index differ, for packages that are not installed here.
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dotenv": "python-dotenv",
    "sklearn": "scikit-learn",
    "smolagents": "smolagents-core",
    "yaml": "pyyaml",
}
_GUARD = re.compile(r"is_\w+_available")


def get_imports(code: str) -> list[str]:
    """Return the top-level packages that code imports, in the order in which they first appear.

    Imports that the code can do without don't count: those inside `try` and under `if is_…_available():`, and those for
    type checkers only; nor do relative ones.
    """
    try:
        names = list(_imported(ast.parse(textwrap.dedent(code))))
    except SyntaxError:
        names = list(_imported_in_text(code))
    return list(dict.fromkeys(get_package_name(name) for name in names))


def get_package_name(import_name: str) -> str:
    """Return the name of the package that brings a module."""
    root = import_name.partition(".")[0]
    return {"wikipediaapi": "wikipedia-api"}.get(root, root)


def third_party(packages: Iterable[str]) -> list[str]:
    """Return the packages that are not part of Python, sorted, and smolagents itself, which every tool needs."""
    return sorted({name for name in packages if name not in sys.stdlib_module_names} | {"smolagents"})


def distributions(packages: Iterable[str]) -> list[str]:
    """Return what pip has to install for packages, as `to_dict` lists them: the lines of a requirements.txt."""
    from importlib.metadata import packages_distributions

    installed = packages_distributions()
    names = set()
    for package in packages:
        known = _DISTRIBUTIONS.get(package) or next(iter(installed.get(package, ())), None) or _own_name(package)
        if known is None and is_here(package):
            # The package index may have something else under this name.
            warnings.warn(
                f"The module {package} belongs to no installed distribution, so nothing can be installed for it "
                "elsewhere: write what it defines into the module that needs it, or make a distribution of it.",
                stacklevel=3,
            )
        else:
            names.add(known or package)
    return sorted(names, key=str.lower)


def is_here(package: str) -> bool:
    """Tell whether a package can be imported."""
    try:
        return find_spec(package) is not None
    except ValueError:  # a module of this process alone
        return True


def _own_name(package: str) -> str | None:
    """Return how the distribution of this name spells it; one that is installed for editing lists no packages."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        return metadata(package)["Name"]
    except PackageNotFoundError:
        return None


def _imported(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            if not child.level and child.module:
                yield child.module
        elif isinstance(child, (ast.Try, ast.TryStar)):
            for part in (*child.orelse, *child.finalbody):
                yield from _imported(ast.Module([part], []))
        elif isinstance(child, ast.If) and _is_optional(child.test):
            yield from _imported(ast.Module(child.orelse, []))
        else:
            yield from _imported(child)


def _is_optional(test: ast.expr) -> bool:
    called = test.func if isinstance(test, ast.Call) else test
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "TYPE_CHECKING" or bool(_GUARD.fullmatch(name))


def _imported_in_text(code: str) -> Iterator[str]:
    """Find imports line by line, for code that is no complete program: a part of a notebook, say."""
    code = re.sub(r"^\s*try\s*:.*?^\s*except\b.*?:", "", code, flags=re.MULTILINE | re.DOTALL)
    code = re.sub(r"^\s*if is_\w+_available\(\)\s*:\n(\s*(import|from)\s.*\n)+", "", code, flags=re.MULTILINE)
    for match in re.finditer(r"^\s*(?:import\s+(.+)|from\s+([\w.]+)\s+import\b)", code, re.MULTILINE):
        if match[2]:
            yield from () if match[2].startswith(".") else (match[2],)
        else:
            yield from (part.split()[0] for part in match[1].split("#")[0].split(",") if part.strip())
