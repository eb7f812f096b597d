"""The README's programs run and print what it says."""

from pathlib import Path

from smolagents_testing import FakeOpenAIServer
from smolagents_testing.readme import check_readme


def test_the_readme_runs(openai_server: FakeOpenAIServer) -> None:
    check_readme(Path(__file__).parent.parent / "README.md", openai_server)
