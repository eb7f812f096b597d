"""From the names on the command line to tools."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.cli.problems import UsageError, near_miss, one_line
from smolagents.plugins.catalogue import current
from smolagents.plugins.names import CORE_TOOLS

if TYPE_CHECKING:
    from smolagents.tools import Tool

DEFAULT = "web_search"


def default_tools() -> tuple[list[str], str]:
    """Return the tools of an agent for which none are named, and a note if that is not the usual one."""
    if plugins.available(DEFAULT):
        return [DEFAULT], ""
    entry = current().find(DEFAULT, ("tools",))
    if entry is not None:
        return [], f"no tools: {DEFAULT} of {entry.distribution} is installed, but {entry.detail}"
    return [], f"no tools: {DEFAULT} comes with pip install {plugins.FIRST_PARTY[DEFAULT]}"


def make_tools(names: list[str]) -> list[Tool]:
    """Return new tools of these names.

    Raises:
        UsageError: A name is unknown, or its tool can't be made.
        MissingPluginError: A name is known, and its distribution is not installed.
    """
    return [_make(name) for name in names]


def known_tools() -> dict[str, str]:
    """Return the tools that are there, by name, with the distribution that each comes from; imports none of them.

    A tool that is declared under its own name and as a class comes once, under its own name.
    """
    own = dict.fromkeys(CORE_TOOLS, "smolagents-core")
    declared = {entry.name: entry.distribution for entry in plugins.entries("tools") if entry.state == "ok"}
    known = own | declared | dict.fromkeys(plugins.offered("tools"), "a plugin's hook")
    return {name: origin for name, origin in known.items() if name == _tool_name(name) or _tool_name(name) not in known}


def missing_tools() -> dict[str, str]:
    """Return the tools of distributions that are not installed, by name, with the distribution of each."""
    installed = current().distributions  # also what is switched off
    missing = {
        name: plugins.FIRST_PARTY[name] for name in _first_party_tools() if plugins.FIRST_PARTY[name] not in installed
    }
    return {
        name: origin for name, origin in missing.items() if name == _tool_name(name) or _tool_name(name) not in missing
    }


def find_tool(name: str) -> str | None:
    """Return the name in the catalogue that a name stands for: itself, or the class whose tool is usually called so.

    Raises:
        UsageError: Nobody has a tool of this name.
    """
    if "/" in name:
        return None
    declared = [entry.name for entry in plugins.entries("tools")]
    if name in CORE_TOOLS or name in CORE_TOOLS.values():
        return CORE_TOOLS.get(name, name)
    if name in declared or name in _first_party_tools() or name in plugins.offered("tools"):
        return name
    by_tool_name = {_tool_name(declared_name): declared_name for declared_name in declared}
    if name in by_tool_name:
        return by_tool_name[name]
    installed = known_tools()
    known = [*installed, *CORE_TOOLS.values(), *by_tool_name, *_first_party_tools()]
    raise UsageError(f"unknown tool {name!r}.{near_miss(name, known)} Installed: {', '.join(installed)}")


def _make(name: str) -> Tool:
    from smolagents.tools import BaseTool, Tool

    found_name = find_tool(name)
    if found_name is None:
        return _from_space(name)
    found: Any = plugins.resolve(found_name, "tools")
    if required := _required_arguments(found):
        made = f"{found_name}({', '.join(f'{argument}=…' for argument in required)})"
        raise UsageError(f"the tool {name} can't be made here: it needs arguments, so it is for Python alone: {made}")
    try:
        tool = found() if callable(found) and not isinstance(found, BaseTool) else found
    except Exception as error:
        raise UsageError(f"the tool {name} can't be used: {one_line(error)}") from error
    if not isinstance(tool, Tool):
        raise UsageError(f"{name} is no tool but of type {type(tool).__name__}")
    return tool


def _required_arguments(factory: Any) -> list[str]:
    """Return the arguments without which a tool's class or factory can't be called."""
    from inspect import Parameter, signature

    from smolagents.tools import BaseTool

    if isinstance(factory, BaseTool) or not callable(factory):
        return []
    try:
        parameters = signature(factory).parameters.values()
    except ValueError:  # it has no signature
        return []
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return [part.name for part in parameters if part.default is part.empty and part.kind not in variable]


def _from_space(name: str) -> Tool:
    from smolagents.tools import Tool

    identifier = re.sub(r"\W", "_", name.rpartition("/")[2]).lower()
    try:
        return Tool.from_space(name, name=identifier)
    except ImportError:
        raise
    except Exception as error:
        raise UsageError(f"the Space {name} can't be used: {one_line(error)}") from error


def _tool_name(class_name: str) -> str:
    """Return what the tool of a class is usually called: `web_search` for `WebSearchTool`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name.removesuffix("Tool")).lower()


def _first_party_tools() -> list[str]:
    from smolagents.plugins.names import first_party_kind

    return [name for name in plugins.FIRST_PARTY if first_party_kind(name) == "tools"]
