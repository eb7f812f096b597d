"""Tools come by name, from the Hub, from an MCP server: through the plugin that brings them, and never untrusted."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents import plugins
from smolagents.default_tools import FinalAnswerTool
from smolagents.errors import MissingPluginError
from smolagents.tools import Tool, ToolCollection, launch_gradio_demo, load_tool

GREETER = textwrap.dedent(
    """
    from smolagents import Tool

    class Greeter(Tool):
        name = "greet"
        description = "Greets."
        inputs = {"person": {"type": "string", "description": "Who"}}
        output_type = "string"

        def __init__(self, greeting="Hello", punctuation="!"):
            super().__init__()
            self.greeting = greeting
            self.punctuation = punctuation

        def forward(self, person):
            return f"{self.greeting} {person}{self.punctuation}"
    """
)

# What the plugins bring, over folders of this machine instead of a server.
PLUGINS = {
    "smolagents-models-hf": """
        from pathlib import Path
        HUB = Path(__file__).parent / "hub"

        def download_tool(repo_id, token, **download):
            revision = download.pop("revision", "main")
            assert not download or set(download) <= {"cache_dir"}, download
            return (HUB / repo_id / revision / "tool.py").read_text()

        def push_tool(tool, repo_id, commit_message, private, token, create_pr):
            tool.save(HUB / repo_id / "main")
            return f"hub:{repo_id}:{commit_message}:{private}:{token}:{create_pr}"

        def collection_spaces(slug, token):
            return [f"{slug}/{folder.name}" for folder in sorted((HUB / slug).iterdir())]

        def tool_from_space(space_id, name, description, api_name, token):
            from smolagents import FinalAnswerTool
            tool = FinalAnswerTool()
            tool.name, tool.description = name, f"{description} at {space_id}{api_name}"
            return tool
        """,
    "smolagents-ui-gradio": """
        served = []

        def launch_gradio_demo(tool):
            served.append(tool)

        def tool_from_gradio(gradio_tool):
            return ("from gradio", gradio_tool)
        """,
    "smolagents-tools-langchain": """
        def tool_from_langchain(langchain_tool):
            return ("from langchain", langchain_tool)
        """,
    "smolagents-tools-mcp": """
        from smolagents import FinalAnswerTool
        events = []

        class MCPClient:
            def __init__(self, server_parameters, adapter_kwargs=None, structured_output=None):
                events.append(("connect", server_parameters, structured_output))

            def __enter__(self):
                return [FinalAnswerTool()]

            def __exit__(self, *exception):
                events.append(("disconnect",))
        """,
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install the plugins; returns the folder in which the Hub lies."""
    site = tmp_path / "site"
    for distribution, source in PLUGINS.items():
        package = distribution.replace("-", "_")
        metadata = site / f"{package}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        entry = "[smolagents.extras]\nMCPClient = smolagents_tools_mcp:MCPClient\n" if "mcp" in distribution else ""
        (metadata / "entry_points.txt").write_text(entry)
        (site / f"{package}.py").write_text(textwrap.dedent(source))
    monkeypatch.syspath_prepend(str(site))
    plugins.refresh()
    yield site / "hub"
    for distribution in PLUGINS:
        sys.modules.pop(distribution.replace("-", "_"), None)
    monkeypatch.undo()
    plugins.refresh()


def publish(hub: Path, repo_id: str, code: str = GREETER, revision: str = "main") -> None:
    folder = hub / repo_id / revision
    folder.mkdir(parents=True)
    (folder / "tool.py").write_text(code)


def test_code_of_the_hub_must_be_trusted(installed: Path) -> None:
    publish(installed, "ada/greeter", "raise SystemExit('ran')")
    for load in (Tool.from_hub, load_tool):
        with pytest.raises(ValueError, match=r"ada/greeter.*`trust_remote_code=True`"):
            load("ada/greeter")
    with pytest.raises(ValueError, match=r"collection ada .*`trust_remote_code=True`"):
        ToolCollection.from_hub("ada")


def test_tool_of_the_hub_gets_its_own_arguments_and_the_download_the_others(installed: Path) -> None:
    publish(installed, "ada/greeter")
    publish(installed, "ada/greeter", GREETER.replace("Hello", "Hi"), revision="v2")
    assert Tool.from_hub("ada/greeter", trust_remote_code=True)("Ada") == "Hello Ada!"
    assert load_tool("ada/greeter", trust_remote_code=True)("Ada") == "Hello Ada!"
    options = {"revision": "v2", "cache_dir": "x", "punctuation": "?"}
    assert load_tool("ada/greeter", trust_remote_code=True, **options)("Ada") == "Hi Ada?"


def test_pushed_tool_can_be_loaded(installed: Path) -> None:
    url = Tool.from_code(GREETER).push_to_hub("ada/new", "First", private=True, token="t", create_pr=True)
    assert url == "hub:ada/new:First:True:t:True"
    assert Tool.from_hub("ada/new", trust_remote_code=True, greeting="Hey")("Ada") == "Hey Ada!"


def test_collection_of_the_hub_is_loaded_tool_by_tool(installed: Path) -> None:
    publish(installed, "ada/a")
    publish(installed, "ada/b", GREETER.replace('"greet"', '"welcome"'))
    collection = ToolCollection.from_hub("ada", trust_remote_code=True)
    assert [tool.name for tool in collection.tools] == ["greet", "welcome"]


def test_tools_of_other_libraries_come_from_their_plugins(installed: Path) -> None:
    space = Tool.from_space("ada/space", "draw", "Draws", api_name="/draw")
    assert (space.name, space.description) == ("draw", "Draws at ada/space/draw")
    gradio: Any = Tool.from_gradio(1)
    langchain: Any = Tool.from_langchain(2)
    assert [gradio, langchain] == [("from gradio", 1), ("from langchain", 2)]
    tool = FinalAnswerTool()
    launch_gradio_demo(tool)
    assert plugins.package("smolagents-ui-gradio").served == [tool]


def test_mcp_server_must_be_trusted_and_is_left_at_the_end(installed: Path) -> None:
    server = {"url": "http://localhost:8000/mcp", "headers": {"Authorization": "Bearer secret"}}
    with pytest.raises(ValueError, match="`trust_remote_code=True`") as refused:
        ToolCollection.from_mcp(server)
    assert "secret" not in str(refused.value)
    events = plugins.package("smolagents-tools-mcp").events
    assert events == []
    with ToolCollection.from_mcp(server, trust_remote_code=True, structured_output=True) as collection:
        assert [tool.name for tool in collection.tools] == ["final_answer"]
        assert events == [("connect", server, True)]
    assert events[1:] == [("disconnect",)]


@pytest.mark.parametrize(
    ("use", "distribution"),
    [
        (lambda tool: tool.push_to_hub("a/b"), "smolagents-models-hf"),
        (lambda tool: Tool.from_hub("a/b", trust_remote_code=True), "smolagents-models-hf"),
        (lambda tool: Tool.from_space("a/b", "draw"), "smolagents-models-hf"),
        (lambda tool: Tool.from_gradio(1), "smolagents-ui-gradio"),
        (lambda tool: Tool.from_langchain(1), "smolagents-tools-langchain"),
        (lambda tool: ToolCollection.from_hub("a", trust_remote_code=True), "smolagents-models-hf"),
        (lambda tool: ToolCollection.from_mcp({}, trust_remote_code=True).__enter__(), "smolagents-tools-mcp"),
        (launch_gradio_demo, "smolagents-ui-gradio"),
        (lambda tool: load_tool("translation"), "smolagents-tools-media"),
        (lambda tool: load_tool("speech_to_text"), "smolagents-tools-audio"),
        (lambda tool: load_tool("web_search"), "smolagents-tools-web"),
    ],
)
def test_missing_plugin_is_named_with_its_command(use: Any, distribution: str) -> None:
    if any(entry.distribution == distribution for entry in plugins.entries()):
        pytest.skip(f"{distribution} is installed here")
    with pytest.raises(MissingPluginError, match=f"pip install {distribution}"):
        use(FinalAnswerTool())


def test_core_tools_are_loaded_by_name() -> None:
    assert isinstance(load_tool("final_answer"), FinalAnswerTool)
    with pytest.raises(ImportError, match="No installed plugin offers the name 'nonsense'"):
        load_tool("nonsense")


def test_plugin_tools_are_names_of_the_module() -> None:
    from smolagents.tools import PythonInterpreterTool

    assert PythonInterpreterTool.name == "python_interpreter"
    if plugins.available("WebSearchTool"):
        from smolagents.tools import WebSearchTool

        assert WebSearchTool.name == "web_search"
    else:
        with pytest.raises(ImportError, match="pip install smolagents-tools-web"):
            from smolagents.tools import WebSearchTool
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        from smolagents.tools import Nothing  # noqa: F401
