"""What plugins contribute or choose through hooks, checked before core relies on it."""

from smolagents.plugins import dispatch
from smolagents.plugins.catalogue import current, owner_of
from smolagents.plugins.names import CORE_COMMANDS
from smolagents.plugins.reports import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from smolagents.hooks import Command, MemoryStore
    from smolagents.models import Model
    from smolagents.plugins.dispatch import Implementation

_REGISTERING = {"models": "register_models", "executors": "register_executors", "tools": "register_tools"}
# What register_* gave, as long as the hook has the same implementations: plugins come and go.
_offered: "dict[str, tuple[tuple[Implementation, ...], dict[str, Any]]]" = {}


class _Registry:
    """Collect what one plugin offers."""

    def __init__(self) -> None:
        self.targets: dict[str, Any] = {}

    def add(self, name: str, target: "Any") -> None:
        _check(name, target)
        if owner := owner_of(name):
            raise ValueError(f"the name {name} belongs to {owner}")
        self.targets[name] = target


class _CommandRegistry(_Registry):
    def add(self, name: str, run: "Callable[[list[str]], int]", help: str = "") -> None:
        from smolagents.hooks import Command

        _check(name, run)
        if name.split() != [name] or name.startswith("-"):
            raise ValueError(f"a command is one word that does not begin with a dash, and {name!r} is none")
        if name in CORE_COMMANDS:
            raise ValueError(f"the command {name} belongs to smolagents-core")
        self.targets[name] = Command(name, run, help)


def _check(name: "Any", target: "Any") -> None:
    if not isinstance(name, str) or not name.strip():
        raise TypeError(f"a name is a text that is not empty, and {name!r} is none")
    if not callable(target):
        raise TypeError(f"{name} must be a class, a function or another callable, not {type(target).__name__}")


def offered(kind: str) -> "dict[str, Any]":
    """Return the objects, by name, that plugins contribute at run time for a kind."""
    if kind not in _REGISTERING:
        return {}
    hook = _REGISTERING[kind]
    implementations = dispatch.implementations(hook)
    if kind not in _offered or _offered[kind][0] is not implementations:
        collected = _collect(hook, _Registry)
        _offered[kind] = (dispatch.implementations(hook), collected)
    return _offered[kind][1]


def commands() -> "dict[str, Command]":
    """Return the commands, by name, that plugins add to `smolagents`."""
    return _collect("register_commands", _CommandRegistry)


def _collect(hook: str, make_registry: "Callable[[], _Registry]") -> "dict[str, Any]":
    """Ask every plugin and return what exactly one of them offers."""
    found: dict[str, Any] = {}
    plugins: dict[str, str] = {}
    clashing = set()
    for implementation in dispatch.implementations(hook):
        registry = make_registry()
        if not dispatch.attempt(hook, implementation, {"registry": registry}):
            continue
        for name, target in registry.targets.items():
            if name in found:
                clashing.add(name)
                report(f"{plugins[name]} and {implementation.plugin} both offer {name}, so neither of them gets it")
            else:
                found[name] = target
                plugins[name] = implementation.plugin
    return {name: target for name, target in found.items() if name not in clashing}


def prompt_templates(name: str, templates: "dict[str, Any]", check: "Callable[[str, str], None]") -> "dict[str, Any]":
    """Apply what plugins replace in an agent's default prompts, one plugin after the other, and return the prompts.

    Args:
        name: Which prompts these are: "code_agent", "structured_code_agent" or "toolcalling_agent".
        templates: The prompts; changed in place.
        check: Gets the name of each new prompt, such as "planning.initial_plan", and its text; raises if it is no good.
    """

    def accept(replacements: "Any") -> None:
        merged = _merged(templates, replacements, "", check)
        templates.update(merged)

    dispatch.contribute("prompt_templates", accept, name=name, templates=templates)
    return templates


def _merged(
    templates: "dict[str, Any]", replacements: "Any", path: str, check: "Callable[[str, str], None]"
) -> "dict[str, Any]":
    if not isinstance(replacements, dict):
        raise TypeError(f"prompt_templates: {path or 'the result'} must be a dict, not {type(replacements).__name__}")
    merged = dict(templates)
    for key, value in replacements.items():
        if key not in templates:
            raise ValueError(f"prompt_templates: there is no template {path}{key}; known here: {', '.join(templates)}")
        if isinstance(templates[key], dict):
            merged[key] = _merged(templates[key], value, f"{path}{key}.", check)
        elif isinstance(value, str):
            check(f"{path}{key}", value)
            merged[key] = value
        else:
            raise TypeError(f"prompt_templates: {path}{key} must be a string, not {type(value).__name__}")
    return merged


def resolve_model(spec: str) -> "Model | None":
    """Return the model that a plugin makes for a text such as `ollama/llama3`, or None if none knows it."""
    model: Model | None = dispatch.first("resolve_model", _has_methods("generate"), spec=spec)
    return model


def memory_store(uri: str) -> "MemoryStore":
    """Return the store for the steps of runs that a URI names.

    Raises:
        ValueError: No plugin knows the URI.
    """
    store: MemoryStore | None = dispatch.first("memory_store", _has_methods("append", "read"), uri=uri)
    if store is None:
        plugins = sorted(entry.distribution for entry in current().entries if entry.kind == "hooks")
        raise ValueError(
            f"No memory store for {uri!r}: no plugin's memory_store hook knows it. "
            f"Plugins with hooks: {', '.join(plugins) or 'none installed'}"
        )
    return store


def _has_methods(*methods: str) -> "Callable[[Any], None]":
    def check(result: "Any") -> None:
        lacking = [method for method in methods if not callable(getattr(result, method, None))]
        if lacking:
            raise TypeError(f"it returned a {type(result).__name__}, which has no method {', '.join(lacking)}")

    return check
