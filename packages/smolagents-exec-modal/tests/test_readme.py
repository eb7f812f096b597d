"""The README's program runs and prints what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from smolagents_testing import FakeModalServer, FakeOpenAIServer

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def blocks(kind: str) -> str:
    return "\n".join(re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))


def test_the_readme_runs(server: FakeModalServer, openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(*re.findall(r"^<!-- model:\n(.*?)-->$", README, re.MULTILINE | re.DOTALL))
    environ = {**os.environ, "OPENAI_API_KEY": openai_server.api_key, "OPENAI_BASE_URL": openai_server.url}
    done = subprocess.run([sys.executable, "-c", blocks("python")], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = iter(done.stdout.splitlines())
    for line in filter(None, blocks("output").splitlines()):
        assert line in printed, done.stdout
    assert all(sandbox.terminated for sandbox in server.sandboxes)
