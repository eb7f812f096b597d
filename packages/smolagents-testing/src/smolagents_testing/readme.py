"""Run what a README shows, and compare what it prints: a page that is not true fails a test."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import tempfile
from pathlib import Path

import pytest

from smolagents_testing.openai_server import FakeOpenAIServer


def check_readme(page: Path, openai_server: FakeOpenAIServer) -> None:
    """Run the Python of a page as one program, in this process, and check that it prints what the page says.

    Models of OpenAI's client talk to the server, which replies what comments of the page say: `<!-- model: …-->`.
    Blocks marked `output` are what the program prints, line by line and in order. A block behind `<!-- file: path -->`
    shows a file of the repository and is no part of the program.

    Args:
        page: The page.
        openai_server: A running fake, as the fixture of this name gives it.
    """
    text = re.sub(r"^<!-- file: \S+ -->\n```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    openai_server.reply(*re.findall(r"^<!-- model:\n(.*?)-->$", text, re.MULTILINE | re.DOTALL))
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as directory:
        patch.setenv("OPENAI_API_KEY", openai_server.api_key)
        patch.setenv("OPENAI_BASE_URL", openai_server.url)
        script = Path(directory) / "readme.py"  # a file, since tools are read from their source
        script.write_text(_blocks(text, "python"), "utf-8")
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(script), run_name="__main__")
    left = iter(printed.getvalue().splitlines())
    for line in filter(None, _blocks(text, "output").splitlines()):
        assert line in left, f"not printed after what came before: {line}\n{printed.getvalue()}"


def _blocks(text: str, kind: str) -> str:
    return "\n".join(re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
