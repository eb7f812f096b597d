"""The README's program runs and prints what it says."""

from pathlib import Path

import pytest
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.readme import check_readme

HERE = Path(__file__).parent
README = HERE.parent / "README.md"


def test_the_server_is_the_one_of_the_tests() -> None:
    assert (HERE / "echo_server.py").read_text("utf-8") in README.read_text("utf-8")


def test_the_program_runs(openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)  # where the server's file is
    check_readme(README, openai_server)
