"""`smolagents hub show` tells what a Space would run, runs nothing of it, and stands what strangers put into Spaces."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents_models_hf import InferenceClientModel
from smolagents_testing import FakeHubServer


class Greet(Tool):
    name = "greet"
    description = "Greets somebody."
    inputs = {"who": {"type": "string", "description": "Whom."}}
    output_type = "string"

    def forward(self, who: str) -> str:
        return f"Hello, {who}!"


def an_agent() -> CodeAgent:
    model = InferenceClientModel("org/model", provider="novita")
    helper = ToolCallingAgent([Greet()], model, name="helper", description="It helps.", verbosity_level=-1)
    return CodeAgent([Greet()], model, managed_agents=[helper], verbosity_level=-1)


def hub_command(server: FakeHubServer, home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smolagents", "hub", *arguments]
    environ = {"HF_ENDPOINT": server.url, "HF_HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **more}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_a_look_before_it_runs(server: FakeHubServer, tmp_path: Path) -> None:
    code = "import os, numpy.linalg\ntry:\n    import socket\nexcept OSError:\n    eval('1')\n"
    code += f"open('{tmp_path}/ran', 'w')\n"
    server.add("you/tool", {"tool.py": code + "# \x1b[2Khidden\n", "requirements.txt": "numpy\nsmolagents\n"})
    sha = server.space("you/tool").branches["main"]
    done = hub_command(server, tmp_path, "show", "you/tool")
    assert done.returncode == 0, done.stderr
    assert f"you/tool: tool, revision {sha}" in done.stdout
    assert "modules of Python: os, socket" in done.stdout
    assert "modules of packages: numpy.linalg" in done.stdout
    assert "uses: eval, open" in done.stdout
    assert "asks for: numpy, smolagents" in done.stdout
    assert f'load_tool("you/tool", revision="{sha}", trust_remote_code=True)' in done.stdout
    shown = hub_command(server, tmp_path, "show", "you/tool", "--code").stdout
    assert "    | # \\x1b[2Khidden" in shown
    assert not Path(tmp_path, "ran").exists()


def test_functions_that_run_code_are_named_however_they_are_called(server: FakeHubServer, tmp_path: Path) -> None:
    code = "run = exec\nrun('1')\nmap(eval, ['1'])\n@compile\ndef f(): ...\n__builtins__['open']('x')\n"
    server.add("you/tool", {"tool.py": code + "\uff42reakpoint()\n"})
    shown = hub_command(server, tmp_path, "show", "you/tool").stdout
    assert "    uses: __builtins__, breakpoint, compile, eval, exec\n" in shown


def test_what_an_agent_asks_for_is_all_told(server: FakeHubServer, tmp_path: Path) -> None:
    model = {"class": "OpenAIModel", "data": {}}
    described = {
        "class": "CodeAgent",
        "model": model,
        "executor_kwargs": {"timeout_seconds": 9},
        "memory_store": "acme://there",
        "managed_agents": {"helper": "CodeAgent"},
    }
    helper = {"class": "ToolCallingAgent", "model": model, "executor_type": "docker"}
    files = {"agent.json": described, "managed_agents/helper/agent.json": helper}
    server.add("you/agent", {path: json.dumps(data) for path, data in files.items()})
    shown = hub_command(server, tmp_path, "show", "you/agent").stdout
    assert 'agent .: CodeAgent, model OpenAIModel {}; executor local {"timeout_seconds": 9}' in shown
    assert '{"memory_store": "acme://there"}' in shown
    # The agent that manages it says of which class it is made.
    assert "agent managed_agents/helper/: CodeAgent, model OpenAIModel {}; executor docker" in shown


def test_a_look_at_an_agent(server: FakeHubServer, tmp_path: Path) -> None:
    an_agent().push_to_hub("me/agent")
    before = server.space("me/agent").branches["main"]
    server.add("me/agent", {"app.py": "", "agent.json": "{}"})
    shown = hub_command(server, tmp_path, "show", "me/agent", "--revision", before).stdout
    for expected in (
        f"me/agent: agent, revision {before}",
        "tools/greet.py: ",
        "managed_agents/helper/tools/greet.py: ",
        'agent .: CodeAgent, model InferenceClientModel {"model_id": "org/model", "provider": "novita"}',
        "agent managed_agents/helper/: ToolCallingAgent",
        "may import ",
    ):
        assert expected in shown


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.py": ""}, "holds neither a tool (tool.py) nor an agent (agent.json)"),
        ({"agent.json": json.dumps({"tools": ["none"]})}, "it has no tools/none.py"),
        ({"agent.json": json.dumps({"managed_agents": {"../x": "CodeAgent"}})}, "which is no identifier"),
    ],
)
def test_a_look_at_what_is_not_whole(
    server: FakeHubServer, tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    server.add("you/app", files)
    done = hub_command(server, tmp_path, "show", "you/app")
    assert done.returncode == 1
    assert expected in done.stderr
    assert "There is no Space 'you/none'" in hub_command(server, tmp_path, "show", "you/none").stderr


def test_code_that_is_none_is_shown_as_such(server: FakeHubServer, tmp_path: Path) -> None:
    server.add("you/tool", {"tool.py": "class"})
    assert "beware: it can't be read as Python: SyntaxError" in hub_command(server, tmp_path, "show", "you/tool").stdout


def test_a_private_space_is_shown_to_its_owner_only(
    server: FakeHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add("me/secret", {"tool.py": "x = 1\n"}, private=True)
    shown = hub_command(server, tmp_path, "show", "me/secret")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "If it is private" in shown.stderr
    shown = hub_command(server, tmp_path, "show", "me/secret", HF_TOKEN=server.token)
    assert shown.returncode == 0, shown.stderr
    assert "tool.py: 1 lines" in shown.stdout
    shown = hub_command(server, tmp_path, "show", "me/secret", HF_TOKEN="hf_wrong0123456789")
    assert shown.returncode == 1
    assert "hf_wrong0123456789" not in shown.stderr


ESCAPE = "\x1b]0;owned\x07\x1b[2K\u202egnp.\x9b"


def test_names_and_code_can_not_speak_to_the_terminal(server: FakeHubServer, tmp_path: Path) -> None:
    described = {
        "class": ESCAPE,
        "tools": ["greet"],
        "model": {"class": ESCAPE, "data": {ESCAPE: ESCAPE}},
        "authorized_imports": [ESCAPE],
        "executor_type": ESCAPE,
        "executor_kwargs": {ESCAPE: ESCAPE},
    }
    code = f"# {ESCAPE}\nimport os\nx = '''\x0c\x1c\u2028# no line of its own'''\n"
    files = {
        f"a{ESCAPE}.txt": "",
        "tool.py": code,
        "agent.json": json.dumps(described, ensure_ascii=False),
        "tools/greet.py": code,
        "requirements.txt": f"numpy # {ESCAPE}\n--index-url https://evil.example\n",
    }
    server.add("you/bad", files)
    shown = hub_command(server, tmp_path, "show", "you/bad", "--code")
    assert shown.returncode == 0, shown.stderr
    assert {char for char in shown.stdout + shown.stderr if not char.isprintable()} == {"\n"}
    assert "    | import os\n" in shown.stdout
    assert "    | # no line of its own" not in shown.stdout
    assert "asks for: numpy # \\x1b" in shown.stdout
    assert ", --index-url https://evil.example" in shown.stdout


def test_code_is_shown_in_the_lines_that_python_sees(server: FakeHubServer, tmp_path: Path) -> None:
    server.add("you/bad", {"tool.py": "# harmless\rimport os\r\nimport sys\n"})
    shown = hub_command(server, tmp_path, "show", "you/bad", "--code").stdout
    assert "    | # harmless\n    | import os\n    | import sys\n" in shown
    assert "modules of Python: os, sys" in shown


def test_files_that_are_too_large_are_not_fetched(server: FakeHubServer, tmp_path: Path) -> None:
    large = "x = 1\n" * 400_000
    files = {"tool.py": large, "agent.json": json.dumps({"tools": ["big"]}), "tools/big.py": large}
    server.add("you/big", {**files, "requirements.txt": large, "data.bin": b"\0" * 3_000_000})
    shown = hub_command(server, tmp_path, "show", "you/big", "--code")
    assert shown.returncode == 0, shown.stderr
    for path in ("tool.py", "tools/big.py"):
        assert f"    beware: {path} has 2,400,000 bytes, and more than 1,000,000 are not fetched" in shown.stdout
    assert "asks for: requirements.txt has 2,400,000 bytes" in shown.stdout
    assert "3,000,000 B  data.bin" in shown.stdout
    fetched = {request.path.rpartition("/")[2] for request in server.requests if "/resolve/" in request.path}
    assert fetched == {"agent.json"}
    server.add("you/big", {"agent.json": "[" * 3_000_000})
    shown = hub_command(server, tmp_path, "show", "you/big")
    assert shown.returncode == 1
    assert "agent.json has 3,000,000 bytes" in shown.stderr


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 50_000,
        "x = " + "-" * 100_000 + "1",
        "x = a" + ".b" * 100_000,
        "x = 1" + "+1" * 100_000,
        "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 400)),
        "x = '\\d'\n\0",
        "\ufeffx = 1",
        "x = '\\d'",
    ],
)
def test_code_that_is_hard_to_read(server: FakeHubServer, tmp_path: Path, code: str) -> None:
    server.add("you/hard", {"tool.py": code})
    shown = hub_command(server, tmp_path, "show", "you/hard")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "To load exactly this" in shown.stdout


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ([], "agent.json is not what an agent's save() writes"),
        ("[" * 100_000, "agent.json is not what an agent's save() writes"),
        ({"tools": 3}, "agent.json is not what an agent's save() writes"),
        ({"model": [1]}, "agent.json is not what an agent's save() writes"),
        ({"model": "x"}, "agent.json is not what an agent's save() writes"),
        ({"authorized_imports": 5}, "agent.json is not what an agent's save() writes"),
        ({"tools": ["../../etc/passwd"]}, "which is no identifier"),
        ({"tools": [{"a": 1}]}, "which is no identifier"),
    ],
)
def test_agents_that_are_none(server: FakeHubServer, tmp_path: Path, described: object, expected: str) -> None:
    text = described if isinstance(described, str) else json.dumps(described)
    server.add("you/bad", {"agent.json": text})
    shown = hub_command(server, tmp_path, "show", "you/bad")
    assert shown.returncode == 1
    assert expected in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_space_of_very_many_files(server: FakeHubServer, tmp_path: Path) -> None:
    server.add("you/many", {"tool.py": "x = 1", **{f"data/{number}.txt": "" for number in range(3_000)}})
    shown = hub_command(server, tmp_path, "show", "you/many")
    assert shown.returncode == 0, shown.stderr
    assert "Files (3001):" in shown.stdout
    assert "and 2,001 more" in shown.stdout
    assert len(shown.stdout.splitlines()) < 1_100


def test_a_hub_that_is_not_there(server: FakeHubServer, tmp_path: Path) -> None:
    shown = hub_command(server, tmp_path, "show", "you/tool", HF_ENDPOINT="http://127.0.0.1:9")
    assert shown.returncode == 1
    assert "The connection to http://127.0.0.1:9/" in shown.stderr
    assert "HF_ENDPOINT" in shown.stderr
