"""Tools and agents as an MCP server."""

from __future__ import annotations

import copy
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from smolagents import FinalAnswerStep, MultiStepAgent, Tool, validate_tool_arguments
from smolagents.concurrency import in_thread
from smolagents.memory import ActionStep, PlanningStep

from smolagents_tools_mcp.blocks import blocks_of, text_block

if TYPE_CHECKING:
    from mcp import types
    from mcp.server import Server, ServerRequestContext

logger = logging.getLogger("smolagents.mcp")

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
        except (Exception, SystemExit) as error:  # what a tool does ends no server
            logger.debug("%s failed", params.name, exc_info=True)
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
    # Of other shapes there is no structured content.
    output = one.output_schema if (one.output_schema or {}).get("type") == "object" else None
    return types.Tool(
        name=name, description=one.description, input_schema=_input_schema(one), output_schema=copy.deepcopy(output)
    )


def _input_schema(tool: Tool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _json_schema(schema) for name, schema in tool.inputs.items()},
        "required": [name for name, schema in tool.inputs.items() if not schema.get("nullable")],
    }


def _json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an argument in terms of JSON, where images and audio are texts: paths or URLs."""
    described = {word: copy.deepcopy(value) for word, value in schema.items() if word not in ("type", "nullable")}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "any" in kinds:
        return described
    kinds = [*dict.fromkeys("string" if kind in ("image", "audio") else kind for kind in kinds)]
    if schema.get("nullable") and "null" not in kinds:
        kinds.append("null")
    return {"type": kinds[0] if len(kinds) == 1 else kinds, **described}


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
    # Closed at once where the client cancels the call: the run stops, and with it what it has begun.
    async with aclosing(agent.arun(task, stream=True)) as events:
        async for event in events:
            if isinstance(event, (ActionStep, PlanningStep)):
                steps += 1
                await context.session.report_progress(steps, message=f"step {steps} is done")
            elif isinstance(event, FinalAnswerStep):
                answer = event.output
    return answer


def _failed(text: str) -> types.CallToolResult:
    from mcp import types

    return types.CallToolResult(content=[text_block(text)], is_error=True)
