"""Agents to save."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents import REMOVE_PARAMETER, CodeAgent, LogLevel, ReplayModel, Tool, ToolCallingAgent, tool

PROMPTS = {
    "system_prompt": "You are ä {{ custom_instructions }}\n  keep trailing blanks  \n\n",
    "planning": {
        "initial_plan": "plan: {{ task }}\t\n",
        "update_plan_pre_messages": "- not: [yaml]",
        "update_plan_post_messages": "# no comment\n\n\n",
    },
    "managed_agent": {"task": "{{ name }}, {{ task }}", "report": "{{ final_answer }} 'quoted' \"too\""},
    "final_answer": {"pre_messages": "", "post_messages": "{{ task }}"},
}


@tool
def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return a + b


class ShoutTool(Tool):
    """Make a text loud."""

    name = "shout"
    description = "Makes a text loud."
    inputs = {"text": {"type": "string", "description": "The text."}}
    output_type = "string"

    def forward(self, text: str) -> str:
        """Return the text in capitals."""
        import unicodedata

        return unicodedata.normalize("NFC", text).upper()


def replay(*turns: str, **options: Any) -> ReplayModel:
    return ReplayModel(turns=list(turns) or ["<code>final_answer(shout(text='hi') + str(add(1)))</code>"], **options)


def code_agent(**options: Any) -> CodeAgent:
    """Return an agent with every setting away from its default."""
    worker = ToolCallingAgent(
        tools=[add],
        model=replay("x"),
        name="worker",
        description="It adds.",
        max_tool_threads=3,
        max_steps=4,
        provide_run_summary=True,
        stream_outputs=True,
    )
    arguments: dict[str, Any] = {
        "tools": [add, ShoutTool()],
        "model": replay(temperature=0.5, stop=REMOVE_PARAMETER, extra={"reasoning": ["low"]}),
        "prompt_templates": PROMPTS,
        "additional_authorized_imports": ["numpy.random", "json"],
        "planning_interval": 3,
        "executor_kwargs": {"timeout_seconds": 7},
        "max_print_outputs_length": 1234,
        "stream_outputs": True,
        "use_structured_outputs_internally": True,
        "code_block_tags": ("<py>", "</py>"),
        "instructions": "See https://me@example.org, 'quoted'.",
        "max_steps": 9,
        "verbosity_level": LogLevel.ERROR,
        "managed_agents": [worker],
        "name": "boss",
        "description": 'It "manages".',
        "provide_run_summary": True,
        "return_full_result": True,
        "memory_size": 5,
    }
    return CodeAgent(**{**arguments, **options})


@pytest.fixture
def agent() -> CodeAgent:
    return code_agent()


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Any], Path]:
    """Save an agent and return the folder."""

    def save(agent: Any) -> Path:
        folder = tmp_path / "saved"
        agent.save(folder)
        return folder

    return save
