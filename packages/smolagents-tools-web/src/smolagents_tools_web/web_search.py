"""`WebSearchTool`: search the web with one of several engines."""

from __future__ import annotations

from typing import Any

from smolagents import Tool

from smolagents_tools_web.engines import ENGINES, bing, duckduckgo, exa
from smolagents_tools_web.results import markdown


class WebSearchTool(Tool):
    """Search the web.

    Args:
        max_results: How many results to return at most.
        engine: "duckduckgo" and "bing" need no key; "exa" needs the environment variable EXA_API_KEY.

    Raises:
        ValueError: There is no such engine.
    """

    name = "web_search"
    description = "Performs a web search for a query and returns a string of the top search results."
    inputs = {"query": {"type": "string", "description": "The search query to perform."}}
    output_type = "string"

    def __init__(self, max_results: int = 10, engine: str = "duckduckgo") -> None:
        super().__init__()
        if engine not in ENGINES:
            raise ValueError(f"Unsupported engine: {engine!r}. Known engines: {', '.join(ENGINES)}")
        self.max_results = max_results
        self.engine = engine

    def forward(self, query: str) -> str:
        """Return the results as Markdown.

        Raises:
            ValueError: There are none.
            ServiceError: The engine did not answer as it should.
        """
        results = self.search(query)
        if not results:
            raise ValueError(f"No results found for {query!r}. Try a less restrictive or shorter query.")
        return self.parse_results(results)

    def search(self, query: str) -> list[dict[str, str]]:
        """Return the results of the tool's engine: each has `title`, `link` and `description`."""
        return ENGINES[self.engine](query, self.max_results)

    def search_duckduckgo(self, query: str) -> list[dict[str, str]]:
        """Return DuckDuckGo's results."""
        return duckduckgo(query, self.max_results)

    def search_bing(self, query: str) -> list[dict[str, str]]:
        """Return Bing's results."""
        return bing(query, self.max_results)

    def search_exa(self, query: str) -> list[dict[str, str]]:
        """Return Exa's results."""
        return exa(query, self.max_results)

    def parse_results(self, results: list[Any]) -> str:
        """Return results as Markdown."""
        return markdown(results)
