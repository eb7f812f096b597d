"""What a run asks the model: for its next action, for a plan, for a last answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smolagents.errors import AgentGenerationError, AgentMaxStepsError
from smolagents.events import ModelReplied
from smolagents.messages import ChatMessage, MessageRole, text_of
from smolagents.prompting import populate_template
from smolagents.requests import CallFunction, CallModel, Steps
from smolagents.steps import ActionStep, PlanningStep
from smolagents.usage import Timing

if TYPE_CHECKING:
    from smolagents.run import Run

FIRST_PLAN = "What I know so far, and the plan that I will follow:"
NEXT_PLAN = "I looked again at what I know. The plan that I will follow from here:"


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


def ask_for_plan(run: Run, remaining_steps: int) -> Steps[PlanningStep]:
    """Ask the model for a plan, or for a new one that takes into account what has happened since."""
    first = len(run.memory.steps) == 1
    messages = _first_plan_messages(run) if first else _next_plan_messages(run, remaining_steps)
    step = PlanningStep([], ChatMessage(MessageRole.ASSISTANT, ""), "", Timing.start())
    reply = yield from ask_model(run, step, messages, stop_sequences=["<end_plan>"])
    step.plan = f"{FIRST_PLAN if first else NEXT_PLAN}\n```\n{text_of(reply)}\n```"
    return step


def _first_plan_messages(run: Run) -> list[ChatMessage]:
    agent = run.agent
    variables = {"task": run.task, "tools": agent.tools, "managed_agents": agent.managed_agents}
    return [_message(MessageRole.USER, agent.prompt_templates["planning"]["initial_plan"], variables)]


def _next_plan_messages(run: Run, remaining_steps: int) -> list[ChatMessage]:
    agent = run.agent
    templates = agent.prompt_templates["planning"]
    variables = {
        "task": run.task,
        "tools": agent.tools,
        "managed_agents": agent.managed_agents,
        "remaining_steps": remaining_steps,
    }
    pre = _message(MessageRole.SYSTEM, templates["update_plan_pre_messages"], {"task": run.task})
    post = _message(MessageRole.USER, templates["update_plan_post_messages"], variables)
    return [pre, *run.messages(summary_mode=True), post]


def ask_for_last_answer(run: Run) -> Steps[ActionStep]:
    """Ask the model for the best answer that it can give from what it has seen."""
    step = ActionStep(run.max_steps + 1, Timing.start(), error=AgentMaxStepsError("Reached max steps."))
    if run.agent._overrides("provide_final_answer"):
        reply: ChatMessage = yield CallFunction(run.agent.provide_final_answer, (run.task,))
    else:
        reply = yield from last_answer(run, run.task, step)
    step.action_output = reply.content
    step.token_usage = reply.token_usage
    return step


def last_answer(run: Run, task: str, step: ActionStep | None = None) -> Steps[ChatMessage]:
    """Return the model's answer to the task from what is in memory, or the text of the error that it made instead."""
    templates = run.agent.prompt_templates["final_answer"]
    pre = ChatMessage(MessageRole.SYSTEM, [{"type": "text", "text": templates["pre_messages"]}])
    post = _message(MessageRole.USER, templates["post_messages"], {"task": task})
    messages = [pre, *list(run.messages())[1:], post]
    try:
        reply: ChatMessage = yield CallModel(messages, {})
    except Exception as error:
        text = f"Error in generating final LLM output:\n{error}"
        if step is not None:
            step.error = AgentMaxStepsError(f"{step.error} {text}")
        return ChatMessage(MessageRole.ASSISTANT, [{"type": "text", "text": text}])
    if step is not None:
        step.model_input_messages = messages
        step.model_output_message = reply
    return reply


def _message(role: MessageRole, template: str, variables: dict[str, Any]) -> ChatMessage:
    return ChatMessage(role, [{"type": "text", "text": populate_template(template, variables)}])
