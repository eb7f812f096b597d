"""The README's program runs and prints what it says."""

from pathlib import Path

from smolagents_testing import FakeModalServer, FakeOpenAIServer
from smolagents_testing.readme import check_readme


def test_the_readme_runs(server: FakeModalServer, openai_server: FakeOpenAIServer) -> None:
    check_readme(Path(__file__).parent.parent / "README.md", openai_server)
    assert all(sandbox.terminated for sandbox in server.sandboxes)
