"""`load_tool` of names behind which there is no tool says so, and whose they are."""

import re
from typing import Any

import pytest
from smolagents import plugins
from smolagents.errors import BrokenPluginError, MissingPluginError
from smolagents.hooks import hookimpl
from smolagents.tools import BaseTool, Tool, load_tool

NONE = """
number = 7
module_like = {}

class Odd:
    def __init__(self, argument): raise SystemExit("made")

def factory(**arguments):
    return arguments
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [("number", "of type int"), ("module_like", "of type dict"), ("Odd", "the class Odd"), ("factory", "of type dict")],
)
def test_a_plugin_that_offers_no_tool(site: Any, name: str, found: str) -> None:
    site.add("acme-no", f"[smolagents.tools]\nacme = acme_no:{name}\n", acme_no=NONE)
    said = (
        f"plugin acme of acme-no 1.0 (acme_no:{name}) is no tool but {found}. "
        "Details: python -m smolagents plugins check acme-no"
    )
    with pytest.raises(BrokenPluginError, match=f"^{re.escape(said)}$"):
        load_tool("acme")


def test_a_hook_that_offers_no_tool() -> None:
    class Plugin:
        @hookimpl
        def register_tools(self, registry: Any) -> None:
            registry.add("acme", dict)
            registry.add("acme_made", lambda: 7)

    plugin = Plugin()
    plugins.register(plugin, "acme-hooks")
    try:
        for name, found in (("acme", "the class dict"), ("acme_made", "of type int")):
            said = f"^{name} of a plugin's hook register_tools is no tool but {found}$"
            with pytest.raises(MissingPluginError, match=said):
                load_tool(name)
    finally:
        plugins.unregister(plugin)


@pytest.mark.parametrize("name", ["CodeAgent", "AgentMemory", "YELLOW_HEX"])
def test_a_name_of_core_that_is_no_tool(name: str) -> None:
    with pytest.raises(MissingPluginError, match=f"^{name} of smolagents-core is no tool but"):
        load_tool(name)


def test_an_error_of_the_constructor_stays_what_it_is(site: Any) -> None:
    source = """
        from smolagents import FinalAnswerTool

        class Acme(FinalAnswerTool):
            def __init__(self, key):
                super().__init__()
    """
    site.add("acme-key", "[smolagents.tools]\nacme = acme_key:Acme\n", acme_key=source)
    assert load_tool("acme", key=1).name == "final_answer"
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'key'"):
        load_tool("acme")


def test_tools_and_factories_of_tools(site: Any) -> None:
    source = """
        from smolagents import BaseTool, FinalAnswerTool

        class Bare(BaseTool):
            name = "bare"

            def __call__(self):
                return 1

        made = FinalAnswerTool()
        bare = Bare()

        def factory(**arguments):
            return made
    """
    entries = "\n".join(f"acme_{name} = acme_yes:{name}" for name in ("made", "bare", "factory", "Bare"))
    site.add("acme-yes", f"[smolagents.tools]\n{entries}\n", acme_yes=source)
    assert isinstance(load_tool("acme_made"), Tool)
    assert load_tool("acme_factory") is load_tool("acme_made")
    assert isinstance(load_tool("acme_bare"), BaseTool)
    assert isinstance(load_tool("acme_Bare"), BaseTool)
