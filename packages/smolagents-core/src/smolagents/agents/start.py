"""Start runs, carry them through and read their results."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.agents.results import RunResult
from smolagents.agents.setup import checked_list
from smolagents.concurrency import in_thread_to_end
from smolagents.console_listener import ConsoleListener
from smolagents.drivers.synchronous import drive
from smolagents.events import Event, StreamEvent
from smolagents.loop import agent_loop
from smolagents.media import load_image
from smolagents.run import Run
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep, SystemPromptStep, TaskStep

if TYPE_CHECKING:
    from smolagents.agents.base import MultiStepAgent

ADDITIONAL_ARGS = (
    "You have been provided with these additional arguments, that you can access directly using the keys as variables:"
)


def start(
    agent: MultiStepAgent,
    task: str,
    reset: bool,
    max_steps: int | None,
    images: list[Any] | None,
    additional_args: dict[str, Any] | None,
    media: dict[str, Any],
) -> Run:
    """Return a run that has its task, its variables and its tools and is ready for its first step."""
    if agent.model is None:
        raise TypeError(f"{agent.agent_name} has no model: {agent.agent_name}(tools=[…], model=…), or set agent.model")
    plugins.refresh()
    pictures = [load_image(image) for image in checked_list(images, "images", '["photo.png"]')]
    if additional_args is not None and not isinstance(additional_args, Mapping):
        raise TypeError(f"additional_args must be a dict from names to values, not {additional_args!r}.")
    variables = dict(additional_args or {})
    sees = getattr(agent.model, "supports_vision", True) is not False
    if pictures and not sees:
        variables.setdefault("images", pictures)  # the code and the tools can still work with them
    # Tools take paths as text.
    given = {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in media.items()}
    variables |= {name: value for name, value in given.items() if value is not None}
    if media["image"] is not None:
        variables["image"] = load_image(media["image"])
        pictures.append(variables["image"])
    run = Run(agent, reset, max_steps)
    try:
        with run.active():
            run.images = pictures if pictures and sees else None
            _set_up(run, task, reset, variables)
    except BaseException as error:
        run.end(error)
        run.clean_up()
        raise
    return run


def _set_up(run: Run, task: str, reset: bool, variables: dict[str, Any]) -> None:
    agent, session = run.agent, run.session
    if variables and session.executor is not None and (clashes := variables.keys() & agent._tools_for_code(run).keys()):
        raise ValueError(
            f"Variables can't be named like tools: rename {', '.join(sorted(clashes))} in additional_args."
        )
    session.task = f"{task}\n{ADDITIONAL_ARGS}\n{variables}." if variables else task
    session.state.update(variables)
    session.memory.system_prompt = SystemPromptStep(agent.system_prompt)
    if reset:
        session.forget()
    audio = variables.get("audio")
    hears = audio is not None and getattr(agent.model, "supports_audio", False) is True
    step = TaskStep(session.task, run.images, [audio] if hears else None)
    run.add_task(step)
    if agent.memory_store is not None:
        run.store = plugins.memory_store(agent.memory_store)
        run.store.append(run.id, step.record())
    if session.executor is not None:
        with session.executor_lock:
            session.executor.send_variables(variables=session.state)
            session.executor.send_tools(agent._tools_for_code(run))


def _listeners(run: Run) -> list[Callable[[Event], None]]:
    """Return what listens to the run: the console, then the counters, whose line closes a step, then plugins."""

    def count(event: Event) -> None:
        if isinstance(event, ActionStep):
            run.monitor.update_metrics(event)

    def tell_plugins(event: Event) -> None:
        if isinstance(event, (ActionStep, PlanningStep)):
            plugins.notify("step_finished", agent=run.agent, run_id=run.id, step=event)

    listeners: list[Callable[[Event], None]] = [ConsoleListener(run.agent.logger), count]
    return [*listeners, tell_plugins] if plugins.observes("step_finished") else listeners


def _begin(run: Run) -> None:
    """Tell those who watch the run. Not before it is carried through: nobody would tell them that it is over."""
    run.listeners = _listeners(run)  # they hold the run, and one that never begins must not linger
    with run.active():
        plugins.notify("run_started", agent=run.agent, run_id=run.id, task=run.task, memory=run.memory)


def events_of(run: Run) -> Generator[StreamEvent, None, None]:
    """Carry a run through and yield its events."""
    problem: BaseException | None = None
    try:
        _begin(run)
        for event in drive(run, agent_loop(run)):
            if isinstance(event, FinalAnswerStep):
                run.result = event.output
            yield event
    except BaseException as error:
        problem = error
        raise
    finally:
        _end(run, problem)
        run.clean_up()


async def events_of_async(run: Run) -> AsyncGenerator[StreamEvent, None]:
    """Carry a run through on the running event loop and yield its events."""
    from smolagents.drivers.asynchronous import drive_async  # brings asyncio, which many programs do without

    problem: BaseException | None = None
    events = drive_async(run, agent_loop(run))
    try:
        _begin(run)
        async for event in events:
            if isinstance(event, FinalAnswerStep):
                run.result = event.output
            yield event
    except BaseException as error:
        problem = error
        raise
    finally:
        await events.aclose()
        _end(run, problem)
        if run.left is not None:
            await in_thread_to_end(run.clean_up)


def _end(run: Run, error: BaseException | None) -> None:
    run.end(error)
    for listener in run.listeners:
        if isinstance(listener, ConsoleListener):
            listener.close()
    if plugins.observes("run_finished"):
        result = RunResult.of(run) if error is None else None
        plugins.notify("run_finished", agent=run.agent, run_id=run.id, result=result, error=error)


def result_of(run: Run, full: bool | None) -> Any:
    """Return the answer of a run that has ended, or its `RunResult`."""
    if run.agent.return_full_result if full is None else full:
        return RunResult.of(run)
    return run.result
