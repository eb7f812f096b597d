"""What the fake of OpenAI's API knows of transcriptions: forms with a sound file, and what the real API refuses.

Source: https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

PATH = "/audio/transcriptions"
MAX_BYTES = 25 * 2**20
ENDINGS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_FIELDS = {"file", "language", "model", "prompt", "response_format", "temperature"}


def form_of(content_type: str, data: bytes) -> dict[str, Any]:
    """Return the fields of a form; a file is a dictionary of its `filename` and its `data`.

    Args:
        content_type: The header Content-Type.
        data: The request's body.
    """
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + data)
    return dict(map(_field, message.iter_parts()))


def _field(part: Message) -> tuple[str, Any]:
    content: Any = part.get_payload(decode=True)
    name, filename = part.get_param("name", header="Content-Disposition"), part.get_filename()
    return str(name), content.decode() if filename is None else {"filename": filename, "data": content}


def refusal_of(form: dict[str, Any]) -> tuple[int, str] | None:
    """Return the status and the text with which the real API would refuse a form, or None."""
    file = form.get("file")
    if not isinstance(file, dict) or not form.get("model"):
        return 400, "Missing required parameter: 'file' or 'model'."
    if unknown := form.keys() - _FIELDS:
        return 400, f"Unknown parameter: {sorted(unknown)}."
    if len(file["data"]) > MAX_BYTES:
        return 413, f"Maximum content size limit ({MAX_BYTES}) exceeded ({len(file['data'])} bytes read)."
    if file["filename"].rpartition(".")[2].lower() not in ENDINGS:
        return 400, f"Invalid file format. Supported formats: {list(ENDINGS)}."
    if form.get("response_format", "json") != "json":
        return 400, "The fake server knows the response_format json alone."
    return None


def transcription(text: str) -> dict[str, Any]:
    """Return the answer's body."""
    return {"text": text, "usage": {"type": "duration", "seconds": 1}}
