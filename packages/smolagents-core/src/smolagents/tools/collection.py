"""Tools that come together: those of an MCP server or of a collection on the Hub."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from smolagents import plugins
from smolagents.tools.base import Tool
from smolagents.tools.sharing import hub


class ToolCollection:
    """Hold several tools.

    Args:
        tools: The tools.
    """

    def __init__(self, tools: list[Tool]) -> None:
        self.tools = tools

    @classmethod
    def from_hub(
        cls, collection_slug: str, token: str | None = None, trust_remote_code: bool = False
    ) -> ToolCollection:
        """Load the tools of all Spaces of a collection on the Hugging Face Hub. Needs smolagents-models-hf.

        A Space that gives no tool is left out with a warning.

        Args:
            collection_slug: Name of the collection.
            token: Access token; None: the one that is logged in.
            trust_remote_code: Run the code of the Spaces here: read it first.

        Raises:
            ValueError: The code is not trusted, or no Space gives a tool.
        """
        if not trust_remote_code:
            raise ValueError(
                f"Loading the collection {collection_slug} from the Hub runs the code of its Spaces on this machine. "
                "Read it (smolagents hub show --code SPACE, for each) and, if you trust it, pass "
                "`trust_remote_code=True`."
            )
        tools, left_out = [], []
        for space in hub().collection_spaces(collection_slug, token):
            try:
                tools.append(Tool.from_hub(space, token, trust_remote_code=True))
            except (Exception, SystemExit) as error:  # strangers' code may fail in any way
                left_out.append(f"{space} ({type(error).__name__}: {' '.join(str(error).split())})")
        if not tools:
            raise ValueError(f"The collection {collection_slug} gives no tools. {'; '.join(left_out)}".rstrip())
        if left_out:
            warnings.warn(f"The collection {collection_slug} is loaded without {'; '.join(left_out)}", stacklevel=2)
        return cls(tools)

    @classmethod
    def from_mcp(
        cls,
        server_parameters: Any,
        trust_remote_code: bool = False,
        structured_output: bool | None = None,
    ) -> AbstractContextManager[ToolCollection]:
        """Connect to an MCP server for the time of a `with` block and give its tools. Needs smolagents-tools-mcp.

        Args:
            server_parameters: How to start the server (`mcp.StdioServerParameters`) or where it is (a dict with `url`).
            trust_remote_code: Start or use the server: it can run any code on its machine, which may be this one.
            structured_output: Give tools the output schema that the server declares.

        Raises:
            ValueError: The server is not trusted.
        """
        if not trust_remote_code:
            # Without the parameters, which may have passwords in them.
            raise ValueError(
                "An MCP server can run any code on its machine, which may be this one. If you trust this one, pass "
                "`trust_remote_code=True`."
            )
        return cls._connected(server_parameters, structured_output)

    @classmethod
    @contextmanager
    def _connected(cls, server_parameters: Any, structured_output: bool | None) -> Iterator[ToolCollection]:
        client = plugins.resolve("MCPClient")
        with client(server_parameters, structured_output=structured_output) as tools:
            yield cls(tools)
