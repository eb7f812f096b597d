"""All hooks of smolagents, on one page.

A plugin implements the hooks that it needs, in a module or on an object, and names that in the entry-point group
`smolagents.hooks`:

    from smolagents.hooks import hookimpl

    @hookimpl
    def run_finished(agent, result, error):
        print(f"{agent.agent_name}: {'failed' if error else result.state}")

An implementation takes those of its hook's arguments that it wants, by name. Hooks are plain functions, called in the
thread that runs the agent; `tool_called` comes in the thread of the tool's call, so that several may come at once. A
plugin whose hook raises is reported once and then left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pluggy

if TYPE_CHECKING:
    from smolagents.agents import MultiStepAgent, RunResult
    from smolagents.memory import ActionStep, AgentMemory, PlanningStep
    from smolagents.models import ChatMessage, Model
    from smolagents.usage import Timing

hookspec = pluggy.HookspecMarker("smolagents")
hookimpl = pluggy.HookimplMarker("smolagents")


class Registry(Protocol):
    """Take the names that a plugin offers at run time."""

    def add(self, name: str, target: Any) -> None:
        """Offer a class, factory or object under a name that neither core nor a first-party distribution owns."""


class CommandRegistry(Protocol):
    """Take the commands that a plugin adds to `smolagents`."""

    def add(self, name: str, run: Callable[[list[str]], int], help: str = "") -> None:
        """Offer `smolagents NAME …`; `run` gets the arguments after the name and returns the exit code."""


class Command(NamedTuple):
    """Describe a command that a plugin adds to `smolagents`."""

    name: str
    run: Callable[[list[str]], int]
    help: str


class MemoryStore(Protocol):
    """Keep the steps of runs, so that they outlive the process."""

    def append(self, run_id: str, record: dict[str, Any]) -> None:
        """Keep one JSON-able record of a run; it is durable when this returns."""

    def read(self, run_id: str) -> list[dict[str, Any]]:
        """Return all records of a run in the order in which they came; none for an unknown run."""


# Observe: what is returned is ignored. `run_id` is unique per run, since one agent may serve many runs at once. What is
# shown is what the run works with, not a copy: don't change it.


@hookspec
def run_started(agent: MultiStepAgent, run_id: str, task: str, memory: AgentMemory) -> None:
    """Observe that a run begins; `memory` is where its steps will be."""


@hookspec
def step_finished(agent: MultiStepAgent, run_id: str, step: ActionStep | PlanningStep) -> None:
    """Observe a finished step; if it failed, `step.error` says how."""


@hookspec
def run_finished(agent: MultiStepAgent, run_id: str, result: RunResult | None, error: BaseException | None) -> None:
    """Observe that a run ended, with a result or with the error that left `run`."""


@hookspec
def model_called(
    agent: MultiStepAgent,
    run_id: str,
    messages: list[ChatMessage],
    reply: ChatMessage | None,
    error: BaseException | None,
    timing: Timing,
) -> None:
    """Observe a call of the agent's model: what it read, and its reply or how it failed."""


@hookspec
def tool_called(
    agent: MultiStepAgent,
    run_id: str,
    tool_name: str,
    arguments: dict[str, Any],
    output: Any,
    error: BaseException | None,
    timing: Timing,
) -> None:
    """Observe a call of a tool or managed agent: its arguments, and its output or how it failed."""


# Contribute: what all plugins offer is used.


@hookspec
def register_models(registry: Registry) -> None:
    """Offer models whose names are known only at run time."""


@hookspec
def register_executors(registry: Registry) -> None:
    """Offer executor types whose names are known only at run time."""


@hookspec
def register_tools(registry: Registry) -> None:
    """Offer tools whose names are known only at run time."""


@hookspec
def prompt_templates(name: str, templates: dict[str, Any]) -> dict[str, Any] | None:
    """Replace some of an agent's default prompts: return only the keys to replace, nested as in `templates`."""


@hookspec
def register_commands(registry: CommandRegistry) -> None:
    """Add commands to the `smolagents` command line."""


# Choose: the first plugin that returns something other than None decides.


@hookspec(firstresult=True)
def resolve_model(spec: str) -> Model | None:
    """Return the model that a text such as `ollama/llama3` asks for, or None to leave it to others."""


@hookspec(firstresult=True)
def memory_store(uri: str) -> MemoryStore | None:
    """Return the store that a URI such as `sqlite:///runs.db` names, or None to leave it to others."""
