"""Each tool keeps the promises of every tool."""

from pathlib import Path
from typing import ClassVar

import pytest
from smolagents import Tool
from smolagents_testing import FakeOpenAIServer, ToolConformance
from smolagents_tools_audio import SpeechToTextTool, TranscriptionTool


class WithARecording(ToolConformance):
    whisper: ClassVar[str]

    @pytest.fixture(autouse=True)
    def here(self, whisper: str, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        type(self).whisper = whisper
        monkeypatch.setattr(type(self), "call_arguments", {"audio": str(recording)})


class TestSpeechToTextTool(WithARecording):
    def make_tool(self) -> Tool:
        return SpeechToTextTool(model=self.whisper)


class TestTranscriptionTool(WithARecording):
    def make_tool(self) -> Tool:
        return TranscriptionTool(self.whisper)


class TestTranscriptionToolWithAServer(WithARecording):
    server: ClassVar[FakeOpenAIServer]

    @pytest.fixture(autouse=True)
    def there(self, openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
        type(self).server = openai_server
        openai_server.always("Good morning.")
        monkeypatch.setenv("OPENAI_API_KEY", openai_server.api_key)

    def make_tool(self) -> Tool:
        return TranscriptionTool(api_base=self.server.url)
