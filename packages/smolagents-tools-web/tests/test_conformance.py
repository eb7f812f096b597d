"""Each tool keeps the promises of every tool."""

from typing import ClassVar

import pytest
from smolagents import Tool
from smolagents_testing import FakeWebServer, ToolConformance
from smolagents_tools_web import (
    ApiWebSearchTool,
    DuckDuckGoSearchTool,
    GoogleSearchTool,
    VisitWebpageTool,
    WebSearchTool,
    WikipediaSearchTool,
)


class OnTheFakeWeb(ToolConformance):
    call_arguments = {"query": "tide"}
    web: ClassVar[FakeWebServer]

    @pytest.fixture(autouse=True)
    def here(self, web: FakeWebServer) -> None:
        type(self).web = web


class TestWebSearchTool(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return WebSearchTool()


class TestWebSearchToolWithBing(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return WebSearchTool(engine="bing")


class TestWebSearchToolWithExa(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return WebSearchTool(engine="exa")


class TestDuckDuckGoSearchTool(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return DuckDuckGoSearchTool(rate_limit=None)


class TestGoogleSearchTool(OnTheFakeWeb):
    call_arguments = {"query": "tide", "filter_year": 2025}

    def make_tool(self) -> Tool:
        return GoogleSearchTool()


class TestGoogleSearchToolWithSerper(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return GoogleSearchTool("serper")


class TestApiWebSearchTool(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return ApiWebSearchTool(rate_limit=None)


class TestWikipediaSearchTool(OnTheFakeWeb):
    def make_tool(self) -> Tool:
        return WikipediaSearchTool()


class TestVisitWebpageTool(OnTheFakeWeb):
    call_arguments = {"url": "http://127.0.0.1:9/"}  # refused, which is a text as well

    def make_tool(self) -> Tool:
        return VisitWebpageTool()
