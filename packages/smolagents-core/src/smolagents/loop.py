"""The loop: what an agent does from the task to the answer, without touching the world.

Each function is a generator. What it needs done it yields as a request (`requests.py`), and the driver (`drivers.py`)
performs it and sends the result back, in sync or async; what there is to tell it yields as an event (`events.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import handle_agent_output_types
from smolagents.errors import AgentError, AgentGenerationError, AgentMaxStepsError
from smolagents.events import ActionOutput, ModelReplied, RunStarted, StepStarted
from smolagents.memory import takes_keywords
from smolagents.messages import ChatMessage, MessageRole, text_of
from smolagents.requests import CallFunction, CallModel, Steps
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep
from smolagents.usage import Timing

if TYPE_CHECKING:
    from smolagents.run import Run

FIRST_PLAN = "What I know so far, and the plan that I will follow:"
NEXT_PLAN = "I looked again at what I know. The plan that I will follow from here:"


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
        outcome = yield from answer_without_more_steps(run)
    yield FinalAnswerStep(handle_agent_output_types(outcome.output))


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
        for callback in run.agent.step_callbacks.callbacks_for(step):
            yield CallFunction(callback, (step,), {"agent": run.agent} if takes_keywords(callback) else {})
    finally:
        run.memory.steps.append(step)
    yield step


def ask_model(
    run: Run, step: ActionStep | PlanningStep, messages: Sequence[ChatMessage], **arguments: Any
) -> Steps[ChatMessage]:
    """Return the model's reply to the messages and note both in the step."""
    step.model_input_messages = messages
    try:
        reply: ChatMessage = yield CallModel(messages, arguments, stream=run.agent.stream_outputs)
    except AgentGenerationError:
        raise
    except Exception as error:
        raise AgentGenerationError(f"Error in generating model output:\n{error}") from error
    step.model_output_message = reply
    step.token_usage = reply.token_usage
    yield ModelReplied(reply)
    return reply


def check_answer(run: Run, answer: Any) -> Steps[None]:
    """Put the answer to every check of the agent; one that fails sends its reason back to the model."""
    for check in run.agent.final_answer_checks:
        name = getattr(check, "__name__", type(check).__name__)
        args, kwargs = _check_arguments(check, answer, run)
        try:
            passed = yield CallFunction(check, args, kwargs)
        except Exception as error:
            raise AgentError(f"Check {name} failed with error: {error}") from error
        if passed is not None and not passed:
            raise AgentError(f"Check {name} failed with error: it returned {passed!r} for this answer")


def make_plan(run: Run, number: int) -> Steps[None]:
    """Ask the model for a plan, or for a new one that takes into account what has happened since."""
    first = len(run.memory.steps) == 1
    messages = run.agent._planning_messages(run, run.max_steps - number, first)
    step = PlanningStep([], ChatMessage(MessageRole.ASSISTANT, ""), "", Timing.start())
    reply = yield from ask_model(run, step, messages, stop_sequences=["<end_plan>"])
    heading = FIRST_PLAN if first else NEXT_PLAN
    step.plan = f"{heading}\n```\n{text_of(reply)}\n```"
    yield from finish_step(run, step)


def answer_without_more_steps(run: Run) -> Steps[ActionOutput]:
    """Ask the model for the best answer that it can give from what it has seen."""
    step = ActionStep(run.max_steps + 1, Timing.start(), error=AgentMaxStepsError("Reached max steps."))
    reply: ChatMessage = yield from run.agent._final_answer(run, step)
    step.action_output = reply.content
    step.token_usage = reply.token_usage
    yield from finish_step(run, step)
    return ActionOutput(reply.content, is_final_answer=True)


def _check_arguments(check: Any, answer: Any, run: Run) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Fit the arguments to the check's signature: the answer, the memory if there is room, the agent by its name."""
    import inspect

    try:
        parameters = inspect.signature(check).parameters.values()
    except ValueError:  # a builtin without a signature
        return (answer,), {}
    kinds = {parameter.kind for parameter in parameters}
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    wants_agent = any(p.name == "agent" for p in parameters) or inspect.Parameter.VAR_KEYWORD in kinds
    room = len([name for name in positional if name != "agent"])
    args = (answer, run.memory) if room > 1 or inspect.Parameter.VAR_POSITIONAL in kinds else (answer,)
    return args, {"agent": run.agent} if wants_agent else {}
