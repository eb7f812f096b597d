"""The page's program runs, and prints what the page says that it prints; the fake web stands for the real one."""

from pathlib import Path

from smolagents_testing import FakeWebServer
from smolagents_testing.readme import check_readme


def test_readme(web: FakeWebServer) -> None:
    check_readme(Path(__file__).parent.parent / "README.md")
