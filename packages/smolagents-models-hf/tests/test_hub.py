"""Tools and agents go to the Hub and come back; a look at them runs nothing."""

import json
from typing import Any

import huggingface_hub
import pytest
import yaml
from smolagents import CodeAgent, Tool, ToolCallingAgent, ToolCollection, load_agent, load_tool, push_to_hub, tool
from smolagents_models_hf import InferenceClientModel
from smolagents_testing import FakeHubServer
from smolagents_testing.openai_server import Failure


class Greet(Tool):
    name = "greet"
    description = "Greets somebody."
    inputs = {"who": {"type": "string", "description": "Whom."}}
    output_type = "string"

    def forward(self, who: str) -> str:
        import yaml  # a package that is no part of Python

        return yaml.safe_load(f"Hello, {who}!")


def text(server: FakeHubServer, path: str, repo_id: str = "me/greet") -> str:
    return server.space(repo_id).files[path].decode()


def card(server: FakeHubServer, repo_id: str) -> dict[str, Any]:
    return yaml.safe_load(text(server, "README.md", repo_id).split("---")[1])


def an_agent() -> CodeAgent:
    model = InferenceClientModel("org/model", provider="novita")
    helper = ToolCallingAgent([Greet()], model, name="helper", description="It helps.", verbosity_level=-1)
    return CodeAgent(
        [Greet()], model, managed_agents=[helper], additional_authorized_imports=["yaml"], verbosity_level=-1
    )


def test_a_tool_goes_to_the_hub_and_comes_back(server: FakeHubServer) -> None:
    commit = Greet().push_to_hub("me/greet", commit_message="Here it is")
    assert commit.startswith(f"{server.url}/spaces/me/greet")
    assert server.space("me/greet").at("main").summary == "Here it is"
    assert text(server, "requirements.txt").split() == ["pyyaml", "smolagents-core", "smolagents-ui-gradio"]
    assert "launch_gradio_demo" in text(server, "app.py")
    assert card(server, "me/greet")["tags"] == ["smolagents", "tool"]
    assert card(server, "me/greet")["sdk"] == "gradio"
    loaded = load_tool("me/greet", trust_remote_code=True)
    assert loaded("Ada") == "Hello, Ada!"
    assert "smolagents.tools.base" not in text(server, "tool.py"), "other versions have no such module"
    assert Tool.from_hub("me/greet", trust_remote_code=True).name == "greet"


def test_an_agent_goes_to_the_hub_and_comes_back(server: FakeHubServer) -> None:
    an_agent().push_to_hub("me/agent")
    assert card(server, "me/agent")["tags"] == ["smolagents", "agent"]
    wanted = text(server, "requirements.txt", "me/agent").split()
    assert {"smolagents-core", "smolagents-models-hf", "smolagents-ui-gradio", "pyyaml"} <= set(wanted)
    assert not [path for path, code in server.space("me/agent").files.items() if b"smolagents.tools.base" in code]
    assert server.token not in "".join(map(str, server.space("me/agent").files.values()))
    for loaded in (
        load_agent("me/agent", trust_remote_code=True),
        CodeAgent.from_hub("me/agent", trust_remote_code=True, max_steps=3),
    ):
        assert isinstance(loaded, CodeAgent)
        assert loaded.model.provider == "novita"
        assert "yaml" in loaded.authorized_imports
        assert loaded.managed_agents["helper"].tools["greet"]("Ada") == "Hello, Ada!"
    assert loaded.max_steps == 3


def test_a_second_push_keeps_what_people_wrote_on_the_page(server: FakeHubServer) -> None:
    page = "---\ntitle: Mine\nsdk: gradio\ntags:\n- fun\n- tool\nx-own: 1\n---\nMy own words: £ 5.\n"
    server.add("me/greet", {"README.md": page, "data.bin": b"\0" * 100})
    push_to_hub(Greet(), "me/greet")
    assert card(server, "me/greet") == {
        "title": "Mine",
        "sdk": "gradio",
        "tags": ["fun", "tool", "smolagents"],
        "x-own": 1,
    }
    assert text(server, "README.md").endswith("---\nMy own words: £ 5.\n")
    assert "data.bin" in server.space("me/greet").files


def test_a_space_without_page_gets_one(server: FakeHubServer) -> None:
    server.add("me/greet", {"old.txt": "x"})
    Greet().push_to_hub("me/greet")
    assert card(server, "me/greet")["sdk"] == "gradio"


def test_pushes_can_be_private_and_proposed(server: FakeHubServer) -> None:
    Greet().push_to_hub("me/secret", private=True)
    assert server.space("me/secret").private
    server.add("you/greet", {"README.md": "---\nsdk: gradio\n---\n"})
    commit: Any = push_to_hub(Greet(), repo_id="you/greet", token=server.token, create_pr=True)
    assert commit.pr_url == f"{server.url}/spaces/you/greet/discussions/1"
    assert "tool.py" not in server.space("you/greet").files
    loaded = load_tool("you/greet", revision="refs/pr/1", trust_remote_code=True)
    assert loaded("Ada") == "Hello, Ada!"


def test_what_can_not_be_saved_leaves_nothing_on_the_hub(server: FakeHubServer) -> None:
    outside = "Hello"

    @tool
    def greet(who: str) -> str:
        """Greets.

        Args:
            who: Whom.
        """
        return f"{outside}, {who}!"

    with pytest.raises(ValueError, match="outside"):
        push_to_hub(greet, "me/greet")
    assert server.repositories == {}
    with pytest.raises(TypeError, match="not a int"):
        push_to_hub(3, "me/greet")


def test_code_is_not_run_without_trust(server: FakeHubServer) -> None:
    server.add("you/bad", {"tool.py": "raise SystemExit('ran')"})
    server.collections["you/all-1"] = [("space", "you/bad")]
    for load in (load_tool, Tool.from_hub, load_agent, CodeAgent.from_hub, ToolCollection.from_hub):
        with pytest.raises(ValueError, match=r"(?s)you/.*trust_remote_code=True"):
            load("you/all-1" if load == ToolCollection.from_hub else "you/bad")
    assert server.requests == []


def test_revisions_are_kept(server: FakeHubServer) -> None:
    Greet().push_to_hub("me/greet")
    first = server.space("me/greet").branches["main"]
    server.add("me/greet", {"tool.py": text(server, "tool.py").replace("Hello", "Bye")})
    assert load_tool("me/greet", trust_remote_code=True)("Ada") == "Bye, Ada!"
    assert load_tool("me/greet", revision=first, trust_remote_code=True)("Ada") == "Hello, Ada!"
    with pytest.raises(huggingface_hub.errors.RevisionNotFoundError, match="no such revision"):
        load_tool("me/greet", revision="other", trust_remote_code=True)


def test_collections_give_their_tools(server: FakeHubServer) -> None:
    Greet().push_to_hub("me/greet")
    server.collections["me/all-1"] = [("space", "me/greet"), ("model", "some/model")]
    (loaded,) = ToolCollection.from_hub("me/all-1", trust_remote_code=True).tools
    assert loaded("Ada") == "Hello, Ada!"
    with pytest.raises(Exception, match="There is no collection 'me/none-1'"):
        ToolCollection.from_hub("me/none-1", trust_remote_code=True)


def test_one_bad_space_does_not_cost_the_collection(server: FakeHubServer) -> None:
    Greet().push_to_hub("me/greet")
    bad = {"you/exits": "raise SystemExit('gone')", "you/needs": "import no_such_package", "you/empty": "x = 1"}
    for repo_id, code in bad.items():
        server.add(repo_id, {"tool.py": code})
    server.add("you/app", {"app.py": ""})
    names = ["you/exits", "you/needs", "me/greet", "you/empty", "you/app", "you/none"]
    server.collections["me/all-1"] = [("space", name) for name in names]
    with pytest.warns(UserWarning, match="me/all-1 is loaded without ") as caught:
        (loaded,) = ToolCollection.from_hub("me/all-1", trust_remote_code=True).tools
    assert loaded("Ada") == "Hello, Ada!"
    (warning,) = caught
    assert warning.filename == __file__
    for said in ("you/exits (SystemExit: gone)", "pip install no_such_package", "you/empty (", "you/app holds no tool"):
        assert said in str(warning.message)
    server.collections["me/bad-1"] = [("space", "you/exits")]
    with pytest.raises(ValueError, match=r"me/bad-1 gives no tools. you/exits \(SystemExit: gone\)"):
        ToolCollection.from_hub("me/bad-1", trust_remote_code=True)


def test_private_collections_need_the_token(server: FakeHubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    Greet().push_to_hub("me/secret", private=True)
    server.collections["me/all-1"] = [("space", "me/secret")]
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ValueError, match=r"no tools. me/secret .*set HF_TOKEN"):
        ToolCollection.from_hub("me/all-1", trust_remote_code=True)
    (loaded,) = ToolCollection.from_hub("me/all-1", server.token, trust_remote_code=True).tools
    assert loaded("Ada") == "Hello, Ada!"


def test_an_agents_revision_is_kept(server: FakeHubServer) -> None:
    an_agent().push_to_hub("me/agent")
    first = server.space("me/agent").branches["main"]
    files = dict(server.space("me/agent").files)
    tools = {path: code for path, code in files.items() if path.endswith("greet.py")}
    assert len(tools) == 2
    server.add("me/agent", {**files, **{path: code.replace(b"Hello", b"Bye") for path, code in tools.items()}})
    for revision, greeting in ((None, "Bye, Ada!"), (first, "Hello, Ada!"), ("main", "Bye, Ada!")):
        agent = load_agent("me/agent", revision=revision, trust_remote_code=True)
        assert agent.tools["greet"]("Ada") == agent.managed_agents["helper"].tools["greet"]("Ada") == greeting
    with pytest.raises(huggingface_hub.errors.RevisionNotFoundError, match="no such revision"):
        CodeAgent.from_hub("me/agent", revision="0" * 40, trust_remote_code=True)


def test_agents_with_tools_of_the_hub(server: FakeHubServer) -> None:
    Greet().push_to_hub("me/greet")
    tools = [load_tool("me/greet", trust_remote_code=True)]
    CodeAgent(tools, InferenceClientModel("org/model"), verbosity_level=-1).push_to_hub("me/agent")
    again = load_agent("me/agent", trust_remote_code=True)
    assert again.tools["greet"]("Ada") == "Hello, Ada!"
    assert text(server, "tools/greet.py", "me/agent") == text(server, "tool.py")


def test_agents_with_tools_that_live_elsewhere_are_not_pushed(server: FakeHubServer) -> None:
    class Elsewhere(Greet):
        serializable = False  # as those of MCP servers and Spaces are

    agent = CodeAgent([Elsewhere()], InferenceClientModel("org/model"), verbosity_level=-1)
    with pytest.raises(ValueError, match=r"Cannot save the tool 'greet'.*from_space.*MCP.*Make it again from there"):
        agent.push_to_hub("me/agent")
    assert server.repositories == {}


def test_a_tools_arguments_go_to_the_hub_and_come_back(server: FakeHubServer) -> None:
    class Choose(Greet):
        name = "choose"

        def __init__(self, greeting: str = "Hi", api_key: str = "") -> None:
            super().__init__()
            self.greeting = greeting

        def forward(self, who: str) -> str:
            return f"{self.greeting}, {who}!"

    with pytest.warns(UserWarning, match=r"without its arguments api_key \(a credential\)"):
        Choose("Moin", api_key="sk-0123").push_to_hub("me/choose")
    assert "sk-0123" not in str(dict(server.space("me/choose").files))
    assert load_tool("me/choose", trust_remote_code=True)("Ada") == "Moin, Ada!"
    assert load_tool("me/choose", greeting="Hej", trust_remote_code=True)("Ada") == "Hej, Ada!"


def test_requirements_name_the_distributions_of_plugins(server: FakeHubServer) -> None:
    web = pytest.importorskip("smolagents_tools_web")
    agent = CodeAgent([web.WebSearchTool(engine="bing")], InferenceClientModel("org/model"), verbosity_level=-1)
    agent.push_to_hub("me/agent")
    wanted = ["smolagents-core", "smolagents-models-hf", "smolagents-tools-web", "smolagents-ui-gradio"]
    assert text(server, "requirements.txt", "me/agent").split() == wanted
    assert load_agent("me/agent", trust_remote_code=True).tools["web_search"].engine == "bing"


def test_private_spaces_need_the_token(server: FakeHubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    Greet().push_to_hub("me/secret", private=True)
    monkeypatch.delenv("HF_TOKEN")
    for load in (load_tool, load_agent):
        with pytest.raises(Exception, match=r"no Space 'me/secret' that you may see.*set HF_TOKEN.*hf auth login"):
            load("me/secret", trust_remote_code=True)
    assert load_tool("me/secret", token=server.token, trust_remote_code=True)("Ada") == "Hello, Ada!"
    with pytest.raises(Exception, match="access token: set HF_TOKEN"):
        Greet().push_to_hub("me/greet")


@pytest.mark.parametrize("token", ["hf_wrong0123456789"])
def test_wrong_tokens_are_explained_and_not_shown(server: FakeHubServer, token: str) -> None:
    with pytest.raises(Exception, match=r"401.*Invalid credentials.*settings/tokens") as caught:
        Greet().push_to_hub("me/greet", token=token)
    assert token not in repr(caught.value)


def test_what_is_no_tool_or_agent_is_told(server: FakeHubServer) -> None:
    server.add("you/app", {"app.py": "print()"})
    server.add("you/gated", {"tool.py": "print()"}, gated=True)
    with pytest.raises(ValueError, match=r"you/app holds no tool: it has no tool.py"):
        load_tool("you/app", trust_remote_code=True)
    with pytest.raises(ValueError, match=r"you/app holds no agent: it has no agent.json"):
        load_agent("you/app", trust_remote_code=True)
    with pytest.raises(Exception, match=r"Accept its terms at https://huggingface.co/spaces/you/gated"):
        load_tool("you/gated", trust_remote_code=True)
    with pytest.raises(Exception, match=r"403.*right to write to you/new"):
        Greet().push_to_hub("you/new")
    server.fail("/commit/", Failure(413, "Too big."))
    with pytest.raises(Exception, match="413: Too big"):
        Greet().push_to_hub("me/greet")


def test_what_was_loaded_can_be_pushed_again(server: FakeHubServer) -> None:
    an_agent().push_to_hub("me/agent")
    loaded = load_agent("me/agent", trust_remote_code=True)
    loaded.push_to_hub("me/again")
    first, second = (dict(server.space(name).files) for name in ("me/agent", "me/again"))
    del first["README.md"], second["README.md"]
    assert first == second


def test_a_hub_that_does_not_answer_is_no_empty_space(server: FakeHubServer) -> None:
    server.add("me/greet", {"README.md": "---\nsdk: docker\n---\n", "tool.py": "x"})
    before = server.space("me/greet").branches["main"]
    server.fail("/resolve/main/README.md", Failure(451, "Not today."))
    with pytest.raises(Exception, match=r"(?i)hub.*(connection|not today)"):
        Greet().push_to_hub("me/greet")
    assert server.space("me/greet").branches["main"] == before
    server.fail("/resolve/main/tool.py", Failure(451, "Not today."))
    with pytest.raises(Exception, match=r"(?i)hub.*(connection|not today)"):
        load_tool("me/greet", trust_remote_code=True)


UPSTREAM_TOOL = """from typing import Any, Optional
from smolagents.tools import Tool

class Shout(Tool):
    name = "shout"
    description = "Shouts."
    inputs = {'text': {'type': 'string', 'description': 'What.'}}
    output_type = "string"

    def forward(self, text: str) -> str:
        return text.upper()

    def __init__(self, *args, **kwargs):
        self.is_initialized = False
"""


def test_what_smolagents_1_26_saved_loads(server: FakeHubServer) -> None:
    described = {
        "tools": ["shout"],
        "model": {"class": "HfApiModel", "data": {"last_input_token_count": None, "model_id": "org/model"}},
        "managed_agents": {},
        "prompt_templates": {},
        "max_steps": 7,
        "verbosity_level": -1,
        "grammar": None,
        "planning_interval": None,
        "name": None,
        "description": None,
        "requirements": ["smolagents"],
        "authorized_imports": ["math"],
        "executor_type": "local",
        "executor_kwargs": {},
        "max_print_outputs_length": None,
    }
    files = {"agent.json": json.dumps(described), "tools/shout.py": UPSTREAM_TOOL, "tool.py": UPSTREAM_TOOL}
    server.add("you/old", files)
    assert load_tool("you/old", trust_remote_code=True)("hi") == "HI"
    with pytest.warns(DeprecationWarning, match="InferenceClientModel"):
        agent = CodeAgent.from_hub("you/old", trust_remote_code=True)
    assert (agent.tools["shout"]("hi"), agent.max_steps, agent.model.model_id) == ("HI", 7, "org/model")
