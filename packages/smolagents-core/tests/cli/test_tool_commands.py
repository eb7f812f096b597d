"""`smolagents tools`: what is there and what is not, and calls without a model."""

import json
from typing import Any

import pytest
from smolagents import plugins

TOOLS = """
from PIL import Image
from smolagents import Tool, tool

class RepeatTool(Tool):
    name = "repeat"
    description = "Repeats a text a number of times."
    inputs = {
        "text": {"type": "string", "description": "The text."},
        "times": {"type": "integer", "description": "How often.", "nullable": True},
        "mode": {"type": "string", "description": "How.", "enum": ["plain", "loud"], "nullable": True},
    }
    output_type = "string"

    def forward(self, text, times=None, mode=None):
        return (text.upper() if mode == "loud" else text) * (2 if times is None else times)

class ShowTool(Tool):
    name = "show"
    description = "Returns its arguments as they come."
    inputs = {
        "anything": {"type": "any", "description": "Anything.", "nullable": True},
        "number": {"type": "number", "description": "A number.", "nullable": True},
        "flag": {"type": "boolean", "description": "A flag.", "nullable": True},
        "items": {"type": "array", "description": "Some things.", "nullable": True},
        "either": {"type": ["string", "integer"], "description": "Either.", "nullable": True},
        "picture": {"type": "image", "description": "A picture.", "nullable": True},
    }
    output_type = "object"

    def forward(self, anything=None, number=None, flag=None, items=None, either=None, picture=None):
        return {"anything": anything, "number": number, "flag": flag, "items": items, "either": either,
                "picture": picture and picture.size}

class PaintTool(Tool):
    name = "paint"
    description = "Paints a red picture."
    inputs = {}
    output_type = "image"

    def forward(self):
        return Image.new("RGB", (2, 3), "red")

@tool
async def later(text: str) -> str:
    "Returns a text later.\\n\\nArgs:\\n    text: The text."
    return text + ", later"

class FailTool(Tool):
    name = "fail"
    description = "Fails with a secret."
    inputs = {}
    output_type = "string"

    def forward(self):
        raise RuntimeError("no luck\\nwith key sk-0123456789")

class KeyedTool(Tool):
    name = "keyed"
    description = "Needs a key when it is made."
    inputs = {}
    output_type = "string"

    def __init__(self, key, *, region, language="en"):
        super().__init__()

    def forward(self):
        return ""

class HearTool(Tool):
    name = "hear"
    description = "Tells what it was given."
    inputs = {
        "sound": {"type": "audio", "description": "A sound.", "nullable": True},
        "either": {"type": ["string", "audio"], "description": "A sound, or its name.", "nullable": True},
    }
    output_type = "string"

    def __call__(self, *args, **kwargs):  # to see what comes, which is decoded before it gets to `forward`
        return " ".join(f"{kwargs[name]!r}" for name in self.inputs if name in kwargs)

    def forward(self, sound=None, either=None):
        return ""

class HeavyTool(Tool):
    name = "heavy"
    description = "Needs a library that is not here."
    inputs = {}
    output_type = "string"

    def __init__(self):
        raise ImportError("heavy needs torch: pip install 'acme-tools[heavy]'")

    def forward(self):
        return ""
"""
NAMES = {"repeat": "RepeatTool", "show": "ShowTool", "paint": "PaintTool", "fail": "FailTool", "later": "later"}
NAMES |= {"keyed": "KeyedTool", "hear": "HearTool", "heavy": "HeavyTool"}


@pytest.fixture
def tools(shell: Any) -> Any:
    lines = [f"{name} = acme_tools:{attribute}" for name, attribute in NAMES.items()]
    shell.install("acme-tools", "\n".join(["[smolagents.tools]", *lines]), acme_tools=TOOLS)
    return lambda *arguments, **env: shell.smolagents("tools", *arguments, **env)


def test_what_there_is(tools: Any) -> None:
    done = tools("list")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert rows[0] == ["NAME", "FROM", "STATE"]
    for name in ("final_answer", "python_interpreter", "user_input"):
        assert [name, "smolagents-core", "installed"] in rows
    assert ["repeat", "acme-tools", "installed"] in rows
    missing = ["speech_to_text", "smolagents-tools-audio", "pip install smolagents-tools-audio"]
    if not plugins.available("speech_to_text"):
        assert missing in rows
    states = [row[2] == "installed" for row in rows[1:]]
    assert states == sorted(states, reverse=True)
    assert len({row[0] for row in rows}) == len(rows)
    listed = json.loads(tools("list", "--json").stdout)
    assert {"name": "repeat", "from": "acme-tools", "installed": True} in listed
    assert [[tool["name"], tool["from"]] for tool in listed] == [row[:2] for row in rows[1:]]


def test_listing_imports_no_plugin(shell: Any) -> None:
    shell.install("acme-bad", "[smolagents.tools]\nbad = acme_bad:BadTool\n", acme_bad="raise RuntimeError('loaded')")
    done = shell.smolagents("tools", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert "bad  " in done.stdout


def test_what_is_switched_off_is_not_missing(shell: Any) -> None:
    shell.install("smolagents-tools-audio", "[smolagents.tools]\ntranscriber = acme_audio:Transcriber\n")
    done = shell.smolagents("tools", "list", SMOLAGENTS_DISABLE_PLUGINS="1")
    assert "smolagents-tools-audio" not in done.stdout
    assert "python_interpreter" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["repeat", "text=ab"], "abab\n"),
        (["repeat", "text=a=b", "times=1"], "a=b\n"),
        (["repeat", "text=7", "times=3", "mode=loud"], "777\n"),
        (["repeat", "text=", "times=null"], "\n"),
        (["repeat", "text=ä"], "ää\n"),
        (["later", "text=Yes"], "Yes, later\n"),
        (["repeat", "text=a", "--json"], '"aa"\n'),
        (["python_interpreter", "code=print(1)\n2 + 3"], "Stdout:\n1\n\nOutput: 5\n"),
        (["PythonInterpreterTool", "code=1"], "Stdout:\n\nOutput: 1\n"),
        (["final_answer", "answer=[1, 2]"], "[\n  1,\n  2\n]\n"),
        (["final_answer", "answer=done"], "done\n"),
        (["FinalAnswerTool", "answer=3"], "3\n"),
        (["hear", "sound=https://a.example/b.wav"], "<AgentAudio https://a.example/b.wav>\n"),
        (["hear", "either=bird"], "'bird'\n"),
        (["hear", f"either={'bird' * 100}"], f"'{'bird' * 100}'\n"),
    ],
)
def test_calls(tools: Any, arguments: list[str], printed: str) -> None:
    done = tools("call", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")


def test_arguments_become_what_the_inputs_are(tools: Any, shell: Any) -> None:
    picture = tools("call", "paint").stdout.strip()
    given = ['anything={"a": null}', "number=3", "flag=true", 'items=["x", 1.5]', "either=seven", f"picture={picture}"]
    done = tools("call", "show", *given)
    assert done.stderr == ""
    expected = {"anything": {"a": None}, "number": 3, "flag": True, "items": ["x", 1.5], "either": "seven"}
    assert json.loads(done.stdout) == {**expected, "picture": [2, 3]}
    assert json.loads(tools("call", "show", "flag=False", "anything=True").stdout)["flag"] is False
    done = tools("call", "show", "anything=no json", "either=7")
    assert {key: value for key, value in json.loads(done.stdout).items() if value is not None} == {
        "anything": "no json",
        "either": 7,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web_serch", "query=x"], "unknown tool 'web_serch'. Did you mean web_search?"),
        (["speech_to_text"], "Install it with: pip install smolagents-tools-audio"),
        (["user/space"], "Install it with: pip install smolagents-models-hf"),
        (["repeat"], "Argument text is required. Inputs: text (string), times (integer, optional)"),
        (["repeat", "hello"], "'hello' is no argument: write text='hello'."),
        (["repeat", "https://a.example/?b=c"], "is no argument: write text='https://a.example/?b=c'."),
        (["repeat", "txt=a"], "repeat has no input 'txt'. Did you mean text? Inputs: "),
        (["repeat", "text=a", "text=b"], "text is given twice"),
        (["repeat", "text=a", "times=many"], "times must be integer, written as JSON, and 'many' is none"),
        (["repeat", "text=a", "times=1.5"], "Argument times has type 'number' but should be 'integer'."),
        (["repeat", "text=a", "mode=lout"], "mode must be one of plain, loud, not 'lout'. Did you mean loud?"),
        (["paint", "x=1"], "paint has no input 'x'. paint takes no arguments"),
        (["show", "items=3"], "Argument items has type 'integer' but should be 'array'"),
        (["show", "picture=none.png"], "picture must be a file or a URL, and 'none.png' is neither"),
        (["show", "picture=."], "picture must be a file or a URL"),
        (["show", "picture=words.txt"], "picture: words.txt can't be read: Not an image"),
        (["show", "flag=yes"], "flag must be boolean, written as JSON"),
        (["hear", "sound=none.wav"], "sound must be a file or a URL, and 'none.wav' is neither"),
        (["final_answer"], "Argument answer is required. Inputs: answer (any)"),
        (["keyed"], "needs arguments, so it is for Python alone: keyed(key=…, region=…)"),
        (["heavy"], "the tool heavy can't be used: heavy needs torch: pip install 'acme-tools[heavy]'"),
    ],
)
def test_bad_usage(tools: Any, shell: Any, arguments: list[str], said: str) -> None:
    (shell.folder / "words.txt").write_text("words")
    done = tools("call", *arguments)
    if "tools-audio" in said and plugins.available("speech_to_text"):
        pytest.skip("it is installed here")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("smolagents tools: error: ")
    assert done.stderr.count("\n") == 1


def test_user_input_is_asked(tools: Any, shell: Any) -> None:
    done = shell.smolagents("tools", "call", "user_input", "question=Which colour?", input="blue\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("blue\n")
    done = tools("call", "user_input", "question=Which colour?")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_failures(tools: Any) -> None:
    done = tools("call", "fail", ACME_KEY="sk-0123456789")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "smolagents tools: error: fail failed: RuntimeError: no luck with key ***\n"


def test_usage(tools: Any) -> None:
    assert tools("--help").returncode == 0
    assert "invalid choice: 'lst'" in tools("lst").stderr
    done = tools()
    assert (done.returncode, "required: {list,call}" in done.stderr) == (2, True)
    done = tools("call")
    assert (done.returncode, done.stderr.splitlines()[-1].endswith("are required: name")) == (2, True)


def test_keys_come_from_dotenv(tools: Any, shell: Any) -> None:
    (shell.folder / ".env").write_text("ACME_KEY=sk-0123456789\n")
    assert "***" in tools("call", "fail").stderr
