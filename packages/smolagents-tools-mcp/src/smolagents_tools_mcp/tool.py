"""A tool of an MCP server, as agents call it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from smolagents import Tool
from smolagents.tools.json_schema import allows_null, argument_names, inputs_of, without_references

from smolagents_tools_mcp.content import text_of, value_of
from smolagents_tools_mcp.errors import MCPToolError
from smolagents_tools_mcp.loop import News

if TYPE_CHECKING:
    import mcp
    from mcp import types

    from smolagents_tools_mcp.connection import Connection

Progress = Callable[[str, float, "float | None", "str | None"], None]


class MCPTool(Tool):
    """Call a tool of an MCP server.

    Args:
        name: What agents call it.
        described: What the server says of it.
        connection: The server.
        structured: Return the structured content of results.
        progress: Is told how far a call has come.
        keeps: What must live as long as the tool: the client, whose end is that of the connection.
    """

    skip_forward_signature_validation = True
    serializable = False

    def __init__(
        self,
        name: str,
        described: types.Tool,
        connection: Connection,
        structured: bool,
        progress: Progress | None = None,
        keeps: object = None,
    ) -> None:
        super().__init__()
        inputs = inputs_of(described.input_schema)
        properties = without_references(described.input_schema).get("properties", {})
        self._given_names = argument_names(inputs)
        self._takes_null = {name for name, given in self._given_names.items() if allows_null(properties[given])}
        self.name = name
        self.description = (
            described.description or described.title or f"The tool {described.name} of {connection.name}."
        )
        self.inputs = {name: inputs[given] for name, given in self._given_names.items()}
        self.output_schema = None
        if structured and described.output_schema is not None:
            self.output_schema = without_references(described.output_schema)
        self.output_type = "object" if self.output_schema is not None else "any"
        self._called = described.name
        self._connection = connection
        self._structured = structured
        self._progress = progress
        self._keeps = keeps

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the tool on its server and return what it gives.

        Raises:
            MCPToolError: The tool failed.
            ConnectionError: The server can't be reached, or was lost during the call.
            TimeoutError: The server did not answer in time.
            Cancelled: The run was interrupted, or the time of its action is up. The server was told.
            TypeError: These are not the tool's arguments.
            ValueError: An argument can't be sent, or the answer can't be read.
        """
        from mcp import MCPError

        arguments = self._arguments(args, kwargs)
        self._check(arguments)
        news: News = SimpleQueue()
        try:
            result = self._connection.ask(f"call {self._called}", self._request(arguments, news), news)
        except MCPError as error:
            raise MCPToolError(error.error.message) from error
        if result.is_error:
            raise MCPToolError(text_of(result) or f"The tool {self.name} failed and did not say why.")
        return value_of(result, self._structured)

    def _request(self, arguments: dict[str, Any], news: News) -> Callable[[mcp.Client], Any]:
        async def tell(progress: float, total: float | None, message: str | None) -> None:
            if self._progress is not None:
                news.put(partial(self._progress, self.name, progress, total, message))

        async def call(client: mcp.Client) -> types.CallToolResult:
            return await client.call_tool(self._called, arguments, progress_callback=tell)

        return call

    def _check(self, arguments: dict[str, Any]) -> None:
        """Find what the SDK finds wrong with arguments only when it writes them, which ends the connection."""
        from mcp import types

        try:
            types.CallToolRequestParams(name=self._called, arguments=arguments).model_dump_json()
        except ValueError as error:
            raise ValueError(f"{self.name}() can't send these arguments as JSON: {error}") from None

    def _arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(args) > len(self.inputs):
            raise TypeError(f"{self.name}() takes {len(self.inputs)} arguments, {len(args)} were given")
        given = dict(zip(self.inputs, args, strict=False))
        if doubles := given.keys() & kwargs.keys():
            raise TypeError(f"{self.name}() got two values for {', '.join(sorted(doubles))}")
        given |= kwargs
        unknown = [name for name in kwargs if name not in self.inputs]
        if unknown:
            raise TypeError(
                f"{self.name}() has no argument {unknown[0]!r}; it takes {', '.join(self.inputs) or 'none'}"
            )
        # None stands for "not given" where it is no value of the argument.
        return {
            self._given_names[name]: value
            for name, value in given.items()
            if value is not None or name in self._takes_null or not self.inputs[name].get("nullable")
        }
