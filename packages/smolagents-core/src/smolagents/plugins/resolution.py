"""From a name to the object behind it: core's own, a plugin's, or an error that says how to get it."""

import sys
from importlib import import_module

from smolagents.plugins.catalogue import Catalogue, Entry, current, owner_of
from smolagents.plugins.names import CORE, CORE_EXECUTORS, FIRST_PARTY, KINDS, first_party_kind
from smolagents.plugins.reports import described, named, trace
from smolagents.plugins.switches import allowed_distributions, why_disabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from smolagents.errors import MissingPluginError


_UNKNOWN = object()


def resolve(name: str, *kinds: str) -> "Any":
    """Return the class, factory or object that a name stands for, importing only what owns it.

    Args:
        name: The name.
        *kinds: Which names of plugins are meant: "models", "executors", "tools", "extras"; none for all of them.

    Raises:
        MissingPluginError: No installed distribution offers the name; says which one does and how to install it.
        PluginClashError: Several distributions offer the name.
        BrokenPluginError: The distribution that offers the name fails to load.
    """
    if name in CORE:
        return _core_attribute(name)
    found = _lookup(name, kinds or KINDS)
    if found is _UNKNOWN:
        raise _unknown(name, kinds or KINDS)
    return found


def available(name: str) -> bool:
    """Tell whether `resolve` knows where to find a name, without importing the plugin that offers it."""
    if name == "process":  # its module says whether this machine can isolate one
        return import_module("smolagents.sandbox.isolation.layers").why_not_strict() is None
    if name in CORE or name in CORE_EXECUTORS:
        return True
    entry = current().find(name)
    if entry is not None or owner_of(name) is not None:
        return entry is not None and entry.state == "ok"
    return any(name in offered(kind) for kind in ("models", "executors", "tools"))


def entries(kind: str | None = None) -> "list[Entry]":
    """Return what the installed distributions offer, of one kind or of all, usable or not."""
    return [entry for entry in current().entries if kind in (None, entry.kind)]


def executor_factory(executor_type: str) -> "Callable[..., Any]":
    """Return what makes an executor of a type: called as `factory(additional_imports, logger, **options)`.

    Raises:
        ValueError: No installed or first-party distribution knows the type.
        MissingPluginError: The type is known and its distribution is not installed.
    """
    found = _core_attribute("ProcessExecutor") if executor_type == "process" else _lookup(executor_type, ("executors",))
    if found is _UNKNOWN:
        installed = {entry.name for entry in entries("executors") if entry.state == "ok"} | {*offered("executors")}
        first_party = {name for name in FIRST_PARTY if first_party_kind(name) == "executors"}
        types = {name for name in installed | first_party if not name[:1].isupper()}  # the others are classes
        known = ", ".join(sorted({*CORE_EXECUTORS, *types}))
        raise ValueError(f"Unsupported executor type: {executor_type}. Known types: {known}")
    factory: Callable[..., Any] = found
    return factory


def package(distribution: str) -> "ModuleType":
    """Return the import package of a first-party distribution.

    Raises:
        MissingPluginError: The distribution is not installed, or is switched off.
        BrokenPluginError: Its package fails to load.
    """
    installed = current().distributions
    allowed = allowed_distributions()
    if distribution not in installed:
        raise _missing(f"This needs the distribution {distribution}, which is not installed.", distribution)
    if allowed is not None and distribution not in allowed:
        raise _error(f"This needs {distribution}, and {why_disabled()}.")
    module = distribution.replace("-", "_")
    return _load(Entry("extras", module, module, distribution, installed[distribution], ""))  # type: ignore[no-any-return]


def module_getattr(module_name: str, *kinds: str) -> "Callable[[str], Any]":
    """Return a `__getattr__` by which a module offers the plugins' names of some kinds as its own, and core's names."""
    own = module_name.removeprefix("smolagents.")

    def __getattr__(name: str) -> "Any":  # noqa: N807
        # Programs take `Tool` from `smolagents.agents`, too. What the module lacks of its own is still being made.
        if CORE.get(name, own) != own:
            return _core_attribute(name)
        found = _UNKNOWN if name.startswith("_") else _lookup(name, kinds)
        if found is _UNKNOWN:
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        return found

    return __getattr__


def package_getattr(module_name: str, distribution: str) -> "Callable[[str], Any]":
    """Return a `__getattr__` by which a module stands for the import package of a first-party distribution."""

    def __getattr__(name: str) -> "Any":  # noqa: N807
        if name.startswith("_"):
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        return getattr(package(distribution), name)

    return __getattr__


def surface_attribute(name: str) -> "Any":
    """Return the attribute that `smolagents` has under a name.

    Raises:
        AttributeError: There is none. `from smolagents import …` gets an ImportError, which keeps our hint.
    """
    if name == "__all__":
        old = "HfApiModel"  # it warns whoever asks for it, and a star import asks for all
        return [*CORE, *(name for name in FIRST_PARTY if name != old and available(name))]
    if not name.startswith("_"):
        if name in CORE:
            return _core_attribute(name)
        found = _lookup(name, KINDS)
        if found is not _UNKNOWN:
            return found
    hint = _near_miss(name) if owner_of(name) is None else ""  # a module that was not imported yet is no slip
    # Frames above: the package's `__getattr__`, then whoever asked.
    if hint and sys._getframe(2).f_code.co_name == "_handle_fromlist":
        raise ImportError(f"cannot import name {name!r} from 'smolagents'.{hint}", name="smolagents")
    raise AttributeError(f"module 'smolagents' has no attribute {name!r}.{hint}")


def surface_names(kinds: "tuple[str, ...]" = KINDS) -> list[str]:
    """Return all public names that `smolagents` can give: core's, and those of some kinds of the installed plugins."""
    offered_names = (entry.name for entry in current().entries if entry.kind in kinds and entry.state == "ok")
    return sorted({*CORE, *offered_names})


def offered(kind: str) -> "dict[str, Any]":
    """Return the objects, by name, that plugins contribute at run time for a kind."""
    from smolagents.plugins.contributions import offered as contributed

    return contributed(kind)


def load(entry: Entry) -> "Any":
    """Import the object of a usable entry.

    Raises:
        MissingPluginError: The entry is not usable; says why.
        BrokenPluginError: Importing it failed; says how.
    """
    if entry.state == "ok":
        return _load(entry)
    raise _error(f"The {named(entry)} can't be used: {entry.detail}", clash=entry.state == "clash")


def _load(entry: Entry) -> "Any":
    trace(f"load {named(entry)}: {entry.value}")
    try:
        found: Any = import_module(entry.module)
        for part in filter(None, entry.attribute.split(".")):
            found = getattr(found, part)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even call sys.exit() when it is imported
        from smolagents.errors import BrokenPluginError

        raise BrokenPluginError(
            f"{named(entry)} ({entry.value}) fails to load: {described(error)}. "
            f"Details: python -m smolagents plugins check {entry.distribution}"
        ) from error
    return found


def _core_attribute(name: str) -> "Any":
    try:
        return getattr(import_module(f"smolagents.{CORE[name]}"), name)
    except (AttributeError, ImportError) as error:
        if note := upstream_note(current()):
            raise ImportError(f"{name} can't be imported: {error}. {note}") from error
        raise


def _lookup(name: str, kinds: "tuple[str, ...]") -> "Any":
    """Return the object of a plugin's name, or `_UNKNOWN` if nobody has the name; raise if its owner can't give it."""
    entry = current().find(name, kinds)
    if entry is not None:
        return load(entry)
    if first_party_kind(name) in kinds:
        raise _not_offered(name, FIRST_PARTY[name])
    if owner_of(name) is None:
        for kind in kinds:
            if name in (contributed := offered(kind)):
                return contributed[name]
    return _UNKNOWN


def _not_offered(name: str, distribution: str) -> "MissingPluginError":
    version = current().distributions.get(distribution)
    if version is None:
        return _missing(f"{name} is in the distribution {distribution}, which is not installed.", distribution)
    return _error(
        f"{name} is in the distribution {distribution}, but its installed version {version} does not offer it. "
        f"Update it with: pip install -U {distribution}"
    )


def _unknown(name: str, kinds: "tuple[str, ...]") -> "MissingPluginError":
    where = "" if kinds == KINDS else f" as one of its {' or '.join(kinds)}"
    return _error(
        f"No installed plugin offers the name {name!r}{where}.{_near_miss(name, kinds)} "
        "What is installed: python -m smolagents plugins list"
    )


def _missing(message: str, distribution: str) -> "MissingPluginError":
    return _error(f"{message} Install it with: pip install {distribution}")


def _error(message: str, clash: bool = False) -> "MissingPluginError":
    from smolagents.errors import MissingPluginError, PluginClashError

    if note := upstream_note(current()):
        message = f"{message} {note}"
    return PluginClashError(message) if clash else MissingPluginError(message)


def _near_miss(name: str, kinds: "tuple[str, ...]" = KINDS) -> str:
    if name.startswith("_"):
        return ""
    from difflib import get_close_matches

    first_party = {name for name in FIRST_PARTY if first_party_kind(name) in kinds}
    known = {*surface_names(kinds), *first_party} - {name}
    matches = get_close_matches(name, known, n=1, cutoff=0.75)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def upstream_note(catalogue: Catalogue) -> str:
    """Say what is wrong where another distribution has put its files over this package; empty if none has."""
    version = catalogue.distributions.get("smolagents")
    if version is None:
        return ""
    return (
        f"The distribution smolagents {version} is installed over the same package as smolagents-core, "
        "so their files are mixed. Mend it with: pip uninstall -y smolagents && "
        "pip install --force-reinstall --no-deps smolagents-core"
    )
