"""What the page shows runs, and prints what the page says."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest
from smolagents_testing import FakeHubInferenceServer, FakeHubServer

PAGE = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```\n```output\n(.*?)```", PAGE, re.DOTALL)


def printed_by(program: str, folder: Path) -> str:
    path = folder / "program.py"
    path.write_text(program, "utf-8")
    with contextlib.redirect_stdout(printed := io.StringIO()):
        runpy.run_path(str(path), run_name="__main__")
    return printed.getvalue()


def test_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ((program, expected),) = [pair for pair in PROGRAMS if "InferenceClientModel" in pair[0]]
    with FakeHubInferenceServer() as server, server.redirected():
        monkeypatch.setenv("HF_TOKEN", server.api_key)
        server.reply(*re.findall(r"<!-- model:\n(.*?)-->", PAGE, re.DOTALL))
        assert expected.strip() in printed_by(program, tmp_path)


def test_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ((program, expected),) = [pair for pair in PROGRAMS if "push_to_hub" in pair[0]]
    with FakeHubServer() as server, server.redirected():
        monkeypatch.setenv("HF_TOKEN", server.token)
        assert printed_by(program, tmp_path) == expected


def test_no_block_is_left_out() -> None:
    assert len(PROGRAMS) == PAGE.count("```python") == 2
