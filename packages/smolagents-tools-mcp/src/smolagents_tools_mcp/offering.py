"""Tools and agents as an MCP server."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smolagents import FinalAnswerStep, MultiStepAgent, Tool, validate_tool_arguments
from smolagents.concurrency import in_thread
from smolagents.memory import ActionStep, PlanningStep
from smolagents.models import get_tool_json_schema

from smolagents_tools_mcp.blocks import blocks_of

if TYPE_CHECKING:
    from mcp import types
    from mcp.server import Server, ServerRequestContext

_AGENT_SCHEMA = {
    "type": "object",
    "properties": {"task": {"type": "string", "description": "What the agent is to do, with all that it must know."}},
    "required": ["task"],
}


def mcp_server(offered: Sequence[Tool | MultiStepAgent], name: str = "smolagents") -> Server[Any]:
    """Return an MCP server that offers tools and agents, for the SDK to run.

    An agent is a tool that takes a `task` and returns the answer; each call is a run of its own. An agent without a
    name is called `agent`.

    Args:
        offered: The tools and agents.
        name: What the server calls itself.

    Raises:
        ValueError: Two of them have one name.
    """
    from mcp import types
    from mcp.server import Server

    by_name = _by_name(offered)

    async def list_tools(context: ServerRequestContext[Any], params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(name, one) for name, one in by_name.items()])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        if params.name not in by_name:
            return _failed(f"There is no tool {params.name}. There are: {', '.join(by_name)}")
        one, arguments = by_name[params.name], params.arguments or {}
        try:
            if isinstance(one, MultiStepAgent):
                value = await _run(one, arguments, context)
            else:
                value = await _call(one, arguments)
            return types.CallToolResult(**blocks_of(value))
        except Exception as error:
            return _failed(f"{type(error).__name__}: {error}")

    return Server(name, on_list_tools=list_tools, on_call_tool=call_tool)


def _by_name(offered: Sequence[Tool | MultiStepAgent]) -> dict[str, Tool | MultiStepAgent]:
    names = [one.name or "agent" for one in offered]
    twins = [name for name, number in Counter(names).items() if number > 1]
    if twins:
        raise ValueError(f"Two of the offered are called {', '.join(twins)}: each needs a name of its own.")
    return dict(zip(names, offered, strict=True))


def _described(name: str, one: Tool | MultiStepAgent) -> types.Tool:
    from mcp import types

    if isinstance(one, MultiStepAgent):
        description = one.description or "An agent that does a task in several steps, with tools of its own."
        return types.Tool(name=name, description=description, input_schema=copy.deepcopy(_AGENT_SCHEMA))
    function = get_tool_json_schema(one)["function"]
    return types.Tool(name=name, description=one.description, input_schema=function["parameters"])


async def _call(tool: Tool, arguments: dict[str, Any]) -> Any:
    validate_tool_arguments(tool, arguments)
    if tool.is_async:
        return await tool(**arguments)
    return await in_thread(tool, **arguments)


async def _run(agent: MultiStepAgent, arguments: dict[str, Any], context: ServerRequestContext[Any]) -> Any:
    """Run an agent, tell of its steps as they end, and return its answer."""
    task = arguments.get("task")
    if not isinstance(task, str) or set(arguments) != {"task"}:
        raise ValueError(f"An agent takes a `task`, a text, and nothing else: {sorted(arguments)} was given.")
    answer, steps = None, 0
    async for event in agent.arun(task, stream=True):
        if isinstance(event, (ActionStep, PlanningStep)):
            steps += 1
            await context.session.report_progress(steps, message=f"step {steps} is done")
        elif isinstance(event, FinalAnswerStep):
            answer = event.output
    return answer


def _failed(text: str) -> types.CallToolResult:
    from mcp import types

    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
