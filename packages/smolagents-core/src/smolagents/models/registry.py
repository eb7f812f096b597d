"""All model classes by name, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from smolagents import plugins
from smolagents.plugins.names import FIRST_PARTY, first_party_kind

_CORE = ("ReplayModel",)
_OLD = "HfApiModel"  # it warns whoever asks for it, and `dict(MODEL_REGISTRY)` asks for all


class ModelRegistry(MutableMapping[str, Any]):
    """Map names to model classes: core's, those that installed plugins declare, and those that a program adds.

    A saved agent may only name models from here. `registry[name]` says what to install for the name of a distribution
    that is missing; such names are not in it.
    """

    def __init__(self) -> None:
        self._added: dict[str, Any] = {}

    def known(self) -> list[str]:
        """Return all names, those among them whose distribution is not installed or can't be used."""
        first_party = [name for name in FIRST_PARTY if first_party_kind(name) == "models"]
        declared = [entry.name for entry in plugins.entries("models")]
        return list(dict.fromkeys([*_CORE, *first_party, *declared, *plugins.offered("models"), *self._added]))

    def _usable(self) -> list[str]:
        declared = [entry.name for entry in plugins.entries("models") if entry.state == "ok" and entry.name != _OLD]
        usable = {*_CORE, *declared, *plugins.offered("models"), *self._added}
        return [name for name in self.known() if name in usable]

    def __getitem__(self, name: str) -> Any:
        if name in self._added:
            return self._added[name]
        if name not in self.known():
            raise KeyError(name)
        return plugins.resolve(name, "models")

    def __setitem__(self, name: str, model_class: Any) -> None:
        self._added[name] = model_class

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the class of a name that is in it, else the default."""
        if name not in self:
            return default
        return self[name]

    def copy(self) -> dict[str, Any]:
        """Return what the program has added; with `clear` and `update`, that can be put back later."""
        return dict(self._added)

    def clear(self) -> None:
        """Forget what the program has added."""
        self._added.clear()

    def __contains__(self, name: object) -> bool:
        return name in self._usable()

    def __iter__(self) -> Iterator[str]:
        return iter(self._usable())

    def __len__(self) -> int:
        return len(self._usable())


MODEL_REGISTRY = ModelRegistry()
