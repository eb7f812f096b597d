"""Ask a server for transcriptions: OpenAI's, or any that speaks the same protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smolagents.models.redaction import redacted

from smolagents_tools_audio.decoder import container_of
from smolagents_tools_audio.decoding import as_ogg

if TYPE_CHECKING:
    import openai

OPENAI = "https://api.openai.com/v1"
LARGEST_UPLOAD = 24 * 2**20
"""What is larger is made smaller first: OpenAI takes 25 MB, and others as much or more."""

# The endings of names by which servers know formats.
_MARKS = {b"fLaC": "flac", b"OggS": "ogg", b"ID3": "mp3", b"\xff\xfb": "mp3", b"\xff\xf3": "mp3", b"\xff\xf2": "mp3"}
_CONTAINERS = {"mov": "m4a", "matroska": "webm"}
_SHOWN = 500  # characters of a server's own explanation


class TranscriptionServer:
    """Send recordings to a server.

    Args:
        model_id: Name of the model there.
        api_base: URL of the API.
        api_key: Its key; None: the environment variable OPENAI_API_KEY.
        client_kwargs: More arguments of `openai.OpenAI`.
    """

    def __init__(self, model_id: str, api_base: str, api_key: str | None, client_kwargs: Mapping[str, Any]) -> None:
        self.model_id = model_id
        self.api_base = api_base
        self._settings = {**client_kwargs, "api_key": api_key, "base_url": api_base}

    def transcribe(self, data: bytes, language: str | None) -> str:
        """Return the text of a recording.

        Args:
            data: The bytes of a sound file.
            language: Its language, such as "de"; None: the server finds out.

        Raises:
            UnusableMedia: It is no recording.
            ValueError: There is no key.
            RuntimeError: There was no good answer; the message says why.
        """
        import openai

        options: dict[str, Any] = {"language": language} if language else {}
        file = upload(data)
        # A connection to keep would be of little use: the next recording comes minutes later.
        with self._client() as client, redacted([client.api_key]):
            try:
                reply = client.audio.transcriptions.create(
                    model=self.model_id, file=file, response_format="json", **options
                )
            except openai.OpenAIError as error:
                # Not chained: the SDK's error has the request, and that the key.
                raise RuntimeError(self._explained(error)) from None
            except ValueError as error:  # what should be JSON is none
                raise RuntimeError(self._no_transcription()) from error
        text = getattr(reply, "text", None)
        if not isinstance(text, str):
            raise RuntimeError(self._no_transcription())
        return text

    def _client(self) -> openai.OpenAI:
        import openai

        try:
            return openai.OpenAI(**self._settings)
        except openai.OpenAIError as error:
            raise ValueError(
                f"No key for {self.api_base}: pass api_key=, or set OPENAI_API_KEY; any text does if the server wants "
                "none."
            ) from error

    def _explained(self, error: openai.OpenAIError) -> str:
        import openai

        if isinstance(error, openai.APITimeoutError):
            return (
                f"{self.api_base} did not answer in time: transcribe a shorter part, or allow more with "
                'client_kwargs={"timeout": <seconds>}.'
            )
        if isinstance(error, openai.APIConnectionError):
            cause = error.__cause__ or error
            return f"The connection to {self.api_base} failed ({cause}): is the server running, and api_base right?"
        if isinstance(error, openai.APIStatusError):
            body = error.body if isinstance(error.body, dict) else {}
            said = " ".join(str(body.get("message") or body.get("detail") or error.message).split())[:_SHOWN]
            return f"{self.api_base} answered {error.status_code}: {said.rstrip('.')}.{self._advice(error.status_code)}"
        return self._no_transcription()

    def _advice(self, status: int) -> str:
        if status in (401, 403):
            return " Check the key: api_key=, else OPENAI_API_KEY."
        if status == 404:
            return f" Check that api_base is that of the API (often it ends in /v1) and has a model {self.model_id!r}."
        if status == 413:
            return " The recording is too large for this server: transcribe it in parts."
        if status == 429 or status >= 500:
            return " Try again later."
        return ""

    def _no_transcription(self) -> str:
        return f"{self.api_base} answered with something that is no transcription: is api_base right?"


def upload(data: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes under which a recording is sent.

    Raises:
        UnusableMedia: It is no recording, so nothing of it leaves this machine.
    """
    ending = _ending(data)
    if ending is None or len(data) > LARGEST_UPLOAD:
        ending, data = "ogg", as_ogg(data)
    return f"recording.{ending}", data


def _ending(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    found = container_of(data)
    if found:
        return _CONTAINERS.get(found[1])
    return next((ending for mark, ending in _MARKS.items() if data.startswith(mark)), None)
