"""Agents and tools for the tests of the contract."""

import asyncio
from collections.abc import Iterable
from typing import Any

import PIL.Image
from smolagents import ChatMessage, CodeAgent, Tool, ToolCallingAgent, tool
from smolagents.memory import ActionStep, MemoryStep
from smolagents_testing import ScriptedModel, code, tool_call

ANSWER = code("final_answer('done')")


@tool
def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return a + b


@tool
def fail(message: str) -> str:
    """Fail.

    Args:
        message: What the error says.
    """
    raise ValueError(message)


@tool
async def greet(name: str) -> str:
    """Greet somebody.

    Args:
        name: Whom to greet.
    """
    await asyncio.sleep(0)
    return f"Hello {name}"


class DrawTool(Tool):
    """Draw something."""

    name = "draw"
    description = "Draws a picture."
    inputs = {"size": {"type": "integer", "description": "Its size."}}
    output_type = "image"

    def forward(self, size: int) -> Any:
        """Return the picture."""
        return PIL.Image.new("RGB", (size, size), "red")


class SizeTool(Tool):
    """Measure a picture."""

    name = "size"
    description = "Measures a picture."
    inputs = {"picture": {"type": "image", "description": "The picture."}}
    output_type = "integer"

    def forward(self, picture: Any) -> int:
        """Return its width."""
        return int(picture.size[0])


def coder(*replies: Any, **options: Any) -> CodeAgent:
    """Return a CodeAgent whose model says these things, and is quiet."""
    return CodeAgent(**{"tools": [add, fail, greet], "model": ScriptedModel(replies), "verbosity_level": -1, **options})


def caller(*replies: Any, **options: Any) -> ToolCallingAgent:
    """Return a ToolCallingAgent whose model says these things, and is quiet."""
    tools = [add, fail, greet, DrawTool(), SizeTool()]
    return ToolCallingAgent(**{"tools": tools, "model": ScriptedModel(replies), "verbosity_level": -1, **options})


def answer(value: Any = "done", **options: Any) -> Any:
    """Return a reply that calls the final answer."""
    return tool_call("final_answer", answer=value, **options)


def actions(agent: Any) -> list[ActionStep]:
    """Return the action steps in the agent's memory."""
    return [step for step in agent.memory.steps if isinstance(step, ActionStep)]


def kinds(things: Iterable[Any]) -> list[str]:
    """Return the names of the classes of things."""
    return [type(thing).__name__ for thing in things]


def text_of(message: ChatMessage | dict[str, Any]) -> str:
    """Return the text of a message."""
    assert isinstance(message, ChatMessage)
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part["text"] for part in message.content or [] if part["type"] == "text")


def prompts_of(agent: Any, call: int) -> list[tuple[str, str]]:
    """Return role and text of the messages that the model got with a call."""
    return [(message.role.value, text_of(message)) for message in agent.model.calls[call].messages]


def is_task(step: MemoryStep) -> bool:
    """Tell whether a step holds a task."""
    return type(step).__name__ == "TaskStep"
