"""`TranscriptionTool`: speech to text by a server, or by Whisper on this machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from smolagents import Tool

from smolagents_tools_audio.recordings import INPUT, by_path, file_for_server
from smolagents_tools_audio.server import OPENAI, TranscriptionServer
from smolagents_tools_audio.sources import UnusableMedia
from smolagents_tools_audio.speech_to_text import (
    DESCRIPTION,
    INSTALL,
    NO_SPEECH,
    SpeechToTextTool,
    missing_libraries,
)


class TranscriptionTool(Tool):
    """Transcribe recordings by a server with OpenAI's API, or by a Whisper model on this machine.

    Args:
        model: The model's name; None: `whisper-1` on a server, Whisper large v3 turbo here.
        api_base: URL of a server's API, such as "https://api.openai.com/v1" or "http://localhost:8000/v1"; None: this
            machine transcribes.
        api_key: The server's key; None: the environment variable OPENAI_API_KEY.
        language: Language of the recordings, such as "de"; None: the model finds out.
        private_hosts: Hosts whose files may be read though their addresses are not public: `["media.corp.example"]`.
        client_kwargs: More arguments of `openai.OpenAI`, such as `{"timeout": 60}` (seconds).

    Raises:
        ImportError: There is no `api_base`, and what runs a model on this machine is not installed.
        ValueError: There is a key or a setting for a server, and no server.
    """

    name = "transcriber"
    description = DESCRIPTION
    inputs = {"audio": INPUT}
    output_type = "string"

    def __init__(
        self,
        model: str | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        language: str | None = None,
        private_hosts: Collection[str] | None = None,
        client_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.api_base = api_base
        self.language = language
        self.private_hosts = tuple(private_hosts or ())
        self._transcriber: SpeechToTextTool | TranscriptionServer
        if api_base is not None:
            self._transcriber = TranscriptionServer(model or "whisper-1", api_base, api_key, client_kwargs or {})
            return
        if api_key is not None or client_kwargs is not None:
            raise ValueError(f"api_key and client_kwargs are for a server: pass its address too, api_base={OPENAI!r}.")
        if missing := missing_libraries():
            raise ImportError(
                f"TranscriptionTool() runs a model on this machine and needs {missing}: {INSTALL}. To use a server "
                f"instead, pass its address: TranscriptionTool(api_base={OPENAI!r})"
            )
        self._transcriber = SpeechToTextTool(model, language=language, private_hosts=private_hosts)

    def __call__(self, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        """Return the text of a recording, given as in `SpeechToTextTool`."""
        args, kwargs = by_path(args, kwargs)
        return super().__call__(*args, sanitize_inputs_outputs=sanitize_inputs_outputs, **kwargs)

    def forward(self, audio: Any) -> str:
        """Return the text of a recording.

        Raises:
            UnusableMedia: There is no speech in it, or it can't be read.
            RuntimeError: The server gave no good answer.
        """
        if isinstance(self._transcriber, SpeechToTextTool):
            return str(self._transcriber(audio))
        text = self._transcriber.transcribe(file_for_server(audio, self.private_hosts), self.language).strip()
        if not text:
            raise UnusableMedia(NO_SPEECH)
        return text
