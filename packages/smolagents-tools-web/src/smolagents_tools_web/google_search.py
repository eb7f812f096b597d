"""`GoogleSearchTool`: Google's results, through SerpApi or Serper."""

from __future__ import annotations

from typing import Any

from smolagents import Tool

from smolagents_tools_web import endpoints
from smolagents_tools_web.results import markdown, objects, result
from smolagents_tools_web.services import api_key, ask

_KEYS = {"serpapi": "SERPAPI_API_KEY", "serper": "SERPER_API_KEY"}


class GoogleSearchTool(Tool):
    """Search with Google.

    Args:
        provider: "serpapi" (key in SERPAPI_API_KEY) or "serper" (key in SERPER_API_KEY).

    Raises:
        ValueError: There is no such provider, or no key for it.
    """

    name = "web_search"
    description = "Performs a Google web search for a query and returns a string of the top search results."
    inputs = {
        "query": {"type": "string", "description": "The search query to perform."},
        "filter_year": {
            "type": "integer",
            "description": "Optionally restrict the results to a certain year.",
            "nullable": True,
        },
    }
    output_type = "string"

    def __init__(self, provider: str = "serpapi") -> None:
        super().__init__()
        if provider not in _KEYS:
            raise ValueError(f"Unsupported provider: {provider!r}. Known providers: {', '.join(_KEYS)}")
        self.provider = provider
        self._key = api_key(None, _KEYS[provider], f"the provider {provider!r}")

    def forward(self, query: str, filter_year: int | None = None) -> str:
        """Return the results as Markdown.

        Raises:
            ValueError: There are none.
            ServiceError: The provider did not answer as it should.
        """
        search = _serpapi if self.provider == "serpapi" else _serper
        results = search(query, filter_year, self._key)
        if not results:
            year = f" with filtering on year={filter_year}" if filter_year is not None else ""
            advice = " or do not filter on year" if filter_year is not None else ""
            raise ValueError(f"No results found for {query!r}{year}. Use a less restrictive query{advice}.")
        return markdown(results)


def _serpapi(query: str, year: int | None, key: str) -> list[dict[str, str]]:
    params = {"engine": "google", "google_domain": "google.com", "q": query, "api_key": key, **_restriction(year)}
    answer = ask("SerpApi", "GET", endpoints.SERPAPI, params=params, secret=key)
    return _results(objects(answer, "SerpApi", "organic_results"))


def _serper(query: str, year: int | None, key: str) -> list[dict[str, str]]:
    body = {"q": query, **_restriction(year)}
    answer = ask("Serper", "POST", endpoints.SERPER, headers={"X-API-KEY": key}, json=body, secret=key)
    return _results(objects(answer, "Serper", "organic"))


def _restriction(year: int | None) -> dict[str, str]:
    """Return Google's parameter for results of a year."""
    return {} if year is None else {"tbs": f"cdr:1,cd_min:01/01/{year},cd_max:12/31/{year}"}


def _results(items: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        result(
            item.get("title"),
            item.get("link"),
            item.get("snippet"),
            f"Date published: {item['date']}" if item.get("date") else "",
            f"Source: {item['source']}" if item.get("source") else "",
        )
        for item in items
    ]
