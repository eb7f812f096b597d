"""The README's program runs and prints what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from smolagents_testing import FakeOpenAIServer

HERE = Path(__file__).parent
README = (HERE.parent / "README.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"(?<!-->\n)^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_server_is_the_one_of_the_tests() -> None:
    assert (HERE / "echo_server.py").read_text("utf-8") in README


def test_the_program_runs(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(*re.findall(r"^<!-- model:\n(.*?)-->$", README, re.MULTILINE | re.DOTALL))
    environ = {**os.environ, "OPENAI_API_KEY": openai_server.api_key, "OPENAI_BASE_URL": openai_server.url}
    program = "\n".join(
        re.findall(r"^```python\n(import sys\n.*?|from smolagents .*?)^```$", README, re.MULTILINE | re.DOTALL)
    )
    done = subprocess.run([sys.executable, "-c", program], env=environ, cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "mcp_server(" in program
    for line in filter(None, "".join(blocks("output")).splitlines()):
        assert line in done.stdout.splitlines()
