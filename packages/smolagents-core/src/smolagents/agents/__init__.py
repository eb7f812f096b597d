"""Agents: `CodeAgent` acts by writing Python, `ToolCallingAgent` by calling tools with JSON arguments."""

from typing import TYPE_CHECKING

from smolagents.agents.base import MultiStepAgent
from smolagents.agents.code import CodeAgent
from smolagents.agents.persistence import load_agent
from smolagents.agents.registry import AGENT_REGISTRY
from smolagents.agents.results import RunResult
from smolagents.agents.tool_calling import ToolCallingAgent
from smolagents.events import ActionOutput, StreamEvent, ToolOutput
from smolagents.memory import (
    ActionStep,
    AgentMemory,
    FinalAnswerStep,
    PlanningStep,
    SystemPromptStep,
    TaskStep,
    ToolCall,
)
from smolagents.models import MODEL_REGISTRY
from smolagents.plugins import module_getattr
from smolagents.prompting import (
    EMPTY_PROMPT_TEMPLATES,
    FinalAnswerPromptTemplate,
    ManagedAgentPromptTemplate,
    PlanningPromptTemplate,
    PromptTemplates,
    populate_template,
)

AgentRunResult = RunResult
AgentStep = ActionStep

if not TYPE_CHECKING:
    __getattr__ = module_getattr(__name__, "executors")

__all__ = [
    "AGENT_REGISTRY",
    "EMPTY_PROMPT_TEMPLATES",
    "MODEL_REGISTRY",
    "ActionOutput",
    "ActionStep",
    "AgentMemory",
    "AgentRunResult",
    "AgentStep",
    "CodeAgent",
    "FinalAnswerPromptTemplate",
    "FinalAnswerStep",
    "ManagedAgentPromptTemplate",
    "MultiStepAgent",
    "PlanningPromptTemplate",
    "PlanningStep",
    "PromptTemplates",
    "RunResult",
    "StreamEvent",
    "SystemPromptStep",
    "TaskStep",
    "ToolCall",
    "ToolCallingAgent",
    "ToolOutput",
    "load_agent",
    "populate_template",
]
