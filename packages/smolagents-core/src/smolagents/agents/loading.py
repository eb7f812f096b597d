"""Make agents of what was saved.

Classes of agents and models come from the catalogue and from what the program itself has registered, and from nowhere
else. The code that a saved agent brings along is that of its tools.
"""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.agents.settings import arguments
from smolagents.errors import MissingPluginError
from smolagents.models.configuration import constructor_parameters
from smolagents.tools import Tool, is_valid_name

if TYPE_CHECKING:
    from smolagents.agents.base import MultiStepAgent
    from smolagents.models import Model

# What describes one agent, so that it is not meant for those that it manages.
_OF_ONE_AGENT = frozenset(
    {"description", "executor", "instructions", "managed_agents", "name", "prompt_templates", "tools"}
)
# Counters that old versions saved among a model's arguments.
_NO_ARGUMENTS = frozenset({"last_input_token_count", "last_output_token_count"})


def agent_class(name: Any) -> type[MultiStepAgent]:
    """Return the agent class of a name.

    Raises:
        ValueError: Neither the registry nor the catalogue has an agent class of this name.
        MissingPluginError: Its distribution is not installed.
    """
    from smolagents.agents.base import MultiStepAgent
    from smolagents.agents.registry import AGENT_REGISTRY

    found = AGENT_REGISTRY.get(name)
    offered = [entry.name for entry in plugins.entries("extras")]
    if found is None and name in offered:
        found = plugins.resolve(name)
    if not (isinstance(found, type) and issubclass(found, MultiStepAgent)):
        raise ValueError(
            f"Unsupported agent class '{name}' in the saved agent. Supported: {', '.join(AGENT_REGISTRY)}. For a class "
            "of your own, call its from_folder, or set smolagents.agents.AGENT_REGISTRY[name] = cls first."
        )
    return found


def saved_model(described: Mapping[str, Any]) -> Model:
    """Return the model of a saved agent.

    Raises:
        ValueError: Neither the registry nor the catalogue has a model class of this name.
        MissingPluginError: Its distribution is not installed.
    """
    from smolagents.models import MODEL_REGISTRY

    name, data = described["class"], described.get("data") or {}
    if name == "HfApiModel":
        warnings.warn("The saved agent's HfApiModel is InferenceClientModel now", DeprecationWarning, stacklevel=6)
        name = "InferenceClientModel"
    try:
        model_class = MODEL_REGISTRY[name]
    except KeyError:
        raise ValueError(
            f"Unsupported model class '{name}' in the saved agent. Supported: {', '.join(MODEL_REGISTRY)}. For another "
            "model pass model=… when loading."
        ) from None
    except MissingPluginError as error:
        raise type(error)(f"{str(error).removesuffix('.')}. Or pass another model when loading: model=…") from error
    model: Model = model_class.from_dict({key: value for key, value in data.items() if key not in _NO_ARGUMENTS})
    return model


def from_dict(cls: type[MultiStepAgent], described: Mapping[str, Any], options: Mapping[str, Any]) -> MultiStepAgent:
    """Return the agent that a dict describes, with `options` instead of what it says."""
    if inspect.isabstract(cls):
        cls = agent_class(described.get("class"))
    parts: dict[str, Any] = {"prompt_templates": described.get("prompt_templates")}
    if "model" not in options:
        parts["model"] = saved_model(described["model"])
    if "tools" not in options:
        parts["tools"] = [Tool.from_dict(tool) for tool in described.get("tools") or ()]
    if "managed_agents" not in options:
        members = described.get("managed_agents") or ()
        parts["managed_agents"] = [_managed_agent(member, options) for member in members]
    return cls(**{**arguments(cls, described), **parts, **options})


def _managed_agent(described: Mapping[str, Any], options: Mapping[str, Any]) -> MultiStepAgent:
    """Return a managed agent; of the options it takes those that are not about the one agent that manages it."""
    cls = agent_class(described.get("class"))
    passed = (options.keys() & constructor_parameters(cls).keys()) - _OF_ONE_AGENT
    return cls.from_dict(dict(described), **{name: options[name] for name in passed})


def read_folder(folder: Path) -> dict[str, Any]:
    """Return what `to_dict` returned for the agent that was saved to a folder.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: A file can't be read as what it must be.
    """
    path = folder / "agent.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no agent in {folder}: it has no agent.json. Save one there with agent.save(…)."
        )
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        tools, managed = described.get("tools") or [], described.get("managed_agents") or {}
        described["tools"] = [_read_tool(folder, tool) for tool in tools]
        described["managed_agents"] = [_read_member(folder, name, managed[name]) for name in managed]
    except (json.JSONDecodeError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not what an agent's save() writes: {type(error).__name__}: {error}") from error
    prompts = folder / "prompts.yaml"
    if prompts.is_file():
        import yaml

        described["prompt_templates"] = yaml.safe_load(prompts.read_text(encoding="utf-8"))
    return dict(described)


def _read_tool(folder: Path, name: Any) -> dict[str, Any]:
    code = (folder / "tools" / f"{_checked(name, folder)}.py").read_text(encoding="utf-8")
    return {"name": name, "code": code}


def _read_member(folder: Path, name: Any, class_name: Any) -> dict[str, Any]:
    return {**read_folder(folder / "managed_agents" / _checked(name, folder)), "class": class_name}


def _checked(name: Any, folder: Path) -> str:
    if not is_valid_name(name):  # it becomes part of a path
        raise ValueError(f"{folder / 'agent.json'} names {name!r}, which is no identifier")
    return str(name)
