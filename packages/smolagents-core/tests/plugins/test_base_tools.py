"""`add_base_tools=True`: what is installed, and for the rest what to install or to mend; never the end of an agent."""

import json
from typing import Any

import pytest
from smolagents import plugins

PROGRAM = """
import json, warnings
from smolagents import CodeAgent, ToolCallingAgent
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    arguments = {"model": lambda messages: "", "add_base_tools": True, "verbosity_level": -1}
    agents = [cls([], **arguments) for cls in (CodeAgent, ToolCallingAgent)]
print(json.dumps({
    "tools": [[name for name in agent.tools if name != "final_answer"] for agent in agents],
    "said": [str(warning.message) for warning in caught],
    "where": sorted({warning.filename for warning in caught}),
}))
"""
ENTRIES = """
    [smolagents.tools]
    DuckDuckGoSearchTool = smolagents_tools_web:DuckDuckGoSearchTool
    VisitWebpageTool = smolagents_tools_web:VisitWebpageTool
"""
WEB = """
    from smolagents import Tool

    class DuckDuckGoSearchTool(Tool):
        name = "web_search"
        description = "Searches the web."
        inputs = {"query": {"type": "string", "description": "What for."}}
        output_type = "string"

        def forward(self, query):
            return query

    class VisitWebpageTool(DuckDuckGoSearchTool):
        name = "visit_webpage"
"""
CODE, CALLS = [], ["python_interpreter"]


def made(site: Any) -> Any:
    return json.loads(site.output(PROGRAM))


@pytest.mark.skipif(plugins.available("web_search"), reason="smolagents-tools-web is installed here")
def test_without_the_web_tools(site: Any) -> None:
    found = made(site)
    assert found["tools"] == [CODE, CALLS]
    assert len(found["said"]) == 2, "one warning for each agent"
    for text in found["said"]:
        assert "web_search, visit_webpage" in text
        assert text.count("pip install smolagents-tools-web") == 1
    assert found["where"] == ["<string>"], "the warning must point at the program's line"


def test_with_the_web_tools(site: Any) -> None:
    site.add("smolagents-tools-web", ENTRIES, smolagents_tools_web=WEB)
    web = ["web_search", "visit_webpage"]
    assert made(site) == {"tools": [[*CODE, *web], [*CALLS, *web]], "said": [], "where": []}


def test_with_web_tools_that_fail_to_load(site: Any) -> None:
    site.add("smolagents-tools-web", ENTRIES, smolagents_tools_web="raise RuntimeError('half installed')")
    found = made(site)
    assert found["tools"] == [CODE, CALLS]
    assert len(found["said"]) == 2
    for text in found["said"]:
        assert "half installed" in text
        assert "plugins check smolagents-tools-web" in text


def test_with_one_web_tool_that_can_not_be_made(site: Any) -> None:
    broken = WEB + '\n        def __init__(self):\n            raise ValueError("no browser")\n'
    site.add("smolagents-tools-web", ENTRIES, smolagents_tools_web=broken)
    found = made(site)
    assert found["tools"] == [[*CODE, "web_search"], [*CALLS, "web_search"]]
    assert len(found["said"]) == 2
    for text in found["said"]:
        assert "visit_webpage" in text
        assert "ValueError: no browser" in text
