"""What an agent checks when it is made: tools, names, managed agents, templates, callbacks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from smolagents import plugins
from smolagents.default_tools import TOOL_MAPPING, FinalAnswerTool
from smolagents.errors import MissingPluginError
from smolagents.memory import CallbackRegistry
from smolagents.prompting import EMPTY_PROMPT_TEMPLATES, PromptTemplates, load_prompt_templates, populate_template
from smolagents.steps import ActionStep, MemoryStep
from smolagents.tools import BaseTool, Tool
from smolagents.utils import is_valid_name

if TYPE_CHECKING:
    from smolagents.agents.base import MultiStepAgent

Callback: TypeAlias = Callable[..., Any]
StepCallbacks: TypeAlias = list[Callback] | dict[type[MemoryStep], Callback | list[Callback]]


def checked_name(name: str | None) -> str | None:
    """Return an agent's name as an identifier.

    Raises:
        ValueError: It is none, also after its blanks have become underscores.
    """
    if name is None:
        return None
    identifier = "_".join(name.split()) if isinstance(name, str) else name
    if not is_valid_name(identifier):
        raise ValueError(
            f"Agent name '{name}' must be a valid Python identifier and not a reserved keyword; "
            "'web_researcher' is one."
        )
    return identifier


def checked_list(value: Any, argument: str, example: str) -> list[Any]:
    """Return a list of what an argument holds, none for None.

    Raises:
        TypeError: It is a text or one thing alone.
    """
    if isinstance(value, str) or not isinstance(value, (Iterable, type(None))):
        raise TypeError(f"{argument} must be a list, such as {argument}={example}, not {value!r}.")
    return list(value or [])


def default_templates(name: str) -> PromptTemplates:
    """Return an agent's own prompts, with what plugins replace in them."""

    def check(prompt: str, text: str) -> None:
        try:
            populate_template(text, _variables(name).get(prompt, {}))
        except Exception as error:
            raise ValueError(f"prompt_templates: {prompt}: {error}") from error

    own = cast(dict[str, Any], load_prompt_templates(name))
    return cast(PromptTemplates, plugins.prompt_templates(name, own, check))


def _variables(name: str) -> dict[str, dict[str, Any]]:
    """Return what an agent that has nothing but its own tool fills in, by prompt."""
    members: dict[str, Any] = {"tools": {"final_answer": FinalAnswerTool()}, "managed_agents": {}}
    code = {"authorized_imports": "[]", "code_block_opening_tag": "<code>", "code_block_closing_tag": "</code>"}
    return {
        "system_prompt": {**members, "custom_instructions": None, **({} if name == "toolcalling_agent" else code)},
        "planning.initial_plan": {**members, "task": ""},
        "planning.update_plan_pre_messages": {"task": ""},
        "planning.update_plan_post_messages": {**members, "task": "", "remaining_steps": 1},
        "managed_agent.task": {"name": "", "task": ""},
        "managed_agent.report": {"name": "", "final_answer": ""},
        "final_answer.post_messages": {"task": ""},
    }


def checked_templates(templates: PromptTemplates) -> PromptTemplates:
    """Return the prompt templates.

    Raises:
        AssertionError: A key of `EMPTY_PROMPT_TEMPLATES` is missing.
    """
    given = cast(dict[str, Any], templates)
    missing = [key for key in EMPTY_PROMPT_TEMPLATES if key not in given]
    for key, value in EMPTY_PROMPT_TEMPLATES.items():
        if isinstance(value, dict) and key not in missing:
            missing += [f"{key}.{subkey}" for subkey in value if subkey not in given[key]]
    if missing:
        raise AssertionError(
            f"Some prompt templates are missing from your custom `prompt_templates`: {', '.join(missing)}"
        )
    return templates


def managed_by_name(agents: Sequence[MultiStepAgent]) -> dict[str, MultiStepAgent]:
    """Return managed agents by name, ready to be called like tools.

    Raises:
        AssertionError: An agent has no name.
    """
    for agent in agents:
        if not agent.name:
            raise AssertionError(
                f"A managed agent needs a name to be called by: "
                f"{type(agent).__name__}(…, name='researcher', description='…')"
            )
        if not agent.description:
            agent.description = _description_of(agent)
        agent.inputs = {
            "task": {"type": "string", "description": "Long detailed description of the task."},
            "additional_args": {
                "type": "object",
                "description": "Dictionary of extra inputs for the agent (images, dataframes, other context), by name.",
                "nullable": True,
            },
        }
        agent.output_type = "string"
    return {agent.name: agent for agent in agents if agent.name}


def _description_of(agent: MultiStepAgent) -> str:
    tools = [name for name in (*agent.tools, *agent.managed_agents) if name != "final_answer"]
    return f"An agent named {agent.name}" + (f" that works with {', '.join(tools)}." if tools else ".")


def tools_by_name(tools: Sequence[Tool], add_base_tools: bool, agent: MultiStepAgent) -> dict[str, Tool]:
    """Return tools by name, with the base tools if asked for, and with `final_answer`.

    Raises:
        AssertionError: Something is no tool.
    """
    for tool in tools:
        if not isinstance(tool, BaseTool):
            is_class = isinstance(tool, type)
            raise AssertionError(
                f"All elements must be instances of BaseTool (or a subclass), and this one is not: {tool!r}. "
                + (f"Make an instance: {tool.__name__}(…)." if is_class else "Turn a function into a tool with @tool.")
            )
    named = {tool.name: tool for tool in tools}
    if add_base_tools:
        named |= _base_tools(agent, named)
    named.setdefault("final_answer", FinalAnswerTool())
    return named


def _base_tools(agent: MultiStepAgent, given: Container[str]) -> dict[str, Tool]:
    """Return those of the base tools that are not given and can be made here, and warn of the others."""
    made: dict[str, Tool] = {}
    left_out: dict[str, str] = {}
    reasons: dict[object, str] = {}
    for name in TOOL_MAPPING:
        if name in given or (name == "python_interpreter" and not agent._calls_tools):
            continue
        try:
            made[name] = TOOL_MAPPING[name]()
        except Exception as error:  # a plugin may fail in any way, and that must not be the end of the agent
            text = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
            # What says which distribution is missing or broken says it once: the base tools of plugins share one.
            left_out[name] = reasons.setdefault(type(error) if isinstance(error, MissingPluginError) else text, text)
    if left_out:
        why = "; ".join(dict.fromkeys(left_out.values()))
        warnings.warn(f"add_base_tools leaves out {', '.join(left_out)}: {why}", stacklevel=5)
    return made


def check_unique_names(tools: Sequence[Tool], agents: Sequence[MultiStepAgent], own_name: str | None) -> None:
    """Check that every name that the model may call stands for one thing.

    Raises:
        ValueError: A name stands for two.
    """
    members: list[Any] = [*tools, *agents]
    names = [member.name for member in members] + ([own_name] if own_name else [])
    doubles = sorted({str(name) for name in names if names.count(name) > 1})
    if doubles:
        raise ValueError(
            "Each tool or managed_agent should have a unique name! Found these duplicate names: " + ", ".join(doubles)
        )


def callback_registry(callbacks: StepCallbacks | None) -> CallbackRegistry:
    """Return a registry of step callbacks given as a list (for action steps) or by class of step.

    Raises:
        ValueError: They come as something else.
    """
    registry = CallbackRegistry()
    if callbacks is None:
        return registry
    if isinstance(callbacks, list):
        callbacks = {ActionStep: callbacks}
    if not isinstance(callbacks, dict):
        raise ValueError("step_callbacks must be a list of functions or a dict from classes of steps to functions")
    for step_class, functions in callbacks.items():
        for function in functions if isinstance(functions, list) else [functions]:
            registry.register(step_class, function)
    return registry
