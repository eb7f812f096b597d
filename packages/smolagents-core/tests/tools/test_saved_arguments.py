"""A saved tool is made again with the arguments that it was made with; credentials are never written."""

import json
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, PythonInterpreterTool, Tool, load_agent
from smolagents.tools.bundle import get_tools_definition_code
from smolagents_testing import ScriptedModel


class Search(Tool):
    name = "search"
    description = "Tells how it would search."
    inputs = {"query": {"type": "string", "description": "What for."}}
    output_type = "string"

    def __init__(
        self,
        engine: str = "duck",
        limits: dict[str, Any] | None = None,
        *,
        api_key: str | None = None,
        client: Any = None,
        rate: float | None = 1.0,
        **options: Any,
    ) -> None:
        super().__init__()
        self.engine, self.limits, self.api_key, self.rate = engine, limits, api_key, rate
        self.options = options

    def forward(self, query: str) -> str:
        return f"{self.engine} {self.limits} {self.rate} {self.options}"


class Inherited(Search):
    name = "inherited"


class Repeat(Tool):
    name = "repeat"
    description = "Repeats a text."
    inputs = {"text": {"type": "string", "description": "What."}}
    output_type = "string"

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def forward(self, text: str) -> str:
        return text * self.times


class Greedy(Tool):
    name = "greedy"
    description = "Takes what it gets."
    inputs = {}
    output_type = "string"

    def __init__(self, first: str = "", /, *rest: str) -> None:
        super().__init__()

    def forward(self) -> str:
        return ""


def loaded(tool: Tool, **given: Any) -> Tool:
    return Tool.from_dict(json.loads(json.dumps(tool.to_dict())), **given)


@pytest.mark.parametrize(
    "tool",
    [
        Search(),
        Search("bing"),
        Search(engine="b\"i'n\ng"),
        Search("bing", {"pages": [1, 2.5, None, True], "in": {"a": "b"}}, rate=None),
        Search("bing", region="de", safe=False),
        Inherited("bing", limits={}),
    ],
)
def test_plain_arguments_come_back(tool: Search) -> None:
    again = loaded(tool)
    assert again("x") == tool("x")
    assert again.to_dict() == tool.to_dict(), "what was loaded is saved as it was"
    assert loaded(again)("x") == tool("x")


def test_what_is_required_comes_back() -> None:
    assert loaded(Repeat(3))("ab") == loaded(Repeat(times=3))("ab") == "ababab"


def test_nothing_is_written_for_defaults() -> None:
    for tool in (Search(), Search("duck", rate=1.0), Search(limits=None)):
        assert "partialmethod" not in tool.to_dict()["code"]


def test_arguments_at_loading_win() -> None:
    again = loaded(Search("bing", {"a": 1}), engine="exa")
    assert again("x") == "exa {'a': 1} 1.0 {}"
    assert loaded(again)("x") == again("x")
    assert loaded(again).to_dict() == again.to_dict()


def test_credentials_are_named_and_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "tk-0123456789")
    secret = "very-secret"
    for given, name in (
        ({"api_key": secret}, "api_key"),
        ({"limits": {"headers": {"Authorization": secret}}}, "limits"),
        ({"limits": {"headers": ["Bearer sk-very-secret"]}}, "limits"),
        ({"proxy": "http://user:sk-very-secret@proxy.example"}, "proxy"),
        ({"note": "tk-0123456789"}, "note"),
        ({"access_token": secret}, "access_token"),
        ({"key": secret}, "key"),
        ({"bot_token": secret}, "bot_token"),
        ({"serper_key": secret}, "serper_key"),
        ({"privateKey": secret}, "privateKey"),
        ({"cookies": {"session": secret}}, "cookies"),
        ({"url": f"https://api.example/v1?api_key={secret}"}, "url"),
        ({"storage": f"AccountName=me;AccountKey={secret}"}, "storage"),
        ({"certificate": f"-----BEGIN RSA PRIVATE KEY-----\n{secret}"}, "certificate"),
        ({"engine": f"sk-{secret}"}, "engine"),
    ):
        tool = Search(**{"engine": "bing", **given})
        with pytest.warns(UserWarning, match=rf"'search' is saved without its arguments {name} \(a credential\)"):
            code = tool.to_dict()["code"]
        assert secret not in code
        assert "tk-0123456789" not in code
        assert Tool.from_code(code)("x").startswith("duck " if name == "engine" else "bing ")


def test_what_is_no_credential_is_saved() -> None:
    tool = Search(max_tokens=3, api_key_name="MY_API_KEY", sort_key=None, monkey="see", url="https://a?key={key}")
    assert loaded(tool)("x") == tool("x")


def test_what_is_not_plain_is_named() -> None:
    tool = Search("bing", client=object(), when={1: 2}, where=Path("x"))
    expected = r"client \(a object can't be saved\), when \(a dict .*, where \(a PosixPath"
    with pytest.warns(UserWarning, match=expected) as seen:
        code = tool.to_dict()["code"]
    assert len(seen) == 1
    assert Tool.from_code(code)("x") == "bing None 1.0 {}"
    with pytest.raises(ValueError, match=r"found required parameters: times. Values are saved along if they are plain"):
        Repeat(object()).to_dict()  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match=r"/first \(it can't be passed by name\), \*rest \(it can't"):
        Greedy("a", "b").to_dict()
    endless: list[Any] = []
    endless.append(endless)
    tool = Search("bing", **{"class": "x", "endless": endless})
    with pytest.warns(
        UserWarning, match=r"arguments class \(it can't be passed by name\), endless \(it holds itself\)"
    ):
        assert Tool.from_code(tool.to_dict()["code"])("x") == "bing None 1.0 {}"


def test_the_tools_own_changes_are_saved_too() -> None:
    tool = Search("bing")
    tool.description = "Searches with Bing."
    again = loaded(tool)
    assert (again.description, again("x")) == (tool.description, tool("x"))
    assert again.to_dict() == tool.to_dict()


def test_in_an_agents_folder(tmp_path: Path) -> None:
    CodeAgent([Search("bing"), Repeat(2)], ScriptedModel([]), verbosity_level=-1).save(tmp_path)
    agent = load_agent(tmp_path, model=ScriptedModel([]))
    assert agent.tools["search"]("x") == "bing None 1.0 {}"
    assert agent.tools["repeat"]("ab") == "abab"


def test_where_there_is_no_smolagents() -> None:
    namespace: dict[str, Any] = {}
    exec(get_tools_definition_code({"search": Search("bing"), "repeat": Repeat(2)}), namespace)
    assert namespace["search"]("x") == "bing None 1.0 {}"
    assert namespace["repeat"]("ab") == "abab"


def test_a_tool_of_core() -> None:
    tool = PythonInterpreterTool(authorized_imports=["json"], timeout_seconds=5)
    again = loaded(tool)
    assert again.inputs == tool.inputs
    assert again("import json; json.dumps([1])").endswith("Output: [1]")
