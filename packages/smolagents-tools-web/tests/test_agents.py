"""The tools in the hands of agents: in the sandbox, by name on the command line, saved and loaded."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from smolagents import TOOL_MAPPING, CodeAgent, Tool, ToolCallingAgent, load_tool, plugins
from smolagents.cli import main, smolagents_main
from smolagents_testing import FakeWebServer, ScriptedModel, code, tool_call
from smolagents_tools_web import DuckDuckGoSearchTool, VisitWebpageTool, WebSearchTool, WikipediaSearchTool

RESEARCH = """
found = web_search(query="tide")
title = found.split("[")[1].split("]")[0]
page = visit_webpage("{url}/article")
final_answer([title, "Bay of Fundy" in page])
"""


def test_code_agents(web: FakeWebServer, executor_type: str) -> None:
    tools = [WebSearchTool(), VisitWebpageTool(private_hosts=["127.0.0.1"])]
    model = ScriptedModel([code(RESEARCH.format(url=web.url))])
    with CodeAgent(tools, model, executor_type=executor_type, verbosity_level=-1) as agent:
        assert agent.run("What do you find?") == [web.hits[0].title, True]


def test_the_sandbox_gets_no_way_around_the_tool(web: FakeWebServer, executor_type: str) -> None:
    actions = code(f"final_answer(visit_webpage('{web.url}/article'))")
    with CodeAgent(
        [VisitWebpageTool()], ScriptedModel([actions]), executor_type=executor_type, verbosity_level=-1
    ) as agent:
        assert "127.0.0.1 is not on the public Internet" in agent.run("Look around.")
    assert web.requests == []


def test_failed_searches_are_told_to_the_model(web: FakeWebServer, executor_type: str) -> None:
    web.hits = ()
    steps = [code("web_search(query='xyzzy')"), lambda messages: code(f"final_answer({str(messages[-1])!r})")]
    with CodeAgent([WebSearchTool()], ScriptedModel(steps), executor_type=executor_type, verbosity_level=-1) as agent:
        assert "Try a less restrictive or shorter query" in agent.run("Search.")


def test_tool_calling_agents(web: FakeWebServer) -> None:
    calls = [tool_call("web_search", query="tide"), tool_call("wikipedia_search", query="tide")]
    model = ScriptedModel([calls, tool_call("final_answer", answer="done")])
    agent = ToolCallingAgent([WebSearchTool(), WikipediaSearchTool()], model, verbosity_level=-1)
    assert agent.run("Search.") == "done"
    observations = str(agent.memory.steps[1].observations)
    assert "[Spring tide]" in observations
    assert "Wikipedia Page:** Tide" in observations


def test_base_tools_are_there() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agent = CodeAgent(model=ScriptedModel([]), add_base_tools=True, verbosity_level=-1)
    assert type(agent.tools["web_search"]) is DuckDuckGoSearchTool
    assert type(agent.tools["visit_webpage"]) is VisitWebpageTool


def test_names(web: FakeWebServer) -> None:
    import smolagents
    from smolagents.default_tools import WikipediaSearchTool as InDefaultTools

    assert smolagents.WebSearchTool is smolagents.tools.WebSearchTool is WebSearchTool
    assert InDefaultTools is WikipediaSearchTool
    assert TOOL_MAPPING["web_search"] is DuckDuckGoSearchTool
    for name in ("visit_webpage", "web_search", "wikipedia_search"):
        assert load_tool(name).name == name
    for name, owner in plugins.FIRST_PARTY.items():
        if owner == "smolagents-tools-web":
            assert issubclass(plugins.resolve(name), Tool)


def test_saved_agents(web: FakeWebServer, tmp_path: Path) -> None:
    model = ScriptedModel([code("final_answer(web_search(query='tide'))")])
    agent = CodeAgent([WebSearchTool(), VisitWebpageTool(private_hosts=["127.0.0.1"])], model, verbosity_level=-1)
    with pytest.warns(UserWarning, match=r"without its arguments private_hosts \(it is for this machine alone\)"):
        agent.save(tmp_path)
    assert "smolagents-tools-web" in (tmp_path / "requirements.txt").read_text().replace("_", "-").splitlines()
    loaded = CodeAgent.from_folder(tmp_path, model=model, verbosity_level=-1)
    assert "[Spring tide]" in loaded.run("Search.")
    assert "not on the public Internet" in loaded.tools["visit_webpage"](f"{web.url}/article")


def recording(folder: Path, *turns: Any) -> str:
    path = folder / "recording.jsonl"
    path.write_text("".join(json.dumps(turn) + "\n" for turn in turns))
    return f"replay/{path}"


def test_the_command_line_has_them(
    web: FakeWebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model = recording(tmp_path, code("final_answer(web_search(query='tide').count('https://'))"))
    for named in (["--tools", "web_search"], ["--tools", "WebSearchTool"], []):
        assert main(["How many?", *named, "--model", model, "--quiet"]) == 0
        assert capfd.readouterr().out.strip() == "3"
    assert smolagents_main(["tools", "call", "web_search", "query=tide"]) == 0
    assert "\n[Spring tide](https://en.wikipedia.example/wiki/Spring_tide)\n" in capfd.readouterr().out
    assert smolagents_main(["tools", "call", "visit_webpage", f"url={web.url}/article"]) == 0
    assert "is not on the public Internet" in capfd.readouterr().out
    assert smolagents_main(["tools", "call", "wikipedia_search", "qury=tide"]) == 2
    assert "Did you mean query?" in capfd.readouterr().err
    monkeypatch.delenv("SERPAPI_API_KEY")
    assert smolagents_main(["tools", "call", "GoogleSearchTool", "query=tide"]) == 2
    assert "'SERPAPI_API_KEY'" in capfd.readouterr().err
    assert smolagents_main(["tools", "list"]) == 0
    assert "web_search " in capfd.readouterr().out


def test_importing_costs_no_library() -> None:
    import subprocess
    import sys

    program = (
        "import sys, smolagents_tools_web as web; web.WebSearchTool(); web.VisitWebpageTool(); "
        "web.DuckDuckGoSearchTool(); web.WikipediaSearchTool(); "
        "print({'httpx', 'httpcore', 'bs4', 'markdownify', 'pypdf', 'ddgs', 'primp', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
