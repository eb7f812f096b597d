"""Runs, as messages of a chat that come while the agent works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smolagents.memory import ActionStep, FinalAnswerStep, PlanningStep
from smolagents.messages import ChatMessageStreamDelta

from smolagents_ui_gradio.messages import pull_messages_from_step, writing

if TYPE_CHECKING:
    import gradio
    from smolagents import MultiStepAgent


def stream_to_gradio(
    agent: MultiStepAgent,
    task: str,
    task_images: list[Any] | None = None,
    reset_agent_memory: bool = False,
    additional_args: dict[str, Any] | None = None,
) -> Iterator[gradio.ChatMessage | str]:
    """Run an agent and yield messages for a chat: whole ones, and as `str` what the model has written of one so far.

    Args:
        agent: The agent.
        task: What to do.
        task_images: Images for the model.
        reset_agent_memory: Forget earlier tasks.
        additional_args: Variables for the code and the tools, by name.
    """
    written = ""
    events = agent.run(task, stream=True, reset=reset_agent_memory, images=task_images, additional_args=additional_args)
    for event in events:
        if isinstance(event, ChatMessageStreamDelta):
            written += event.content or ""
            yield writing(written)
        elif isinstance(event, (ActionStep, PlanningStep, FinalAnswerStep)):
            yield from pull_messages_from_step(event, skip_model_outputs=bool(written))
            written = ""
