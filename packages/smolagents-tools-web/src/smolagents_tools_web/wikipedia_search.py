"""`WikipediaSearchTool`: read an article of Wikipedia."""

from __future__ import annotations

from typing import Any

from smolagents import Tool
from smolagents.utils import truncate_content

from smolagents_tools_web import endpoints
from smolagents_tools_web.results import listed, parsed
from smolagents_tools_web.services import ServiceError, ask

_MAX_CHARACTERS = 40_000
_SUGGESTIONS = 5


class WikipediaSearchTool(Tool):
    """Search Wikipedia and return the article that fits best.

    Args:
        user_agent: Who asks; Wikipedia wants the name of the program and an address to write to.
        language: Language of the Wikipedia, e.g. "en".
        content_type: "text" for the article, "summary" for what stands before its first heading.
        extract_format: "WIKI" for plain text with headings, "HTML" for HTML.

    Raises:
        ValueError: There is no such content type or format.
    """

    name = "wikipedia_search"
    description = "Searches Wikipedia and returns a summary or full text of the given topic, along with the page URL."
    inputs = {"query": {"type": "string", "description": "The topic to search on Wikipedia."}}
    output_type = "string"

    def __init__(
        self,
        user_agent: str = "Smolagents (myemail@example.com)",
        language: str = "en",
        content_type: str = "text",
        extract_format: str = "WIKI",
    ) -> None:
        super().__init__()
        if content_type not in ("summary", "text"):
            raise ValueError(f"Unsupported content_type: {content_type!r}. Known: 'summary', 'text'")
        if extract_format not in ("WIKI", "HTML"):
            raise ValueError(f"Unsupported extract_format: {extract_format!r}. Known: 'WIKI', 'HTML'")
        if not language.replace("-", "").isalnum():
            raise ValueError(f"{language!r} is no language of Wikipedia, such as 'en' or 'zh-yue'")
        self.user_agent = user_agent
        self.language = language
        self.content_type = content_type
        self.extract_format = extract_format

    def forward(self, query: str) -> str:
        """Return the article's title, text and address, and the titles of others that fit.

        Raises:
            ServiceError: Wikipedia did not answer as it should.
        """
        titles = [str(hit.get("title")) for hit in listed(self._ask(**_search(query)), "query", "search")]
        if not titles:
            return f"No Wikipedia page found for '{query}'. Try a different query."
        page = self._page(titles[0])
        text = truncate_content(str(page.get("extract") or "(no text)"), _MAX_CHARACTERS)
        others = f"\n\n**Other pages:** {', '.join(titles[1:])}" if titles[1:] else ""
        return (
            f"✅ **Wikipedia Page:** {page.get('title', titles[0])}\n\n**Content:** {text}\n\n"
            f"🔗 **Read more:** {page.get('fullurl', '')}{others}"
        )

    def _page(self, title: str) -> dict[str, Any]:
        options: dict[str, Any] = {"prop": "extracts|info", "inprop": "url", "redirects": 1, "titles": title}
        if self.content_type == "summary":
            options["exintro"] = 1
        if self.extract_format == "WIKI":
            options |= {"explaintext": 1, "exsectionformat": "wiki"}
        return next(iter(listed(self._ask(**options), "query", "pages")), {})

    def _ask(self, **params: Any) -> dict[str, Any]:
        address = endpoints.WIKIPEDIA.format(language=self.language)
        params |= {"action": "query", "format": "json", "formatversion": 2}
        answer = ask("Wikipedia", "GET", address, params=params, headers={"User-Agent": self.user_agent})
        found = parsed(answer, "Wikipedia")
        if isinstance(found.get("error"), dict):
            raise ServiceError(f"Wikipedia refused the request: {found['error'].get('info')}")
        return found


def _search(query: str) -> dict[str, Any]:
    return {"list": "search", "srsearch": query, "srlimit": _SUGGESTIONS + 1, "srprop": ""}
