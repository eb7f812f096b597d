"""`launch` and `smolagents ui`, as programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing.waiting import is_served, until
from smolagents_ui_gradio.command import ui_main

Run = Callable[..., subprocess.Popen[bytes]]


def smolagents(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smolagents", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["A task."], "the page asks for tasks: leave out 'A task.'"),
        (["--modle", "x"], "unknown option --modle. Did you mean --model?"),
        (["--quiet"], "the page shows what the agent does: leave out --quiet"),
        (["--json"], "the page shows what the agent does: leave out --json"),
        (["--port", "99999"], "'99999' is no port: a number from 1 to 65535"),
        (["--port", "0"], "'0' is no port"),
        (["--port", "http"], "'http' is no port"),
        (["--agent", "nowhere"], "There is no agent in nowhere"),
        (["--agent", "somewhere", "--tools", "web_search"], "leave out --tools web_search"),
    ],
)
def test_what_can_not_be_served_is_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ui_main(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_command_is_listed() -> None:
    assert "talk to an agent on a web page" in smolagents("help").stdout
    assert "--port" in smolagents("ui", "--help").stdout


def test_the_command_serves_an_agent_and_ends_with_ctrl_c(
    port: int, look: Callable[..., Any], tmp_path: Path, openai_server: Any
) -> None:
    openai_server.reply("<code>\nfinal_answer('All is well.')\n</code>")
    keys = {"OPENAI_API_KEY": openai_server.api_key, "OPENAI_BASE_URL": openai_server.url}
    environ = {**os.environ, **keys, "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-m", "smolagents", "ui", "--model", "openai/gpt-5", "--tools", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=file)
    try:
        until(lambda: process.poll() is not None or is_served(port))
        until(lambda: process.poll() is not None or log.read_text().endswith("\n"))
        assert log.read_text() == f"The agent is at http://127.0.0.1:{port}/ until you press Ctrl-C\n"
        chat = look(f"http://127.0.0.1:{port}")
        chat.ask("How is it?")
        chat.finished()
        assert "All is well." in chat.text
        taken = smolagents("ui", "--model", "openai/gpt-5", "--tools", "--port", str(port), env=environ)
        assert taken.returncode == 2
        assert "choose another one with --port" in taken.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 0
    finally:
        process.kill()
        process.wait()


def test_a_page_is_served_to_this_machine_alone_unless_told_otherwise(
    start: Run, with_agent: Callable[[str], str], port: int
) -> None:
    start(with_agent("serve([])"), port)
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [line[1] for line in listening if line[3] == "0A" and line[1].endswith(f":{port:04X}")] == [
        f"0100007F:{port:04X}"
    ]


def test_nothing_is_asked_of_other_machines(
    start: Run, with_agent: Callable[[str], str], port: int, tmp_path: Path
) -> None:
    program = """
    import sys
    asked = open("asked", "a", buffering=1)
    def watch(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo"):
            asked.write(f"{arguments[1] if event == 'socket.connect' else arguments[0]}\\n")
    sys.addaudithook(watch)
    serve([])
    """
    start(with_agent(program), port)
    time.sleep(3)  # whatever it would do in the background
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked
    assert [one for one in asked if "127.0.0.1" not in one and one not in ("localhost", "None")] == []
