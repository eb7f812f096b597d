"""The page's program runs in a process of its own, with a fake of OpenAI's server and a tiny Whisper."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from smolagents_testing import FakeOpenAIServer, make_tiny_whisper
from smolagents_testing.readme import model_replies

PAGE = Path(__file__).parent.parent / "README.md"
SAID = "We meet again on Tuesday at nine."
REVISION = "0123456789abcdef0123456789abcdef01234567"


def test_readme(tmp_path: Path, openai_server: FakeOpenAIServer, sound: Callable[..., bytes]) -> None:
    repository = tmp_path / "hub" / "models--openai--whisper-large-v3-turbo"
    make_tiny_whisper(repository / "snapshots" / REVISION, SAID)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    (tmp_path / "meeting.wav").write_bytes(sound())
    (tmp_path / "meeting.m4a").write_bytes(b"\0\0\0\x1cftypM4A " + bytes(100))  # goes to the server as it is
    openai_server.reply(SAID, *model_replies(PAGE))
    page = tmp_path / "README.md"
    page.write_text(PAGE.read_text("utf-8").replace("https://api.openai.com/v1", openai_server.url), "utf-8")
    program = "import pathlib, sys, smolagents_testing.readme as it; it.check_readme(pathlib.Path(sys.argv[1]))"
    environ = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environ |= {"OPENAI_API_KEY": openai_server.api_key, "OPENAI_BASE_URL": openai_server.url}
    command = [sys.executable, "-W", "error", "-c", program, str(page)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [request.path for request in openai_server.requests] == ["/v1/audio/transcriptions", "/v1/chat/completions"]
