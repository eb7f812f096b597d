"""What plugins register at run time must be usable under the name that they give it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smolagents import plugins
from smolagents.hooks import hookimpl
from smolagents.plugins import PluginWarning
from smolagents.plugins.names import CORE_COMMANDS


@pytest.fixture
def implement(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """Register a plugin of one hook, named after the test, for its length."""
    added: list[Any] = []

    def register(**hooks: Callable[..., Any]) -> None:
        plugin = type("Plugin", (), {hook: staticmethod(hookimpl(function)) for hook, function in hooks.items()})()
        plugins.register(plugin, request.node.name)
        added.append(plugin)

    yield register
    for plugin in added:
        plugins.unregister(plugin)


@pytest.mark.parametrize("kind", ["models", "executors", "tools"])
@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        (None, list, "a name is a text that is not empty, and None is none"),
        (3, list, "a name is a text that is not empty, and 3 is none"),
        ("", list, "a name is a text that is not empty, and '' is none"),
        (" ", list, "a name is a text that is not empty, and ' ' is none"),
        ("seven", 7, "seven must be a class, a function or another callable, not int"),
    ],
)
def test_bad_names_and_targets_are_refused(
    implement: Callable[..., None], kind: str, name: Any, target: Any, reason: str
) -> None:
    implement(**{f"register_{kind}": lambda registry: registry.add(name, target)})
    with pytest.warns(PluginWarning, match=f"test_bad_names.*failed in hook register_{kind} and is left out.*{reason}"):
        assert plugins.offered(kind) == {}


@pytest.mark.parametrize(
    ("name", "run", "reason"),
    [
        (None, print, "a name is a text"),
        ("nocall", "not callable", "nocall must be a class, a function or another callable, not str"),
        ("--help", print, "a command is one word that does not begin with a dash, and '--help' is none"),
        ("two words", print, "a command is one word that does not begin with a dash, and 'two words' is none"),
        *((name, print, f"the command {name} belongs to smolagents-core") for name in CORE_COMMANDS),
    ],
)
def test_bad_commands_are_refused(implement: Callable[..., None], name: Any, run: Any, reason: str) -> None:
    implement(register_commands=lambda registry: registry.add(name, run))
    with pytest.warns(PluginWarning, match=f"test_bad_commands.* and is left out.*{reason}"):
        assert plugins.commands() == {}
