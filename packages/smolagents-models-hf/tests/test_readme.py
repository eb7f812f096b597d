"""What the page shows runs, and prints what the page says."""

from pathlib import Path

import pytest
from smolagents_testing import FakeHubInferenceServer, FakeHubServer
from smolagents_testing.readme import check_readme, model_replies


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    """Return the page in two, as no fake is the Hub and the providers at once."""
    models, title, hub = (Path(__file__).parent.parent / "README.md").read_text("utf-8").partition("## The Hub")
    assert title
    pages = (tmp_path / "models.md", tmp_path / "hub.md")
    for page, text in zip(pages, (models, hub), strict=True):
        assert "```python" in text
        page.write_text(text, "utf-8")
    return pages


def test_the_model(monkeypatch: pytest.MonkeyPatch, halves: tuple[Path, Path]) -> None:
    with FakeHubInferenceServer() as server, server.redirected():
        monkeypatch.setenv("HF_TOKEN", server.api_key)
        server.reply(*model_replies(halves[0]))
        check_readme(halves[0])


def test_the_hub(monkeypatch: pytest.MonkeyPatch, halves: tuple[Path, Path]) -> None:
    with FakeHubServer() as server, server.redirected():
        monkeypatch.setenv("HF_TOKEN", server.token)
        check_readme(halves[1])
