"""Steps of a run, as messages of a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import AgentAudio, AgentImage, AgentVideo
from smolagents.memory import ActionStep, FinalAnswerStep, MemoryStep, PlanningStep
from smolagents.usage import Timing, TokenUsage

if TYPE_CHECKING:
    import gradio

_CODE = re.compile(r"<code>.*?(</code>|$)|```.*?(```|$)|\{\{.*?(\}\}|$)", re.DOTALL)
_JSON = re.compile(r"^\s*\{.*\}\s*$", re.DOTALL)


def pull_messages_from_step(step: MemoryStep, skip_model_outputs: bool = False) -> Iterator[gradio.ChatMessage]:
    """Yield what a step looks like in a chat: thoughts, collapsible blocks of code and results, a line of figures.

    Args:
        step: A step of an agent's memory.
        skip_model_outputs: Leave out what the model wrote, since it has been shown while it was written.
    """
    if isinstance(step, ActionStep):
        yield from _action(step, skip_model_outputs)
    elif isinstance(step, PlanningStep):
        if not skip_model_outputs:
            yield _said(f"**Plan**\n\n{step.plan}")
        yield _said(figures("Planning", step.token_usage, step.timing))
    elif isinstance(step, FinalAnswerStep):
        yield from answer(step.output)


def figures(title: str, usage: TokenUsage | None, timing: Timing | None) -> str:
    """Return the line that says what a step or a run took: tokens, dollars where they are known, seconds."""
    parts = [title]
    if usage is not None:
        parts.append(f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out")
        if usage.cost is not None:
            parts.append(f"${usage.cost:.4f}")
    if timing is not None and timing.duration is not None:
        parts.append(f"{timing.duration:.1f} s")
    return f"<small>{' · '.join(parts)}</small>"


def answer(output: Any) -> Iterator[gradio.ChatMessage]:
    """Yield the final answer: text as it is, images, sounds and videos to see and hear."""
    if isinstance(output, (AgentImage, AgentAudio, AgentVideo)):
        yield _file(output.to_string())
    elif hasattr(output, "save") and hasattr(output, "getbands"):  # an image of PIL
        yield _file(AgentImage(output).to_string())
    else:
        yield _said(f"**Final answer**\n\n{output}")


def thought(text: str) -> str:
    """Return the part of a model's text that is for people: not the code, and not an action as JSON."""
    shown = _CODE.sub("", text).strip()
    return "" if _JSON.match(shown) else shown


def block(title: str, content: str) -> gradio.ChatMessage:
    """Return a message that can be folded."""
    import gradio

    return gradio.ChatMessage(content, "assistant", {"title": title, "status": "done"})


def fenced(text: str, language: str = "") -> str:
    """Return a text as a block of code in Markdown, whatever backticks it has."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _action(step: ActionStep, skip_model_outputs: bool) -> Iterator[gradio.ChatMessage]:
    if not skip_model_outputs:
        yield _said(f"**Step {step.step_number}**\n\n{thought(_text(step.model_output))}".rstrip())
    for call in step.tool_calls or []:
        if call.name == "python_interpreter":
            yield block("Code", fenced(str(call.arguments), "python"))
        else:
            yield block(f"Tool call: {call.name}", fenced(str(call.arguments)))
    if step.observations and step.observations.strip():
        yield block("Result", fenced(step.observations.strip()))
    for image in step.observations_images or []:
        yield _file(AgentImage(image).to_string())
    if step.error is not None:
        yield block("Error", fenced(str(step.error)))
    yield _said(figures(f"Step {step.step_number}", step.token_usage, step.timing))


def _text(output: Any) -> str:
    if isinstance(output, list):
        return "\n".join(str(part.get("text", "")) for part in output if isinstance(part, dict))
    return output or ""


def _said(text: str) -> gradio.ChatMessage:
    import gradio

    return gradio.ChatMessage(text)


def _file(path: str) -> gradio.ChatMessage:
    import gradio

    content: Any = {"path": path}
    return gradio.ChatMessage(content)
