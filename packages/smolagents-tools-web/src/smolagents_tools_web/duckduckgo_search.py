"""`DuckDuckGoSearchTool`: search the web through the library `ddgs`."""

from __future__ import annotations

from typing import Any

from smolagents import Tool
from smolagents.models.retry import RateLimiter

from smolagents_tools_web.results import markdown, result
from smolagents_tools_web.services import ServiceError


class DuckDuckGoSearchTool(Tool):
    """Search the web through `ddgs`, which asks DuckDuckGo and other engines; no key is needed.

    Args:
        max_results: How many results to return at most.
        rate_limit: How many searches a second there may be; None or 0 sets no limit.
        **kwargs: Arguments of `ddgs.DDGS`: `timeout` (seconds), `proxy`, `verify`.
    """

    name = "web_search"
    description = (
        "Performs a web search for a query and returns a string of the top search results, as Markdown with titles, "
        "links and descriptions."
    )
    inputs = {"query": {"type": "string", "description": "The search query to perform."}}
    output_type = "string"

    def __init__(self, max_results: int = 10, rate_limit: float | None = 1.0, **kwargs: Any) -> None:
        super().__init__()
        self.max_results = max_results
        self.rate_limit = rate_limit
        self._limiter = RateLimiter(60 * rate_limit if rate_limit else None)
        self._options = kwargs

    def setup(self) -> None:
        """Make the client, which keeps its connections."""
        from ddgs import DDGS

        self.ddgs = DDGS(**self._options)
        super().setup()

    def forward(self, query: str) -> str:
        """Return the results as Markdown.

        Raises:
            ValueError: There are none.
            ServiceError: No engine answered.
        """
        from ddgs.exceptions import DDGSException, TimeoutException

        self._limiter.throttle()
        try:
            found = self.ddgs.text(query, max_results=self.max_results)
        except TimeoutException as error:
            raise ServiceError("No search engine answered in time. Try again later.") from error
        except DDGSException as error:
            if "No results found" not in str(error):
                raise ServiceError(f"The search failed: {error}") from error
            found = []
        if not found:
            raise ValueError(f"No results found for {query!r}. Try a less restrictive or shorter query.")
        return markdown(result(item.get("title"), item.get("href"), item.get("body")) for item in found)
