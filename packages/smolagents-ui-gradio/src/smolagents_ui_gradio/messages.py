"""Steps of a run, as messages of a chat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smolagents.memory import ActionStep, FinalAnswerStep, MemoryStep, PlanningStep
from smolagents.steps import ToolCall
from smolagents.usage import Timing, TokenUsage

from smolagents_ui_gradio.media import is_media, media_in, new_file, shown_file
from smolagents_ui_gradio.text import fenced, literal

if TYPE_CHECKING:
    import gradio

_CODE = re.compile(r"<code>.*?(</code>|$)|```.*?(```|$)|\{\{.*?(\}\}|$)", re.DOTALL)
_JSON = re.compile(r"^\s*\{.*\}\s*$", re.DOTALL)
_PLAN = re.compile(r"^```\n(.*)\n```$", re.DOTALL | re.MULTILINE)  # which agents fence in, for their model
_LONG = 100_000  # characters; a browser takes seconds for more


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
            yield from _said("**Plan**", literal(_PLAN.sub(r"\1", step.plan)))
        yield figures("Planning", step.token_usage, step.timing)
    elif isinstance(step, FinalAnswerStep):
        yield from _answer(step.output)


def step_of_managed(name: str, step: ActionStep) -> Iterator[gradio.ChatMessage]:
    """Yield a step of a managed agent: one block that can be folded, and its images."""
    shown = list(_action(step, False))
    texts = [
        f"**{title}**\n\n{message.content}" if (title := (message.metadata or {}).get("title")) else message.content
        for message in shown
        if isinstance(message.content, str)
    ]
    yield block(f"{name}: step {step.step_number}", "\n\n".join(map(str, texts)))
    yield from (message for message in shown if not isinstance(message.content, str))


def figures(title: str, usage: TokenUsage | None, timing: Timing | None) -> gradio.ChatMessage:
    """Return the line that says what a step or a run took: tokens, dollars where they are known, seconds."""
    import gradio

    parts = [title]
    if usage is not None:
        parts.append(f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out")
        if usage.cost is not None:
            parts.append(f"${usage.cost:.4f}")
    if timing is not None and timing.duration is not None:
        parts.append(f"{timing.duration:.1f} s")
    return gradio.ChatMessage(f"<small>{' · '.join(parts)}</small>")


def thought(text: str) -> str:
    """Return the part of a model's text that is for people: not the code, and not an action as JSON."""
    shown = _CODE.sub("", text).strip()
    return "" if _JSON.match(shown) else shown


def writing(text: str) -> str:
    """Return what a model has written so far, its code as code."""
    return literal(re.sub(r"</?code>", lambda tag: "\n```\n" if "/" in tag[0] else "\n```python\n", text))


def block(title: str, content: str, status: Any = "done") -> gradio.ChatMessage:
    """Return a message that can be folded; a pending one is open, and shows that something goes on."""
    import gradio

    return gradio.ChatMessage(content, "assistant", {"title": literal(title), "status": status})


def call(made: ToolCall, status: Any = "done") -> gradio.ChatMessage:
    """Return what a call of a tool looks like."""
    if made.name == "python_interpreter":
        return block("Code", fenced(str(made.arguments), "python"), status)
    return block(f"Tool call: {made.name[:80]}", fenced(_data(made.arguments)), status)


def _answer(output: Any) -> Iterator[gradio.ChatMessage]:
    """Yield the final answer: text as it is, data as JSON, images, sounds and videos to see and hear."""
    if is_media(output):
        yield from _said("**Final answer**", "")
    elif isinstance(output, (str, int, float, type(None))):
        yield from _said("**Final answer**", literal(str(output)))
    else:
        yield from _said("**Final answer**", fenced(_data(output)))
    for media in media_in(output):
        yield media_message(media)


def _data(output: Any) -> str:
    if not isinstance(output, (dict, list, tuple)):
        return str(output)
    try:
        return json.dumps(output, indent=2, ensure_ascii=False, default=str)
    except (TypeError, ValueError):  # a key of another type, or an object that holds itself
        return str(output)


def _action(step: ActionStep, skip_model_outputs: bool) -> Iterator[gradio.ChatMessage]:
    if not skip_model_outputs:
        yield from _said(f"**Step {step.step_number}**", literal(thought(_text(step.model_output))))
    yield from map(call, step.tool_calls or [])
    if step.observations and step.observations.strip():
        yield from _folded("Result", step.observations.strip())
    for image in step.observations_images or []:
        yield media_message(image)
    if step.error is not None:
        yield from _folded("Error", str(step.error))
    yield figures(f"Step {step.step_number}", step.token_usage, step.timing)


def _text(output: Any) -> str:
    if isinstance(output, list):
        return "\n".join(str(part.get("text", "")) for part in output if isinstance(part, dict))
    return output or ""


def _said(title: str, text: str) -> Iterator[gradio.ChatMessage]:
    import gradio

    yield gradio.ChatMessage(f"{title}\n\n{_cut(text)}".rstrip())
    yield from _whole(text)


def _folded(title: str, text: str) -> Iterator[gradio.ChatMessage]:
    yield block(title, fenced(_cut(text)))
    yield from _whole(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text):,} characters in all, in the file below)"


def _whole(text: str) -> Iterator[gradio.ChatMessage]:
    """Yield a file with a text that is too long for the page."""
    import gradio

    if len(text) > _LONG:
        path = new_file(".txt")
        path.write_text(text, "utf-8", errors="replace")
        content: Any = {"path": str(path)}
        yield gradio.ChatMessage(content)


def media_message(media: Any) -> gradio.ChatMessage:
    """Return an image, a sound or a video to see and hear, or why it can't be."""
    import gradio

    try:
        content: Any = {"path": shown_file(media), "alt_text": "What the agent shows"}
    except Exception as error:  # Pillow and others raise whatever odd data makes them stumble over
        content = literal(f"Not shown: {error}")
    return gradio.ChatMessage(content)
