"""The agent: the configuration of runs, and the calls that start them."""

from __future__ import annotations

import copy
import weakref
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import aclosing
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from smolagents.agents import setup
from smolagents.agents.persistence import SavedAgent
from smolagents.agents.results import RunResult
from smolagents.agents.start import events_of, events_of_async, result_of, start
from smolagents.asking import last_answer
from smolagents.concurrency import in_thread
from smolagents.drivers.synchronous import drive
from smolagents.errors import AgentParsingError
from smolagents.events import ActionOutput, StreamEvent
from smolagents.memory import AgentMemory
from smolagents.messages import ChatMessage, text_of
from smolagents.models import as_model
from smolagents.monitoring import AgentLogger, LogLevel, Monitor
from smolagents.pickling import bound_state
from smolagents.prompting import EMPTY_PROMPT_TEMPLATES, PromptTemplates, populate_template
from smolagents.requests import Steps
from smolagents.run import Run, Session, active_run, last_run, runs_of
from smolagents.steps import ActionStep, MemoryStep, SystemPromptStep
from smolagents.utils import truncate_content

if TYPE_CHECKING:
    from smolagents.executors import PythonExecutor
    from smolagents.models import Model
    from smolagents.tools import Tool

T = TypeVar("T")


class _OfRun(Generic[T]):
    """Show an attribute of the run that the current code works for, else of the agent's latest run."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, agent: MultiStepAgent, owner: type) -> T:
        if agent is None:
            return cast(T, self)
        return cast(T, getattr(agent._session, self._name))

    def __set__(self, agent: MultiStepAgent, value: T) -> None:
        setattr(agent._session, self._name, value)


class MultiStepAgent(SavedAgent, ABC):
    """Solve tasks step by step: the model acts, sees what came of it, and acts again until it answers.

    An agent is configuration and may serve any number of threads and tasks at once: each run has its own memory,
    variables and interpreter. `memory`, `state`, `monitor`, `python_executor`, `task` and `step_number` show the latest
    run, and, inside a callback, a check or a tool, the run that it is called for.

    Args:
        tools: Tools that the model may call.
        model: A `Model`, or a callable that takes messages and returns a string; needed from the first run on.
        prompt_templates: Prompts that replace the agent's own; all keys of `EMPTY_PROMPT_TEMPLATES` are needed.
        instructions: Text added to the system prompt.
        max_steps: How many steps a run may take.
        add_base_tools: Add the tools that an agent usually wants, as far as they are installed.
        verbosity_level: How much is printed.
        managed_agents: Agents that this one may give tasks to.
        step_callbacks: Functions that run after each action step, or a dict from classes of steps to such functions.
        planning_interval: Make a plan before the first step and after every so many steps.
        name: Name under which a managing agent calls this one.
        description: What this agent is good for, for a managing agent.
        provide_run_summary: Append a summary of the work to what a managing agent gets.
        final_answer_checks: Functions of `(answer)`, `(answer, memory)` or `(answer, memory, agent)` that accept an
            answer by returning what is true; what is false, None too, refuses it, and so does raising, with the reason.
        return_full_result: Let `run` return a `RunResult` instead of the answer.
        logger: Where to print.
        memory_size: With `run(reset=False)`, how many earlier tasks with their answers the model still sees; None for
            all.
        memory_store: URI of a store, which a plugin brings, that keeps every step of every run.

    Raises:
        ValueError: A name is no identifier or stands for two things.
    """

    memory: _OfRun[AgentMemory] = _OfRun("memory")
    state: _OfRun[dict[str, Any]] = _OfRun("state")
    monitor: _OfRun[Monitor] = _OfRun("monitor")
    python_executor: _OfRun[PythonExecutor | None] = _OfRun("executor")
    task: _OfRun[str | None] = _OfRun("task")
    step_number: _OfRun[int] = _OfRun("step_number")
    interrupt_switch: _OfRun[bool] = _OfRun("interrupted")
    stream_outputs = False
    inputs: dict[str, dict[str, Any]]
    output_type: str
    _calls_tools = False

    def __init__(
        self,
        tools: Sequence[Tool] | None = None,
        model: Model | Callable[..., Any] | None = None,
        prompt_templates: PromptTemplates | None = None,
        instructions: str | None = None,
        max_steps: int = 20,
        add_base_tools: bool = False,
        verbosity_level: LogLevel = LogLevel.INFO,
        managed_agents: Sequence[MultiStepAgent] | None = None,
        step_callbacks: setup.StepCallbacks | None = None,
        planning_interval: int | None = None,
        name: str | None = None,
        description: str | None = None,
        provide_run_summary: bool = False,
        final_answer_checks: list[Callable[..., Any]] | None = None,
        return_full_result: bool = False,
        logger: AgentLogger | None = None,
        memory_size: int | None = None,
        memory_store: str | None = None,
    ) -> None:
        self.agent_name = type(self).__name__
        self.model = cast("Model", None if model is None else as_model(model))
        self.prompt_templates = setup.checked_templates(prompt_templates or EMPTY_PROMPT_TEMPLATES)
        self.instructions = instructions
        self.max_steps = max_steps
        self.planning_interval = planning_interval
        self.name = setup.checked_name(name)
        self.description = description
        self.provide_run_summary = provide_run_summary
        self.final_answer_checks = setup.checked_list(final_answer_checks, "final_answer_checks", "[check]")
        self.return_full_result = return_full_result
        self.memory_size = memory_size
        self.memory_store = memory_store
        tools = setup.checked_list(tools, "tools", "[my_tool]")
        managed_agents = setup.checked_list(managed_agents, "managed_agents", "[my_agent]")
        self.managed_agents = setup.managed_by_name(managed_agents)
        self.tools = setup.tools_by_name(tools, add_base_tools, self)
        setup.check_unique_names(tools, managed_agents, self.name)
        self.step_callbacks = setup.callback_registry(step_callbacks)
        self.logger = AgentLogger(level=verbosity_level) if logger is None else logger
        self._runs: weakref.WeakSet[Run] = weakref.WeakSet()
        self._latest = Session(self, None)

    # ---- prompts and messages

    @abstractmethod
    def initialize_system_prompt(self) -> str:
        """Return the system prompt for a run."""

    @property
    def system_prompt(self) -> str:
        """Return the system prompt as the next run would have it."""
        return self.initialize_system_prompt()

    @system_prompt.setter
    def system_prompt(self, value: str) -> None:
        raise AttributeError(
            "'system_prompt' is made from the templates: set agent.prompt_templates['system_prompt'], or pass "
            "instructions="
        )

    @property
    def subtitle(self) -> str:
        """Return the model's class and id, for titles."""
        return f"{type(self.model).__name__} - {getattr(self.model, 'model_id', None) or 'no model id'}"

    def write_memory_to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        """Return the messages for the model; in summary mode without the system prompt, model outputs and plans."""
        session = self._session
        return list(session.memory.to_messages(summary_mode, session.first_step))

    # ---- running

    def run(
        self,
        task: str,
        stream: bool = False,
        reset: bool = True,
        images: list[Any] | None = None,
        additional_args: dict[str, Any] | None = None,
        max_steps: int | None = None,
        return_full_result: bool | None = None,
        *,
        image: Any = None,
        audio: Any = None,
        video: Any = None,
    ) -> Any:
        """Solve a task and return the answer.

        Args:
            task: What to do.
            stream: Return a generator of the run's events instead, the last one a `FinalAnswerStep`.
            reset: Forget earlier tasks; False continues the conversation.
            images: Images for the model: PIL images, paths or URLs.
            additional_args: Variables for the code and the tools, by name.
            max_steps: How many steps this run may take; None or 0 for the agent's own limit.
            return_full_result: Return a `RunResult`; None for the agent's own setting.
            image: One more image, also a variable named `image`.
            audio: A sound (path, URL or object) for models that take audio, also a variable named `audio`.
            video: A video (path, URL or object), a variable named `video`.

        Returns:
            The answer, a `RunResult`, or the generator.

        Raises:
            AgentGenerationError: The model failed; memory has the error, and `run(…, reset=False)` goes on from there.
            AgentError: The run was interrupted.
        """
        media = {"image": image, "audio": audio, "video": video}
        run = start(self, task, reset, max_steps, images, additional_args, media)
        events = events_of(run)
        if stream:
            return events
        for _ in events:
            pass
        return result_of(run, return_full_result)

    def arun(
        self,
        task: str,
        stream: bool = False,
        reset: bool = True,
        images: list[Any] | None = None,
        additional_args: dict[str, Any] | None = None,
        max_steps: int | None = None,
        return_full_result: bool | None = None,
        *,
        image: Any = None,
        audio: Any = None,
        video: Any = None,
    ) -> Any:
        """Solve a task on an event loop: `await agent.arun(…)`, or `async for event in agent.arun(…, stream=True)`.

        Async models and tools are awaited; sync ones run in threads, so that the loop is never blocked.
        Arguments, results and errors are those of `run`.
        """
        media = {"image": image, "audio": audio, "video": video}

        def starting() -> Coroutine[Any, Any, Run]:
            return in_thread(start, self, task, reset, max_steps, images, additional_args, media)

        async def events() -> AsyncGenerator[StreamEvent, None]:
            async with aclosing(events_of_async(await starting())) as stream:
                async for event in stream:
                    yield event

        async def answer() -> Any:
            run = await starting()
            async for _ in events_of_async(run):
                pass
            return result_of(run, return_full_result)

        return events() if stream else answer()

    def __call__(self, task: str, **kwargs: Any) -> Any:
        """Do a task for a managing agent and return the report."""
        templates = self.prompt_templates["managed_agent"]
        full_task = populate_template(templates["task"], {"name": self.name, "task": task})
        result = self.run(full_task, **kwargs)
        output = result.output if isinstance(result, RunResult) else result
        report = populate_template(templates["report"], {"name": self.name, "final_answer": output})
        if not self.provide_run_summary:
            return report
        run = last_run(self)
        messages = self.write_memory_to_messages(summary_mode=True) if run is None else run.summary
        summary = "".join(f"\n{truncate_content(text_of(message))}\n---" for message in messages)
        return (
            f"{report}\n\nFor more detail, find below a summary of this agent's work:\n"
            f"<summary_of_work>\n{summary}\n</summary_of_work>"
        )

    def copy(self) -> Self:
        """Return an agent of the same configuration with a conversation of its own, for one more user, say."""
        twin = copy.copy(self)
        twin._runs = weakref.WeakSet()
        twin._latest = self._latest.sibling(twin, reset=True)
        return twin

    def __getstate__(self) -> object:
        name = type(self).__name__
        why = (
            f"{name} can't be pickled or deep-copied: its interpreter and locks belong to this process. For another "
            "user, agent.copy() returns the same agent with a conversation of its own; agent.save(folder) and "
            f"agent.to_dict() take it to another process, see {name}.from_folder and {name}.from_dict."
        )
        return bound_state(super().__getstate__(), Session, why)

    def interrupt(self) -> None:
        """Stop at the start of the next step: the run that this is called in, or else every run that is going on."""
        here = active_run(self)
        for run in runs_of(self) if here is None else [here]:
            run.session.interrupted = True
        self._session.interrupted = True

    def step(self, memory_step: ActionStep) -> Any:
        """Take one step outside of a run and return its last event."""
        return list(self._step_stream(memory_step))[-1]

    def provide_final_answer(self, task: str) -> ChatMessage:
        """Ask the model for an answer to the task from what is in memory."""
        run = self._current_run()
        return _to_end(drive(run, last_answer(run, task)))

    def extract_action(self, model_output: str, split_token: str) -> tuple[str, str]:
        """Return the reasoning before the last `split_token` of a model's output and the action behind it.

        Raises:
            AgentParsingError: The token is not there.
        """
        before, token, action = model_output.rpartition(split_token)
        if not token:
            raise AgentParsingError(
                f"No '{split_token}' in your output: write your reasoning, then '{split_token}' and your action.\n"
                f"Your output was:\n{model_output}"
            )
        return before.rpartition(split_token)[2].strip(), action.strip()

    # ---- what happened

    @property
    def logs(self) -> list[MemoryStep]:
        """Return the steps of the memory, under their old name."""
        import warnings

        warnings.warn("`agent.logs` is called `agent.memory.steps` now", DeprecationWarning, stacklevel=2)
        return self.memory.steps

    def replay(self, detailed: bool = False) -> None:
        """Print the latest run again; with `detailed`, also what the model was sent at each step."""
        self.memory.replay(self.logger, detailed=detailed)

    def visualize(self) -> None:
        """Print the agent, its tools and its managed agents as a tree."""
        self.logger.visualize_agent_tree(self)

    # ---- for the loop

    def _show_system_prompt(self) -> None:
        """Put the system prompt into the memory that programs see before the first run."""
        self.memory.system_prompt = SystemPromptStep(self.system_prompt)

    @property
    def _session(self) -> Session:
        run = active_run(self)
        return self._latest if run is None else run.session

    def _current_run(self) -> Run:
        return active_run(self) or Run(self, reset=False)

    def _overrides(self, method: str) -> bool:
        """Tell whether a subclass, the program on this very agent or a tracer has replaced a method of ours."""
        found = getattr(type(self), method)
        wrapped = type(found) is not FunctionType or hasattr(found, "__wrapped__")
        return wrapped or method in self.__dict__ or not found.__module__.startswith("smolagents.agents.")

    def _tools_for_code(self, run: Run) -> dict[str, Any]:
        """Return what the executor offers to the code, by name."""
        return {**self.tools, **self.managed_agents}

    def _executor_beside(self, executor: PythonExecutor | None) -> PythonExecutor | None:
        """Return the executor for a run that starts while another one uses this executor."""
        return executor

    def _step_stream(self, memory_step: ActionStep) -> Generator[StreamEvent, None, Any]:
        """Take one step and yield its events; a subclass may define its own kind of step here."""
        run = self._current_run()
        return (yield from drive(run, self._act(run, memory_step)))

    def _action(self, run: Run, step: ActionStep) -> Steps[ActionOutput]:
        if not self._overrides("_step_stream"):
            return (yield from self._act(run, step))
        outcome = ActionOutput(None, is_final_answer=False)
        for event in self._step_stream(step):
            if isinstance(event, ActionOutput):
                outcome = event
            yield event
        return outcome

    def _act(self, run: Run, step: ActionStep) -> Steps[ActionOutput]:
        raise NotImplementedError(f"{type(self).__name__} must define _step_stream(memory_step)")


def _to_end(events: Generator[Any, None, T]) -> T:
    while True:
        try:
            next(events)
        except StopIteration as done:
            return cast(T, done.value)
