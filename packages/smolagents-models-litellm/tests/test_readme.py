"""The README's programs print what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from smolagents_testing import FakeOllamaServer, FakeOpenAIServer


def test_readme(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    first, ollamas, routers = re.findall(r"<!-- model:\n(.*?)-->", page, re.DOTALL)
    with FakeOpenAIServer() as server, FakeOllamaServer(models=("qwen2.5-coder:latest",)) as ollama:
        server.reply(first, routers)
        ollama.reply(ollamas)
        program = "\n".join(programs)
        for found, fake in (
            ("http://localhost:11434", ollama.endpoint),
            ("anthropic/claude-sonnet-4-5", "openai/gpt-4.1"),
            ("anthropic/claude-haiku-4-5", "openai/gpt-4.1"),
        ):
            assert found in program
            program = program.replace(found, fake)
        environ = {**os.environ, "OPENAI_API_KEY": server.api_key, "OPENAI_BASE_URL": server.url}
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for printed in re.findall(r"```output\n(.*?)```", page, re.DOTALL):
        assert printed.strip() in done.stdout
