"""What an agent was configured with, as arguments of its constructor."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smolagents.models.configuration import constructor_parameters, is_secret, plain_options

if TYPE_CHECKING:
    from smolagents.agents.base import MultiStepAgent

# Parts of an agent that are saved in a way of their own.
PARTS = frozenset({"tools", "model", "managed_agents", "prompt_templates", "additional_authorized_imports"})
# Arguments that are objects of the running program, or another way to say what is saved.
_NOT_SAVED = PARTS | {
    "add_base_tools",
    "executor",
    "final_answer_checks",
    "logger",
    "step_callbacks",
    "timeout",
    "use_e2b_executor",
}
# Saved also where they are at their defaults, for readers that expect the keys.
_ALWAYS = frozenset(
    {
        "description",
        "executor_kwargs",
        "executor_type",
        "max_print_outputs_length",
        "max_steps",
        "name",
        "planning_interval",
        "verbosity_level",
    }
)
_DEFAULT_TAGS = ("<code>", "</code>")


def settings(agent: MultiStepAgent) -> dict[str, Any]:
    """Return the arguments, as plain data, that make an agent like this one, except for its parts.

    They are read from the attributes of the same names, so that a subclass' own arguments are saved like ours.
    """
    saved: dict[str, Any] = {}
    for name, default in constructor_parameters(type(agent)).items():
        if name in _NOT_SAVED:
            continue
        value = _value(agent, name, default)
        if name in _ALWAYS or value != (_DEFAULT_TAGS if name == "code_block_tags" else default):
            saved |= _plain(agent, name, value)
    _warn_of_what_is_lost(agent)
    return saved


def _value(agent: MultiStepAgent, name: str, default: Any) -> Any:
    if name == "verbosity_level":
        return int(agent.logger.level)
    return getattr(agent, name, getattr(agent, f"_{name}", default))


def _plain(agent: MultiStepAgent, name: str, value: Any) -> dict[str, Any]:
    """Return one setting, or nothing but a warning where it can't be saved."""
    where = f"{type(agent).__name__}.to_dict()"
    if isinstance(value, Mapping):
        secrets = sorted(set(_secrets_in(value)))
        if secrets:
            _warn(f"{where} leaves credentials out of {name}: {', '.join(secrets)}. Pass {name} again when loading.")
        return {name: plain_options(f"{where} of {name}", value)}
    try:
        return {name: json.loads(json.dumps(value))}
    except (TypeError, ValueError):
        _warn(f"{where} leaves out {name!r}: a {type(value).__name__} can't be saved. Pass it again when loading.")
        return {}


def _secrets_in(options: Mapping[Any, Any]) -> Iterator[str]:
    for name, value in options.items():
        if is_secret(str(name)):
            yield str(name)
        elif isinstance(value, Mapping):
            yield from _secrets_in(value)


def _warn_of_what_is_lost(agent: MultiStepAgent) -> None:
    """Name what of the running program an agent has: loading one runs no code but that of its tools."""
    functions = {
        "step_callbacks": [function for found in agent.step_callbacks._callbacks.values() for function in found],
        "final_answer_checks": agent.final_answer_checks,
    }
    lost = [
        f"{name} ({', '.join(getattr(function, '__qualname__', type(function).__name__) for function in found)})"
        for name, found in functions.items()
        if found
    ]
    executor = agent.python_executor
    if executor is not None and executor is not getattr(agent, "_made_executor", executor):
        lost.append(f"executor ({type(executor).__name__})")
    if lost:
        _warn(
            f"{type(agent).__name__}.to_dict() leaves out {' and '.join(lost)}: they are part of your program. "
            "Pass them again when loading."
        )


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=6)


def arguments(cls: type[MultiStepAgent], described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments, except for the parts, that make the agent which `to_dict` described."""
    known = constructor_parameters(cls)
    found = {name: value for name, value in described.items() if name in known and name not in PARTS}
    if "additional_authorized_imports" in known and "authorized_imports" in described:
        from smolagents.utils import BASE_BUILTIN_MODULES

        imports = described["authorized_imports"]
        found["additional_authorized_imports"] = [name for name in imports if name not in BASE_BUILTIN_MODULES]
    ignored = described.keys() - known.keys() - {"class", "requirements", "authorized_imports", "grammar"}
    if ignored:
        _warn(
            f"{cls.__name__} has no arguments {', '.join(sorted(ignored))}: what the saved agent has there is ignored"
        )
    return found
