"""`MCPClient`: the tools of one or more MCP servers."""

from __future__ import annotations

import threading
import warnings
import weakref
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from smolagents import Tool

from smolagents_tools_mcp.connection import Connection
from smolagents_tools_mcp.content import joined, value_of_block, value_of_resource
from smolagents_tools_mcp.loop import is_loop
from smolagents_tools_mcp.naming import tool_names
from smolagents_tools_mcp.servers import Server
from smolagents_tools_mcp.tool import MCPTool, Progress

if TYPE_CHECKING:
    import mcp
    from mcp import types

T = TypeVar("T")

_TIMES = {"connect_timeout": 30.0, "client_session_timeout_seconds": 300.0}
_MAX_PAGES = 1000


class MCPClient:
    """Connect to MCP servers and give their tools to agents.

        with MCPClient({"url": "http://127.0.0.1:8000/mcp"}) as tools:
            CodeAgent(tools=tools, model=model).run("…")

    A server can run any code on its machine, which is this one if it is started from here: trust it first.

    Args:
        server_parameters: How to start a server (`mcp.StdioServerParameters`), where it is (a dict with `url` and, if
            need be, `transport` "streamable-http" or "sse", `headers`, `auth`, `timeout` and `sse_read_timeout` in
            seconds), or a list of these.
        adapter_kwargs: Time limits in seconds: `connect_timeout` (30) to connect, `client_session_timeout_seconds`
            (300) for each answer.
        structured_output: Return the structured content of results, and tell models the schema that it has.
        progress: Is called with the tool's name, the progress, the total and a message (the last two if known) when a
            server tells how far a call has come, in the thread that waits for the call.
        tools_changed: Is called when a server says that its tools have changed, in a thread of its own: `get_tools()`
            returns those that it has now.

    Raises:
        ConnectionError: A server can't be reached or started.
        TimeoutError: A server doesn't answer in time.
        ValueError: These are no parameters of a server.
    """

    def __init__(
        self,
        server_parameters: Any,
        adapter_kwargs: dict[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        progress: Progress | None = None,
        tools_changed: Callable[[], None] | None = None,
    ) -> None:
        times = _times(adapter_kwargs or {})
        self._structured = bool(structured_output)
        self._progress = progress
        each = server_parameters if isinstance(server_parameters, list) else [server_parameters]
        self._connections = [
            Connection(Server(one), times["connect_timeout"], times["client_session_timeout_seconds"], tools_changed)
            for one in each
        ]
        self._connected = False
        # Also where nobody disconnects: at the end of the client's life, which its tools share, or of the program.
        self._disconnect = weakref.finalize(self, _leave, self._connections)
        self.connect()

    def connect(self) -> None:
        """Connect to all servers; this is done when the client is made, too."""
        try:
            for connection in self._connections:
                connection.open()
        except BaseException:
            self.disconnect()
            raise
        self._connected = True

    def disconnect(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        exc_traceback: TracebackType | None = None,
    ) -> None:
        """Disconnect from all servers; those that were started from here end."""
        self._connected = False
        _close(self._connections)

    def get_tools(self) -> list[Tool]:
        """Return the tools that the servers have now.

        What Python doesn't accept in a name becomes `_`. The server's name stands in front where two tools have one
        name, and where it is one of Python's or `final_answer`.

        Raises:
            ValueError: The client is not connected.
        """
        if not self._connected:
            raise ValueError("The MCP client is not connected: use it in a `with` block, or call connect() first.")
        found = [
            (connection, described)
            for connection in self._connections
            for described in _pages(connection, "list its tools", "list_tools", "tools")
        ]
        names = tool_names([(connection.name, described.name) for connection, described in found])
        tools: list[Tool] = []
        for name, (connection, described) in zip(names, found, strict=True):
            try:
                tools.append(MCPTool(name, described, connection, self._structured, self._progress, keeps=self))
            except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
                warnings.warn(
                    f"The MCP server {connection.label} describes its tool {described.name!r} in a way that can't be "
                    f"read, so it is left out ({type(error).__name__}: {error}).",
                    stacklevel=2,
                )
        return tools

    def list_resources(self) -> list[types.Resource]:
        """Return the resources of all servers."""
        return [
            resource
            for connection in self._connections
            for resource in _pages(connection, "list its resources", "list_resources", "resources")
        ]

    def read_resource(self, uri: str) -> Any:
        """Return a resource: its text, image or bytes, or a list of these.

        Raises:
            ValueError: No server has it.
        """

        async def read(client: mcp.Client) -> Any:
            return await client.read_resource(uri)

        answer = self._first_to_know(f"read {uri}", read)
        return joined([value_of_resource(content) for content in answer.contents])

    def list_prompts(self) -> list[types.Prompt]:
        """Return the prompts of all servers."""
        return [
            prompt
            for connection in self._connections
            for prompt in _pages(connection, "list its prompts", "list_prompts", "prompts")
        ]

    def get_prompt(self, name: str, arguments: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Return a prompt as messages, each with `role` and `content`.

        Raises:
            ValueError: No server has it.
        """

        async def get(client: mcp.Client) -> Any:
            return await client.get_prompt(name, arguments)

        answer = self._first_to_know(f"get the prompt {name}", get)
        return [{"role": message.role, "content": value_of_block(message.content)} for message in answer.messages]

    def __enter__(self) -> list[Tool]:
        if not self._connected:
            self.connect()
        try:
            return self.get_tools()
        except BaseException:
            self.disconnect()
            raise

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        exc_traceback: TracebackType | None,
    ) -> None:
        self.disconnect(exc_type, exc_value, exc_traceback)

    def _first_to_know(self, what: str, request: Callable[[mcp.Client], Awaitable[T]]) -> T:
        from mcp import MCPError

        refusals = []
        for connection in self._connections:
            try:
                return connection.ask(what, request)
            except MCPError as error:
                refusals.append(f"{connection.label}: {error.error.message}")
        raise ValueError(f"No MCP server can {what}. " + "; ".join(refusals))


def _pages(connection: Connection, what: str, method: str, items: str) -> list[Any]:
    from mcp import MCPError
    from mcp.types import METHOD_NOT_FOUND

    found: list[Any] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page_cursor = cursor

        async def page(client: mcp.Client) -> Any:
            return await getattr(client, method)(cursor=page_cursor, cache_mode="bypass")  # noqa: B023 (called at once)

        try:
            answer = connection.ask(what, page)
        except MCPError as error:
            if error.error.code == METHOD_NOT_FOUND:  # a server need not have tools, resources or prompts
                return found
            raise
        found += getattr(answer, items)
        cursor = answer.next_cursor
        if cursor is None:
            return found
    raise ValueError(f"The MCP server {connection.label} was asked to {what}, and has more than {_MAX_PAGES} pages.")


def _times(given: dict[str, Any]) -> dict[str, float]:
    unknown = sorted(set(given) - set(_TIMES))
    if unknown:
        raise ValueError(f"unknown in adapter_kwargs: {', '.join(unknown)}. Known: {', '.join(_TIMES)}")
    chosen = {name: _TIMES[name] if given.get(name) is None else given[name] for name in _TIMES}
    return {name: value.total_seconds() if isinstance(value, timedelta) else value for name, value in chosen.items()}


def _leave(connections: list[Connection]) -> None:
    """Close connections wherever the garbage collector happens to run: the loop can't wait for itself."""
    if is_loop():
        threading.Thread(target=_close, args=[connections], name="smolagents-mcp-end").start()
    else:
        _close(connections)


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
