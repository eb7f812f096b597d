"""Run what a README shows, and compare what it prints: a page that is not true fails a test."""

from __future__ import annotations

import contextlib
import gc
import io
import re
import runpy
import tempfile
import warnings
from pathlib import Path

import pytest

from smolagents_testing.openai_server import FakeOpenAIServer


def check_readme(page: Path, openai_server: FakeOpenAIServer | None = None) -> None:
    """Run the Python of a page as one program, in this process, and check that it prints what the page says.

    Blocks marked `output` are what the program prints, line by line and in order. A block behind `<!-- file: path -->`
    shows a file of the repository and is no part of the program.

    Args:
        page: The page.
        openai_server: A running fake, as the fixture of this name gives it: models of OpenAI's client talk to it, and
            it replies what the page says. Without one, the test sees to the program's models.
    """
    hidden = r"^<!-- file: \S+ -->\n```.*?^```$|^<!--.*?-->$"
    text = re.sub(hidden, "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as directory:
        if openai_server:
            openai_server.reply(*model_replies(page))
            patch.setenv("OPENAI_API_KEY", openai_server.api_key)
            patch.setenv("OPENAI_BASE_URL", openai_server.url)
        script = Path(directory) / "readme.py"  # a file, since tools are read from their source
        script.write_text(_blocks(text, "python"), "utf-8")
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(script), run_name="__main__")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # pages leave connections to the garbage collector
        gc.collect()
    left = iter(printed.getvalue().splitlines())
    for line in filter(None, _blocks(text, "output").splitlines()):
        assert line in left, f"not printed after what came before: {line}\n{printed.getvalue()}"


def model_replies(page: Path) -> list[str]:
    """Return what comments of a page say that its model replies, in order: `<!-- model: …-->`.

    Args:
        page: The page.
    """
    return re.findall(r"^<!-- model:\n(.*?)-->$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def _blocks(text: str, kind: str) -> str:
    return "\n".join(re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
