"""`ApiWebSearchTool`: any search service that answers a GET request with JSON; Brave, if no other is named."""

from __future__ import annotations

from typing import Any

from smolagents import Tool
from smolagents.models.retry import RateLimiter

from smolagents_tools_web import endpoints
from smolagents_tools_web.results import listed, markdown, parsed, result
from smolagents_tools_web.services import api_key as key_of, ask


class ApiWebSearchTool(Tool):
    """Search the web with the API of Brave, or with another one: a subclass may override `extract_results`.

    Args:
        endpoint: Address of the API; empty: Brave's.
        api_key: Key of the API; empty: the one in the environment.
        api_key_name: Environment variable that has the key; empty: BRAVE_API_KEY.
        headers: Headers of every request; None: the key as Brave wants it, in `X-Subscription-Token`.
        params: Parameters of every request besides the query `q`; None: `{"count": 10}`.
        rate_limit: How many searches a second there may be; None or 0 sets no limit.

    Raises:
        ValueError: There is no key.
    """

    name = "web_search"
    description = (
        "Performs a web search for a query and returns a string of the top search results, as Markdown with titles, "
        "URLs and descriptions."
    )
    inputs = {"query": {"type": "string", "description": "The search query to perform."}}
    output_type = "string"

    def __init__(
        self,
        endpoint: str = "",
        api_key: str = "",
        api_key_name: str = "",
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        rate_limit: float | None = 1.0,
    ) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.api_key_name = api_key_name or "BRAVE_API_KEY"
        self._key = key_of(api_key, self.api_key_name, "the search API")
        self._headers = {"X-Subscription-Token": self._key} if headers is None else headers
        self.params = {"count": 10} if params is None else params
        self.rate_limit = rate_limit
        self._limiter = RateLimiter(60 * rate_limit if rate_limit else None)

    def forward(self, query: str) -> str:
        """Return the results as Markdown.

        Raises:
            ServiceError: The API did not answer as it should.
        """
        self._limiter.throttle()
        address = self.endpoint or endpoints.BRAVE
        params = {**self.params, "q": query}
        answer = ask("The search API", "GET", address, params=params, headers=self._headers, secret=self._key)
        return self.format_markdown(self.extract_results(parsed(answer, "The search API")))

    def extract_results(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the results in an answer of the API: each has `title`, `url` and `description`."""
        found = []
        for item in listed(data, "web", "results"):
            made = result(item.get("title"), item.get("url"), item.get("description"))
            found.append({"title": made["title"], "url": made["link"], "description": made["description"]})
        return found

    def format_markdown(self, results: list[dict[str, Any]]) -> str:
        """Return results as Markdown."""
        if not results:
            return "No results found."
        return markdown({**item, "link": item["url"]} for item in results)
