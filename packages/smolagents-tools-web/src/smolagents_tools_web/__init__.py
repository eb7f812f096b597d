"""Web search, Wikipedia and web pages as tools."""

from smolagents_tools_web.api_search import ApiWebSearchTool
from smolagents_tools_web.duckduckgo_search import DuckDuckGoSearchTool
from smolagents_tools_web.google_search import GoogleSearchTool
from smolagents_tools_web.visit_webpage import VisitWebpageTool
from smolagents_tools_web.web_search import WebSearchTool
from smolagents_tools_web.wikipedia_search import WikipediaSearchTool

__all__ = [
    "ApiWebSearchTool",
    "DuckDuckGoSearchTool",
    "GoogleSearchTool",
    "VisitWebpageTool",
    "WebSearchTool",
    "WikipediaSearchTool",
]
