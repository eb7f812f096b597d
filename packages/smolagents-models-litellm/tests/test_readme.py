"""The README's programs print what it says, with fake servers in place of providers."""

from pathlib import Path

import pytest
from smolagents_testing import FakeOllamaServer, FakeOpenAIServer
from smolagents_testing.readme import check_readme, model_replies


def test_readme(tmp_path: Path, openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "README.md"
    text = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    with FakeOllamaServer(models=("qwen2.5-coder:latest",)) as ollama:
        for real, fake in (
            ("http://localhost:11434", ollama.endpoint),
            ("anthropic/claude-sonnet-4-5", "openai/gpt-4.1"),
            ("anthropic/claude-haiku-4-5", "openai/gpt-4.1"),
        ):
            assert real in text
            text = text.replace(real, fake)
        page.write_text(text, "utf-8")
        first, ollamas, routers = model_replies(page)
        openai_server.reply(first, routers)
        ollama.reply(ollamas)
        monkeypatch.setenv("OPENAI_API_KEY", openai_server.api_key)
        monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
        check_readme(page)
