"""The loop: what an agent does from the task to the answer, without touching the world.

Each function is a generator. What it needs done it yields as a request (`requests.py`), and the driver (`drivers/`)
performs it and sends the result back, in sync or async; what there is to tell it yields as an event (`events.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents.agent_types import handle_agent_output_types
from smolagents.asking import ask_for_last_answer, ask_for_plan
from smolagents.errors import AgentError, AgentGenerationError
from smolagents.events import ActionOutput, RunStarted, StepStarted
from smolagents.memory import takes_keywords
from smolagents.requests import CallFunction, Steps
from smolagents.steps import ActionStep, FinalAnswerStep, MemoryStep, PlanningStep
from smolagents.usage import Timing

if TYPE_CHECKING:
    from smolagents.run import Run


def agent_loop(run: Run) -> Steps[None]:
    """Plan and take steps until one of them gives the final answer, or ask for an answer when the steps are used up."""
    yield RunStarted(run.task, run.agent.subtitle, run.agent.name)
    for number in range(1, run.max_steps + 1):
        run.begin_step(number)
        if run.plan_is_due(number):
            yield from make_plan(run, number)
        outcome = yield from take_step(run, ActionStep(number, Timing.start(), observations_images=run.images))
        if outcome.is_final_answer:
            break
    else:
        run.begin_step(run.max_steps + 1)
        last = yield from ask_for_last_answer(run)
        yield from finish_step(run, last)
        outcome = ActionOutput(last.action_output, is_final_answer=True)
    answer = FinalAnswerStep(handle_agent_output_types(outcome.output))
    yield from run_callbacks(run, answer)
    yield answer


def make_plan(run: Run, number: int) -> Steps[None]:
    """Make a plan before a step; that of a model that fails is kept as a step without action."""
    timing = Timing.start()
    try:
        plan = yield from ask_for_plan(run, remaining_steps=run.max_steps - number)
    except AgentGenerationError as error:
        yield from finish_step(run, ActionStep(number, timing, error=error))
        raise
    yield from finish_step(run, plan)


def take_step(run: Run, step: ActionStep) -> Steps[ActionOutput]:
    """Let the agent act once; what goes wrong is kept in the step for the model to read, unless it must end the run."""
    yield StepStarted(step.step_number)
    outcome = ActionOutput(None, is_final_answer=False)
    failure: BaseException | None = None
    try:
        outcome = yield from run.agent._action(run, step)
        if outcome.is_final_answer:
            yield from check_answer(run, outcome.output)
            step.is_final_answer = True
    except GeneratorExit:  # the caller left the stream: no more events, but nothing is lost
        run.memory.steps.append(step)
        raise
    except AgentGenerationError as error:
        step.error = failure = error
    except AgentError as error:
        step.error = error
        outcome = ActionOutput(None, is_final_answer=False)
    except BaseException as error:
        failure = error
    yield from finish_step(run, step)
    if failure is not None:
        raise failure
    return outcome


def finish_step(run: Run, step: ActionStep | PlanningStep) -> Steps[None]:
    """Run the step's callbacks, put it into memory and report it."""
    step.timing.stop()
    try:
        yield from run_callbacks(run, step)
    finally:
        run.memory.steps.append(step)
    if run.store is not None:
        yield CallFunction(run.store.append, (run.id, step.record()))
    yield step


def run_callbacks(run: Run, step: MemoryStep) -> Steps[None]:
    """Run what the agent has registered for steps of this class."""
    for callback in run.agent.step_callbacks.callbacks_for(step):
        yield CallFunction(callback, (step,), {"agent": run.agent} if takes_keywords(callback) else {})


def check_answer(run: Run, answer: Any) -> Steps[None]:
    """Put the answer to every check of the agent; one that fails sends its reason back to the model."""
    for check in run.agent.final_answer_checks:
        name = getattr(check, "__name__", type(check).__name__)
        args, kwargs = _check_arguments(check, answer, run)
        try:
            passed = yield CallFunction(check, args, kwargs)
            refused = not passed
        except Exception as error:
            raise AgentError(f"Check {name} failed with error: {error}") from error
        if refused:
            raise AgentError(f"Check {name} failed with error: it returned {passed!r} for this answer, not True")


def _check_arguments(check: Any, answer: Any, run: Run) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Fit the arguments to the check's signature: the answer, the memory and the agent as far as there is room."""
    import inspect

    try:
        parameters = inspect.signature(check).parameters.values()
    except ValueError:  # a builtin without a signature
        return (answer,), {}
    kinds = {parameter.kind for parameter in parameters}
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if any(p.name == "agent" for p in parameters) or inspect.Parameter.VAR_KEYWORD in kinds:
        room = len([name for name in positional if name != "agent"])
        args = (answer, run.memory) if room > 1 or inspect.Parameter.VAR_POSITIONAL in kinds else (answer,)
        return args, {"agent": run.agent}
    room = 2 if inspect.Parameter.VAR_POSITIONAL in kinds else len(positional)
    return (answer, run.memory, run.agent)[:room], {}
