"""The agent classes that a saved agent may name, besides those in the catalogue of plugins."""

from __future__ import annotations

from smolagents.agents.base import MultiStepAgent
from smolagents.agents.code import CodeAgent
from smolagents.agents.tool_calling import ToolCallingAgent

AGENT_REGISTRY: dict[str, type[MultiStepAgent]] = {"ToolCallingAgent": ToolCallingAgent, "CodeAgent": CodeAgent}
