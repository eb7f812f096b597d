"""The agent that a command line asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from smolagents import plugins
from smolagents.cli.arguments import Options
from smolagents.cli.choice import Choice, choose_model
from smolagents.cli.imports import check_imports
from smolagents.cli.problems import UsageError, near_miss, one_line
from smolagents.cli.tools import default_tools, make_tools
from smolagents.models.servers import advice_on_context

if TYPE_CHECKING:
    from smolagents.agents import CodeAgent, ToolCallingAgent

_HERE = ("local", "process")  # executors that run the code with this machine's modules


class Built(NamedTuple):
    """Hold an agent and what is to be said about it.

    Args:
        agent: The agent.
        choice: Its model, and why it is that one.
        executor: Where its code runs; None for an agent that writes none.
        notes: What the user should know.
    """

    agent: CodeAgent | ToolCallingAgent
    choice: Choice
    executor: str | None
    notes: list[str]


def build_agent(options: Options) -> Built:
    """Return the agent that the options describe, after checking them from the cheapest to the dearest.

    Raises:
        ValueError: Something in them is unknown or can't be used.
        MissingPluginError: Something is known, and its distribution is not installed.
    """
    notes = []
    writes_code = options.action_type == "code"
    executor = _executor(options.executor) if writes_code else None
    imports = list(options.imports or [])
    if not writes_code and (options.executor or imports):
        notes.append("--imports and --executor have no effect with --action-type tool_calling")
    if executor in _HERE:
        check_imports(imports)
    names, note = default_tools() if options.tools is None else (options.tools, "")
    tools = make_tools(names)
    choice = choose_model(options)
    model = choice.load()
    arguments: dict[str, Any] = {"tools": tools, "model": model, "verbosity_level": options.verbosity_level}
    arguments["stream_outputs"] = _is_watched(options) and hasattr(model, "generate_stream")
    if options.max_steps is not None:
        arguments["max_steps"] = options.max_steps
    if executor is not None:
        arguments |= {"additional_authorized_imports": imports, "executor_type": executor}
    if choice.model_type.startswith("OpenAI") and choice.api_base and choice.model_id:
        notes.append(advice_on_context(choice.api_base, choice.model_id))
    return Built(_make(writes_code, arguments), choice, executor, list(filter(None, [*notes, note])))


def _make(writes_code: bool, arguments: dict[str, Any]) -> CodeAgent | ToolCallingAgent:
    from smolagents.agents import CodeAgent, ToolCallingAgent

    try:
        return CodeAgent(**arguments) if writes_code else ToolCallingAgent(**arguments)
    except ImportError:
        raise
    except Exception as error:  # an executor without its daemon or account, tools of one name, …
        raise UsageError(one_line(error)) from error


def _executor(name: str | None) -> str:
    """Return the executor to use: `process` isolates the code, so it is the default where it is there.

    Raises:
        ValueError: There is none of this name.
    """
    if name is None:
        return "process" if plugins.available("process") else "local"
    if name != "local":
        try:
            plugins.executor_factory(name)
        except ValueError as error:
            installed = [entry.name for entry in plugins.entries("executors")]
            known = ["local", *installed, *plugins.FIRST_PARTY]
            raise UsageError(f"{one_line(error)}.{near_miss(name, known)}") from error
    return name


def _is_watched(options: Options) -> bool:
    """Tell whether somebody reads the model's output as it comes."""
    return options.verbosity_level > 0 and not (options.json or options.quiet)
