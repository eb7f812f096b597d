"""What is installed: the entry points of all distributions on `sys.path`, read without importing any of them.

The `entry_points.txt` files are read directly: `importlib.metadata` would take twenty times as long. The result is kept
until `sys.path`, one of its folders or an environment switch changes, so that a plugin installed by a running program
is seen.
"""

import os
import sys

from smolagents.plugins.names import FIRST_PARTY, KINDS, NAMELESS, RESERVED, normalized
from smolagents.plugins.switches import allowed_distributions, why_disabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    State = Literal["ok", "disabled", "shadowed", "clash", "broken", "unsupported"]

API_LEVEL = 1
"""What this core offers plugins; grows by one with each addition.

A plugin that needs level N says so in its groups' names: `smolagents.models.vN`. A name without suffix needs level 1.
"""

# Where programs find the names of a kind; those of extras only in the package itself and in the plugin.
_HOMES = {"models": "smolagents.models", "executors": "smolagents.remote_executors", "tools": "smolagents.tools"}
_CORE_MODULES = frozenset(name.removesuffix(".py") for name in os.listdir(os.path.dirname(os.path.dirname(__file__))))


def owner_of(name: str) -> str | None:
    """Return the distribution that alone may offer a name: core or a first-party one; None for a free name."""
    # A module's name is core's too: `from smolagents import agents` asks for a name before it looks for a module.
    return "smolagents-core" if name in RESERVED or name in _CORE_MODULES else FIRST_PARTY.get(name)


class Entry:
    """Describe one name that a distribution offers.

    Args:
        kind: "models", "executors", "tools", "extras" or "hooks"; "packages" for the import package of a first-party
            distribution that has no names.
        name: The name under which it is offered.
        value: Where it is: "module:attribute", or "module" for hooks and packages.
        distribution: Normalized name of the distribution.
        version: Version of the distribution.
        folder: The distribution's metadata folder.
        state: "ok", or why the name can't be used.
        detail: The reason in a sentence; empty if all is well.
    """

    __slots__ = ("detail", "distribution", "folder", "kind", "name", "state", "value", "version")

    def __init__(
        self,
        kind: str,
        name: str,
        value: str,
        distribution: str,
        version: str,
        folder: str,
        state: "State" = "ok",
        detail: str = "",
    ) -> None:
        self.kind = kind
        self.name = name
        self.value = value
        self.distribution = distribution
        self.version = version
        self.folder = folder
        self.state = state
        self.detail = detail

    @property
    def module(self) -> str:
        """Return the dotted name of the module that holds the object."""
        return self.value.partition(":")[0].strip()

    @property
    def attribute(self) -> str:
        """Return the dotted path of the object in its module; empty for the module itself."""
        return self.value.partition(":")[2].strip()

    @property
    def origin(self) -> str:
        """Return the distribution and its version, as messages name them."""
        return f"{self.distribution} {self.version}".rstrip()

    def __repr__(self) -> str:
        return f"<Entry {self.kind} {self.name} = {self.value} ({self.origin}, {self.state})>"

    def settle(self, state: "State", detail: str) -> None:
        """Set the state, unless an earlier check has found a reason already."""
        if self.state == "ok":
            self.state = state
            self.detail = detail


class Catalogue:
    """Hold all entries found on a path, judged by the rules for names.

    Args:
        entries: The entries, in the order of `sys.path`.
        distributions: Version of every distribution on the path, plugin or not, by normalized name.
        files: Names of all files and folders that lie directly in the folders of the path.
    """

    def __init__(self, entries: list[Entry], distributions: dict[str, str], files: set[str]) -> None:
        self.entries = entries
        self.distributions = distributions
        self.files = files
        self.by_name: dict[str, list[Entry]] = {}
        allowed = allowed_distributions()
        for entry in entries:
            _judge_value(entry)
            if allowed is not None and entry.distribution not in allowed:
                entry.settle("disabled", why_disabled())
            if entry.kind in KINDS:
                owner = owner_of(entry.name) or entry.distribution
                if owner != entry.distribution:
                    entry.settle("shadowed", f"the name {entry.name} belongs to {owner}")
                self.by_name.setdefault(entry.name, []).append(entry)
        for same_name in self.by_name.values():
            for kind in KINDS:
                _settle_clash([entry for entry in same_name if entry.kind == kind])

    def find(self, name: str, kinds: "Iterable[str]" = KINDS) -> "Entry | None":
        """Return the usable entry of a name, else one that says why there is none, else None.

        A name that one distribution gives to a tool and another one to a model is none where either could be meant.
        """
        entries = [entry for entry in self.by_name.get(name, ()) if entry.kind in kinds and entry.state != "shadowed"]
        entries.sort(key=lambda entry: (entry.state != "ok", KINDS.index(entry.kind)))
        usable = [entry for entry in entries if entry.state == "ok"]
        if len({entry.distribution for entry in usable}) > 1:
            places = " and ".join(f"{_HOMES.get(entry.kind, entry.module)} ({entry.distribution})" for entry in usable)
            return _with_clash(usable[0], f"{name} is in {places}: take it from one of these modules")
        return entries[0] if entries else None


_current: "tuple[object, Catalogue] | None" = None


def current() -> Catalogue:
    """Return the catalogue of what is installed now."""
    global _current
    key = (
        [(path, _changed_at(path)) for path in sys.path],
        allowed_distributions(),
        os.environ.get("SMOLAGENTS_DISABLE_PLUGINS"),
    )
    known = _current
    if known is not None and known[0] == key:
        return known[1]
    catalogue = Catalogue(*scan(sys.path))
    _current = (key, catalogue)
    return catalogue


def scan(paths: "Iterable[str]") -> "tuple[list[Entry], dict[str, str], set[str]]":
    """Read the entries, the versions of all distributions and the names of all files in the folders of a path."""
    entries: list[Entry] = []
    distributions: dict[str, str] = {}
    files: set[str] = set()
    for path in paths:
        try:
            names = os.listdir(path or ".")
        except OSError:
            continue
        files.update(names)
        for name in sorted(name for name in names if name.endswith((".dist-info", ".egg-info"))):
            parts = name.rpartition(".")[0].split("-")
            distribution, version = normalized(parts[0]), parts[1] if len(parts) > 1 else ""
            # The first on the path is the one that gets imported; a later one of that name is out of reach. Folders
            # whose names begin with ~ are what is left of a removal that pip broke off.
            if distribution not in distributions and name[0] != "~":
                distributions[distribution] = version
                folder = os.path.join(path, name)
                entries += _read_entries(folder, distribution, version)
                if distribution in NAMELESS:
                    package = distribution.replace("-", "_")
                    entries.append(Entry("packages", package, package, distribution, version, folder))
    return entries, distributions, files


def _changed_at(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0


def _content(path: str) -> bytes:
    # Several times as fast as `open`, which counts with hundreds of distributions.
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def _read_entries(folder: str, distribution: str, version: str) -> "Iterator[Entry]":
    content = _content(os.path.join(folder, "entry_points.txt"))
    if b"smolagents." not in content:
        return
    group = ""
    for line in content.decode("utf-8", "replace").splitlines():
        line = line.strip()
        if line.startswith("["):
            group = line.strip("[] ")
        elif group.startswith("smolagents.") and line and line[0] not in "#;":
            name, _, value = line.partition("=")
            value = value.partition("[")[0].strip()
            yield _entry(group, name.strip(), value, distribution, version, folder)


def _entry(group: str, name: str, value: str, distribution: str, version: str, folder: str) -> Entry:
    kind, suffix, level = group.removeprefix("smolagents.").partition(".v")
    entry = Entry(kind, name, value, distribution, version, folder)
    if kind not in (*KINDS, "hooks"):
        hint = _near_group(kind, suffix + level)
        entry.settle("unsupported", f"this core knows no group [{group}]{hint} it: pip install -U smolagents-core")
    elif suffix and (not level.isdecimal() or level.startswith("0")):
        entry.settle("broken", f"[{group}] is no group: the suffix for an API level is .v1, .v2, …")
    elif level and int(level) > API_LEVEL:
        entry.settle(
            "unsupported",
            f"needs API level {level}, this core has {API_LEVEL}; update it: pip install -U smolagents-core",
        )
    return entry


def _near_group(kind: str, suffix: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(kind.lower(), (*KINDS, "hooks"), n=1)
    return f", did you mean [smolagents.{near[0]}{suffix}]? Else update" if near else "; update"


def _judge_value(entry: Entry) -> None:
    module, colon, attribute = entry.value.partition(":")
    dotted = [*module.strip().split("."), *(attribute.strip().split(".") if colon else ())]
    if not all(part.isidentifier() for part in dotted) or (entry.kind in KINDS and not colon):
        entry.settle("broken", f"{entry.name} = {entry.value!r} is not of the form name = module:attribute")


def _with_clash(entry: Entry, detail: str) -> Entry:
    return Entry(entry.kind, entry.name, entry.value, entry.distribution, entry.version, entry.folder, "clash", detail)


def _settle_clash(same_name: "list[Entry]") -> None:
    contenders = sorted({entry.distribution for entry in same_name if entry.state == "ok"})
    if len(contenders) > 1:
        for entry in same_name:
            entry.settle(
                "clash",
                f"{entry.name} is offered by {' and '.join(contenders)}, so none of them gets it; "
                f"uninstall one, or list the distributions to use in SMOLAGENTS_PLUGINS",
            )
