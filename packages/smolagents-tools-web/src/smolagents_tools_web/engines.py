"""The engines of `WebSearchTool`: each takes a query and a number of results, and returns results."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from smolagents_tools_web import endpoints
from smolagents_tools_web.results import objects, result
from smolagents_tools_web.services import ServiceError, api_key, ask

Results: TypeAlias = list[dict[str, str]]

_EXA_CHARACTERS = 1000
_CHALLENGE = ("anomaly-modal", "anomaly.js")


def duckduckgo(query: str, max_results: int) -> Results:
    """Search with DuckDuckGo's page for small devices; no key is needed."""
    page = ask("DuckDuckGo", "GET", endpoints.DUCKDUCKGO, params={"q": query})
    if any(mark in page for mark in _CHALLENGE):
        raise ServiceError(
            "DuckDuckGo takes us for a robot and answers with a puzzle. Wait some minutes, or use another engine: "
            "WebSearchTool(engine='bing')."
        )
    reader = _LiteReader()
    reader.feed(page)
    reader.close()
    return reader.results[:max_results]


def bing(query: str, max_results: int) -> Results:
    """Search with Bing's RSS feed; no key is needed."""
    feed = ask("Bing", "GET", endpoints.BING, params={"q": query, "format": "rss", "count": max_results})
    if "<!DOCTYPE" in feed[:1000] or "<!ENTITY" in feed:
        raise ServiceError("Bing sent a page in place of a feed. Wait some minutes, or use another engine.")
    try:
        items = list(ElementTree.fromstring(feed).iter("item"))
    except ElementTree.ParseError as error:
        raise ServiceError(f"Bing sent a feed that can't be read: {error}.") from error
    return [
        result(item.findtext("title"), item.findtext("link"), item.findtext("description"))
        for item in items[:max_results]
    ]


def exa(query: str, max_results: int) -> Results:
    """Search with Exa; its key is in the environment variable EXA_API_KEY."""
    key = api_key(None, "EXA_API_KEY", "Exa")
    wanted = {"query": query, "numResults": max_results, "contents": {"text": {"maxCharacters": _EXA_CHARACTERS}}}
    answer = ask("Exa", "POST", endpoints.EXA, headers={"x-api-key": key}, json=wanted, secret=key)
    return [
        result(item.get("title"), item.get("url"), item.get("text"))
        for item in objects(answer, "Exa", "results")[:max_results]
    ]


ENGINES: dict[str, Callable[[str, int], Results]] = {"duckduckgo": duckduckgo, "bing": bing, "exa": exa}


class _LiteReader(HTMLParser):
    """Read the results from the table in which DuckDuckGo shows them: a row for the link, then one for the snippet."""

    def __init__(self) -> None:
        super().__init__()
        self.results: Results = []
        self._part: str | None = None
        self._is_advertisement = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        classes = attributes.get("class", "").split()
        if tag == "tr":
            # All rows of an advertisement are marked, and none of the others.
            self._is_advertisement = "result-sponsored" in classes
        elif self._is_advertisement:
            return
        elif tag == "a" and "result-link" in classes:
            self.results.append({"title": "", "link": _target(attributes.get("href", "")), "description": ""})
            self._part = "title"
        elif tag == "td" and "result-snippet" in classes and self.results:
            self._part = "description"

    def handle_endtag(self, tag: str) -> None:
        if self._part and tag in ("a" if self._part == "title" else "td", "table"):
            self.results[-1][self._part] = " ".join(self.results[-1][self._part].split())
            self._part = None

    def handle_data(self, data: str) -> None:
        if self._part:
            self.results[-1][self._part] += data


def _target(link: str) -> str:
    """Return where a link of DuckDuckGo leads: most go through a page of its own that counts them."""
    parts = urlsplit(link)
    if parts.path == "/l/" and parts.hostname in (None, "duckduckgo.com"):
        return parse_qs(parts.query).get("uddg", [link])[0]
    return f"https:{link}" if link.startswith("//") else link
