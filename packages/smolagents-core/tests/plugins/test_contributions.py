"""What plugins contribute or choose is checked before core relies on it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smolagents import plugins
from smolagents.errors import MissingPluginError
from smolagents.hooks import hookimpl
from smolagents.plugins import PluginWarning


@pytest.fixture
def implement() -> Iterator[Callable[..., None]]:
    """Register a plugin of one hook for the length of a test."""
    added: list[Any] = []

    def register(name: str, **hooks: Callable[..., Any]) -> None:
        plugin = type("Plugin", (), {hook: staticmethod(hookimpl(function)) for hook, function in hooks.items()})()
        plugins.register(plugin, name)
        added.append(plugin)

    yield register
    for plugin in added:
        plugins.unregister(plugin)


@pytest.mark.parametrize("kind", ["models", "executors", "tools"])
def test_names_known_only_at_run_time(implement: Callable[..., None], kind: str) -> None:
    calls = []

    def register(registry: Any) -> None:
        calls.append(kind)
        registry.add("runtime_name", list)

    assert not plugins.available("runtime_name")
    implement("acme", **{f"register_{kind}": register})
    assert plugins.offered(kind) == {"runtime_name": list}
    assert plugins.available("runtime_name")
    assert plugins.resolve("runtime_name") is list
    assert calls == [kind]


def test_run_time_names_are_attributes_of_modules_and_executor_types(implement: Callable[..., None]) -> None:
    implement("acme", register_executors=lambda registry: registry.add("acme_box", dict))
    assert plugins.executor_factory("acme_box") is dict
    assert plugins.module_getattr("smolagents.remote_executors", "executors")("acme_box") is dict
    with pytest.raises(AttributeError):
        plugins.module_getattr("smolagents.tools", "tools")("acme_box")
    with pytest.raises(ValueError, match="Known types: acme_box, "):
        plugins.executor_factory("no_such_box")


def test_plugins_are_not_asked_for_names_that_metadata_has(site: Any, implement: Callable[..., None]) -> None:
    site.add("acme-meta", "[smolagents.tools]\nAcmeMeta = acme_meta:AcmeMeta\n", acme_meta="class AcmeMeta: pass")
    calls: list[Any] = []
    implement("acme", register_tools=lambda registry: calls.append(registry))
    assert plugins.resolve("AcmeMeta").__name__ == "AcmeMeta"
    assert calls == []


@pytest.mark.parametrize("name", ["CodeAgent", "LiteLLMModel", "docker", "local"])
def test_owned_names_cannot_be_offered_at_run_time(implement: Callable[..., None], name: str) -> None:
    implement(f"thief-of-{name}", register_models=lambda registry: registry.add(name, list))
    with pytest.warns(
        PluginWarning, match=f"thief-of-{name}.* failed in hook register_models.*the name {name} belongs to"
    ):
        assert plugins.offered("models") == {}


def test_a_name_offered_by_two_plugins_is_nobodys(implement: Callable[..., None]) -> None:
    implement("acme-one", register_tools=lambda registry: registry.add("twin_tool", list))
    implement("acme-two", register_tools=lambda registry: registry.add("twin_tool", dict))
    with pytest.warns(PluginWarning, match="acme-two .* and plugin acme-one .* both offer twin_tool, so neither"):
        assert plugins.offered("tools") == {}
    with pytest.raises(MissingPluginError):
        plugins.resolve("twin_tool")


def test_what_a_failing_plugin_added_is_dropped(implement: Callable[..., None]) -> None:
    def register_models(registry: Any) -> None:
        registry.add("half_model", list)
        raise RuntimeError("the server is down")

    implement("acme-half", register_models=register_models)
    with pytest.warns(PluginWarning, match="acme-half.*the server is down"):
        assert plugins.offered("models") == {}


def test_commands(implement: Callable[..., None]) -> None:
    ran: list[list[str]] = []

    def greet(argv: list[str]) -> int:
        ran.append(argv)
        return 3

    assert plugins.commands() == {}
    implement("acme", register_commands=lambda registry: registry.add("greet", greet, help="Greet somebody."))
    command = plugins.commands()["greet"]
    assert (command.name, command.help, command.run(["you"]), ran) == ("greet", "Greet somebody.", 3, [["you"]])


def templates() -> dict[str, Any]:
    return {"system_prompt": "Be good.", "planning": {"initial_plan": "Plan.", "update": "Again."}}


def replaced(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the templates after the plugins; any text will do."""
    return plugins.prompt_templates(name, given, lambda prompt, text: None)


def test_prompt_templates_are_replaced_one_plugin_after_the_other(implement: Callable[..., None]) -> None:
    implement("later", prompt_templates=lambda templates: {"system_prompt": templates["system_prompt"] + " Be brief."})
    implement(
        "sooner", prompt_templates=lambda name: {"system_prompt": f"You are {name}.", "planning": {"update": "U"}}
    )
    assert replaced("code_agent", templates()) == {
        "system_prompt": "You are code_agent. Be brief.",
        "planning": {"initial_plan": "Plan.", "update": "U"},
    }


@pytest.mark.parametrize(
    ("replacement", "reason"),
    [
        (
            {"system_prompt": "New.", "no_such": "x"},
            "there is no template no_such; known here: system_prompt, planning",
        ),
        ({"system_prompt": "New.", "planning": {"no_such": "x"}}, "there is no template planning.no_such"),
        ({"system_prompt": 3}, "system_prompt must be a string, not int"),
        ({"planning": "x"}, "planning. must be a dict, not str"),
        ("New.", "the result must be a dict, not str"),
    ],
)
def test_replacements_that_do_not_fit_change_nothing(
    implement: Callable[..., None], replacement: Any, reason: str
) -> None:
    implement(f"misfit {reason}", prompt_templates=lambda: replacement)
    with pytest.warns(PluginWarning, match=reason):
        assert replaced("code_agent", templates()) == templates()


def spoil(templates: dict[str, Any]) -> None:
    templates.pop("system_prompt")
    templates["planning"]["update"] = "Spoiled."


def spoil_and_fail(templates: dict[str, Any]) -> None:
    spoil(templates)
    raise RuntimeError("spoiled")


@pytest.mark.parametrize("hook", [spoil, spoil_and_fail])
@pytest.mark.filterwarnings("ignore:.*spoiled:smolagents.plugins.PluginWarning")
def test_hooks_get_a_copy_of_the_templates(implement: Callable[..., None], hook: Callable[..., None]) -> None:
    implement("spoiler", prompt_templates=hook)
    assert replaced("code_agent", templates()) == templates()


def test_without_plugins_the_templates_come_back_as_they_are() -> None:
    given = templates()
    assert replaced("code_agent", given) is given


class Store:
    """Keep records in memory."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.records: list[Any] = []

    def append(self, run_id: str, record: dict[str, Any]) -> None:
        self.records.append(record)

    def read(self, run_id: str) -> list[dict[str, Any]]:
        return self.records


def test_memory_store(implement: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match=r"No memory store for 'acme:x': no plugin's memory_store hook knows it\."):
        plugins.memory_store("acme:x")
    implement("acme", memory_store=lambda uri: Store(uri) if uri.startswith("acme:") else None)
    store = plugins.memory_store("acme:x")
    store.append("run", {"step": 1})
    assert store.read("run") == [{"step": 1}]
    with pytest.raises(ValueError, match="No memory store for 'other:x'"):
        plugins.memory_store("other:x")


def test_resolve_model_passes_over_what_is_no_model(implement: Callable[..., None]) -> None:
    class Model:
        def generate(self, messages: Any) -> None: ...

    implement("right", resolve_model=lambda spec: Model())
    implement("no-model", resolve_model=lambda spec: "a string")
    with pytest.warns(
        PluginWarning, match="no-model.*failed in hook resolve_model.*returned a str, which has no method generate"
    ):
        assert isinstance(plugins.resolve_model("x"), Model)
