"""What `webagent` says before it has a browser."""

import subprocess
import sys

import pytest
from smolagents_browser import main, parse_arguments
from smolagents_browser.command import WebOptions, _with_model
from smolagents_testing.waiting import PATIENCE_SECONDS


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for option in (
        "--model-type",
        "--model-id",
        "--provider",
        "--api-base",
        "--api-key",
        "--private-hosts",
        "--window",
    ):
        assert option in said
    assert all(len(line) <= 130 for line in said.splitlines())
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("smolagents-browser 0.")


@pytest.mark.parametrize(
    "command", [["-m", "smolagents_browser"], ["-m", "smolagents.vision_web_browser"], ["-c", "import webagent"]]
)
def test_ways_to_start_it(command: list[str]) -> None:
    if command[0] == "-c":
        command = ["-c", "from importlib.metadata import entry_points\nimport sys\nsys.argv[0] = 'webagent'\n"
                   "sys.exit(next(iter(entry_points(group='console_scripts', name='webagent'))).load()())"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command, "--help"], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.stdout.startswith("usage: webagent [TASK] [OPTIONS]")


def test_help_loads_no_sdk() -> None:
    program = "import sys; from smolagents_browser import main; main(['--help'])\n"
    program += "print([name for name in ('helium', 'selenium', 'PIL', 'rich') if name in sys.modules])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["x", "--headles"],
            "webagent: error: unknown option --headles. Did you mean --headless? (see webagent --help)",
        ),
        (["x", "--tools", "y"], "webagent: error: unknown option --tools"),
        (["x", "--headless", "--window"], "webagent: error: argument --window: not allowed with argument --headless"),
        (["x", "y"], "put the task in quotes"),
        (["x", "--max-steps", "0"], "no number of steps"),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([" "], 'the task is empty: webagent "what to do"'),
        (["x", "--model-type", "NoModel"], "Unsupported model type: NoModel"),
        (["x", "--model-type", "OpenAIModel", "--api-base", "localhost"], "--api-base"),
    ],
)
def test_what_cannot_be_used(
    arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SMOLAGENTS_MODEL", raising=False)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("webagent: error: ")
    assert says in said


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ([], ("LiteLLMModel", "gpt-4o")),
        (["--model-id", "claude"], ("LiteLLMModel", "claude")),
        (["--model-type", "OpenAIModel"], ("OpenAIModel", "gpt-4o")),
        (["--model-type", "TransformersModel"], ("TransformersModel", None)),
        (["--model", "openai/gpt-4.1"], (None, None)),
    ],
)
def test_the_usual_model(
    arguments: list[str], model: tuple[str | None, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMOLAGENTS_MODEL", raising=False)
    options = _with_model(parse_arguments(["x", *arguments]))
    assert (options.model_type, options.model_id) == model
    monkeypatch.setenv("SMOLAGENTS_MODEL", "openai/gpt-4.1")
    assert (_with_model(parse_arguments(["x"])).model_type) is None


def test_what_its_options_mean() -> None:
    options = parse_arguments(["x", "--private-hosts", "a:1,b", "--window", "--api-key", "secret-key-0"])
    assert isinstance(options, WebOptions)
    assert (options.private_hosts, options.headless) == (["a:1", "b"], False)
    assert "secret-key-0" not in repr(options)
    assert parse_arguments(["x"]).headless is None
