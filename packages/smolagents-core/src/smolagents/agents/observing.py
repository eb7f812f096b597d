"""Tell plugins of tool calls."""

from __future__ import annotations

from typing import Any

from smolagents import plugins
from smolagents.run import Run
from smolagents.usage import Timing


class ToolCallReport:
    """Tell the observers of a tool call when the `with` block around it ends."""

    def __init__(self, run: Run, tool_name: str, arguments: Any) -> None:
        self._run = run
        self._tool_name = tool_name
        self._arguments = arguments
        self.output: Any = None

    def __enter__(self) -> ToolCallReport:
        self._timing = Timing.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if plugins.observes("tool_called"):
            self._timing.stop()
            plugins.notify(
                "tool_called",
                agent=self._run.agent,
                run_id=self._run.id,
                tool_name=self._tool_name,
                arguments=self._arguments,
                output=self.output,
                error=error,
                timing=self._timing,
            )


def observed(tool: Any, run: Run) -> Any:
    """Return a stand-in for a tool that code calls, which reports each call."""

    inputs = list(getattr(tool, "inputs", ()))

    def report(args: tuple[Any, ...], kwargs: dict[str, Any]) -> ToolCallReport:
        names = [*inputs, *map(str, range(len(inputs), len(args)))]  # numbers for arguments that the tool will refuse
        return ToolCallReport(run, tool.name, {**dict(zip(names, args, strict=False)), **kwargs})

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        with report(args, kwargs) as call:
            call.output = await tool(*args, **kwargs)
            return call.output

    def call_sync(*args: Any, **kwargs: Any) -> Any:
        with report(args, kwargs) as call:
            call.output = tool(*args, **kwargs)
            return call.output

    return call_async if getattr(tool, "is_async", False) else call_sync
