"""Write agents down: as one dict, or as a folder of files that people can read and run."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.agents.settings import settings
from smolagents.utils import BASE_BUILTIN_MODULES, create_agent_gradio_app_template, make_init_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smolagents.agents.base import MultiStepAgent


def describe(agent: MultiStepAgent) -> dict[str, Any]:
    """Return an agent as plain data."""
    tools = [tool.to_dict() for tool in agent.tools.values()]
    managed = [member.to_dict() for member in agent.managed_agents.values()]
    described = {
        "class": type(agent).__name__,
        "tools": tools,
        "model": _model(agent),
        "managed_agents": managed,
        "prompt_templates": agent.prompt_templates,
        **settings(agent),
    }
    requirements = {name for part in (*tools, *managed) for name in part["requirements"]}
    imports = getattr(agent, "authorized_imports", None)
    if imports is not None:
        described["authorized_imports"] = list(imports)
        requirements |= _packages(imports)
    return {**described, "requirements": sorted(requirements)}


def _model(agent: MultiStepAgent) -> dict[str, Any]:
    name = type(agent.model).__name__
    if agent.model is None:
        raise ValueError(f"This {type(agent).__name__} has no model: set agent.model before you save it.")
    if not hasattr(agent.model, "to_dict"):
        warnings.warn(f"{name} has no to_dict(): pass model=… again when loading the agent.", stacklevel=4)
        return {"class": name, "data": {}}
    return {"class": name, "data": agent.model.to_dict()}


def _packages(imports: list[str]) -> set[str]:
    """Return the packages, beyond Python's own, that the code of actions may import."""
    from smolagents.tools.imports import get_package_name, third_party

    named = [name.removesuffix(".*") for name in imports if name != "*" and name not in BASE_BUILTIN_MODULES]
    return set(third_party(get_package_name(name) for name in named))


def save(agent: MultiStepAgent, folder: Path, relative_path: str | None) -> None:
    """Write an agent, its tools and its managed agents to a folder.

    Args:
        agent: The agent.
        folder: Where to; made if it does not exist.
        relative_path: Dotted path of this folder inside that of the agent which manages this one.
    """
    described = agent.to_dict()
    prefix = "" if relative_path is None else f"{relative_path}."
    make_init_file(folder)
    make_init_file(folder / "tools")
    for tool in agent.tools.values():
        tool.save(folder / "tools", tool_file_name=tool.name, make_gradio_app=False)
    if agent.managed_agents:
        make_init_file(folder / "managed_agents")
        for name, member in agent.managed_agents.items():
            member.save(folder / "managed_agents" / name, relative_path=f"{prefix}managed_agents.{name}")
    names = {
        "tools": list(agent.tools),
        "managed_agents": {name: type(member).__name__ for name, member in agent.managed_agents.items()},
    }
    _write(folder / "agent.json", json.dumps({**described, **names}, indent=4, ensure_ascii=False))
    _write(folder / "prompts.yaml", _yaml(described["prompt_templates"]))
    _write(folder / "requirements.txt", "\n".join(_requirements(agent, described["requirements"])))
    _write(folder / "app.py", _app(agent, described, prefix))


def _write(path: Path, text: str) -> None:
    path.write_text(f"{text.rstrip()}\n", encoding="utf-8", newline="\n")


def _yaml(templates: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Write texts of several lines as blocks, for people to read and edit."""

    def represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.add_representer(str, represent)
    written: str = yaml.dump(templates, Dumper=Dumper, width=10**9, sort_keys=False, allow_unicode=True)
    return written


def _requirements(agent: MultiStepAgent, packages: list[str]) -> list[str]:
    """Return what pip has to install for the saved agent and its app."""
    from smolagents.tools.imports import distributions

    found = {*distributions([*packages, "smolagents"]), plugins.FIRST_PARTY["GradioUI"], *_plugins_of(agent)}
    return sorted(found, key=str.lower)


def _plugins_of(agent: MultiStepAgent) -> Iterator[str]:
    """Yield the distributions that bring the agent's class, model and executor, those of its managed agents too."""
    named = {
        "extras": type(agent).__name__,
        "models": type(agent.model).__name__,
        "executors": getattr(agent, "executor_type", ""),
    }
    for kind, name in named.items():
        owners = {entry.name: entry.distribution for entry in plugins.entries(kind)} | plugins.FIRST_PARTY
        if name in owners:
            yield owners[name]
    for member in agent.managed_agents.values():
        yield from _plugins_of(member)


def _app(agent: MultiStepAgent, described: dict[str, Any], prefix: str) -> str:
    from smolagents.models.configuration import restored

    model = described["model"]
    shown = {**described, "model": {**model, "data": restored(model["data"])}}
    if "authorized_imports" in described:
        shown["authorized_imports"] = [
            name for name in described["authorized_imports"] if name not in BASE_BUILTIN_MODULES
        ]
    return create_agent_gradio_app_template().render(
        agent_name="agent" if agent.name is None else f"agent_{agent.name}",
        class_name=type(agent).__name__,
        agent_dict=shown,
        tools=agent.tools,
        managed_agents=agent.managed_agents,
        managed_agent_relative_path=prefix,
    )
