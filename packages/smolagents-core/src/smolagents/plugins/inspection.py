"""What can be found out about installed plugins without importing any of them."""

import os
import sys

from smolagents.plugins.catalogue import Catalogue, Entry, current
from smolagents.plugins.resolution import upstream_note
from smolagents.plugins.switches import allowed_distributions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec


def inspected() -> list[Entry]:
    """Return all entries, those whose metadata or module can't be found marked as broken."""
    entries = current().entries
    for entry in entries:
        if entry.state == "ok":
            _look_for_files(entry)
    return sorted(entries, key=lambda entry: (entry.kind, entry.name.lower(), entry.distribution))


def notes(catalogue: Catalogue) -> list[str]:
    """Return what is wrong with the installation as a whole, a sentence for each thing."""
    found = [upstream_note(catalogue)]
    missing = sorted((allowed_distributions() or frozenset()) - catalogue.distributions.keys())
    found += [f"SMOLAGENTS_PLUGINS names {name}, which is not installed" for name in missing]
    return list(filter(None, found))


def _look_for_files(entry: Entry) -> None:
    if not any(os.path.exists(os.path.join(entry.folder, name)) for name in ("METADATA", "PKG-INFO")):
        entry.settle("broken", f"{entry.folder} has no METADATA; reinstall it: pip install {entry.distribution}")
    elif not _module_exists(entry.module):
        entry.settle("broken", f"there is no module {entry.module}; reinstall it: pip install {entry.distribution}")


def _module_exists(module: str) -> bool:
    if module in (files := current().files) or f"{module}.py" in files:
        return True
    # importlib.util.find_spec would import the packages above the module.
    name, path = "", None
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        spec = _find_spec(name, path)
        if spec is None:
            return False
        path = spec.submodule_search_locations or []
    return True


def _find_spec(name: str, path: "Sequence[str] | None") -> "ModuleSpec | None":
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            return spec
    return None
