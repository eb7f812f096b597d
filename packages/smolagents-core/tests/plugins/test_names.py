"""The tables of names agree with the package, its type-checker view and each other."""

import ast
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import smolagents
from smolagents.plugins.names import CORE, DISTRIBUTIONS, FIRST_PARTY, RESERVED, first_party_kind

PACKAGE = Path(smolagents.__file__).parent
REPOSITORY = PACKAGE.parents[3]


def names_for_type_checkers() -> dict[str, str]:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert all(alias.name == alias.asname for node in imports for alias in node.names)
    return {alias.name: node.module or "" for node in imports for alias in node.names}


def test_type_checkers_see_the_core_names_where_they_are() -> None:
    seen = names_for_type_checkers()
    core = {name: f"smolagents.{module}" for name, module in CORE.items()}
    assert {name: module for name, module in seen.items() if module.startswith("smolagents.")} == core


def test_type_checkers_see_the_first_party_names_of_this_workspace() -> None:
    here = {path.parent.name for path in REPOSITORY.glob("packages/*/pyproject.toml")}
    expected = {
        name: owner.replace("-", "_")
        for name, owner in FIRST_PARTY.items()
        # What is asked for by a word, as an executor's type or a tool's name, is no attribute of the package.
        if owner in here and (not name.islower() or name in DISTRIBUTIONS[owner].get("extras", ()))
    }
    seen = names_for_type_checkers()
    assert {name: module for name, module in seen.items() if not module.startswith("smolagents.")} == expected


@pytest.mark.parametrize("name", sorted(CORE))
def test_every_core_name_is_there(name: str) -> None:
    assert hasattr(smolagents, name)


@pytest.mark.parametrize("module", ["agents", "default_tools", "models", "remote_executors", "tools"])
def test_programs_may_take_core_names_from_other_modules(module: str) -> None:
    for name in CORE:
        assert hasattr(import_module(f"smolagents.{module}"), name)
    with pytest.raises(AttributeError, match=f"module 'smolagents.{module}' has no attribute 'NoSuchName'"):
        _ = import_module(f"smolagents.{module}").NoSuchName


@pytest.mark.parametrize("module", sorted({*CORE.values()}))
def test_each_module_can_be_the_first_one(module: str) -> None:
    names = [name for name in CORE if CORE[name] == module]
    program = f"import smolagents.{module} as module; [getattr(module, name) for name in {names}]"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_no_core_name_is_also_a_module() -> None:
    # Once imported, a module `smolagents.x` hides the name `x` that the package would look up.
    modules = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert not modules & set(CORE)


def test_no_name_has_two_owners() -> None:
    owned = [name for kinds in DISTRIBUTIONS.values() for names in kinds.values() for name in names]
    assert len(owned) == len(set(owned))
    assert not RESERVED & set(owned)


def test_the_kind_of_a_first_party_name() -> None:
    assert first_party_kind("LiteLLMModel") == "models"
    assert first_party_kind("docker") == "executors"
    assert first_party_kind("push_to_hub") == "extras"
    assert first_party_kind("CodeAgent") is None


@pytest.mark.parametrize("folder", ["packages", "plugins"])
def test_distributions_of_this_workspace_declare_exactly_the_names_they_own(folder: str) -> None:
    for project in (REPOSITORY / folder).glob("*/pyproject.toml"):
        metadata = tomllib.loads(project.read_text())["project"]
        if metadata["name"] not in DISTRIBUTIONS:
            continue
        groups = metadata.get("entry-points", {})
        declared = {
            kind: set(groups.get(f"smolagents.{kind}", {})) for kind in ("models", "executors", "tools", "extras")
        }
        owned = {kind: set(names) for kind, names in DISTRIBUTIONS[metadata["name"]].items()}
        assert {kind: names for kind, names in declared.items() if names} == owned, metadata["name"]


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text())["project"]
    assert smolagents.__version__ == project["version"]
