"""The programs of the README and of the page in the documentation run, and print what these say."""

from pathlib import Path

import pytest
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.readme import check_readme

HERE = Path(__file__).parent
PAGES = [HERE.parent / "README.md", HERE.parent.parent.parent / "docs" / "mcp.md"]
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@by_page
def test_the_server_is_the_one_of_the_tests(page: Path) -> None:
    assert (HERE / "echo_server.py").read_text("utf-8") in page.read_text("utf-8")


@by_page
def test_the_program_runs(page: Path, openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)  # where the server's file is
    check_readme(page, openai_server)
