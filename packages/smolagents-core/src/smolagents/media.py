"""Images and audio: loaded from where they are, and as the base64 text that APIs take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import PIL.Image

TIMEOUT = 30.0
"""Seconds that a server may take to answer."""

MAX_BYTES = 200 * 1024 * 1024
"""The most that is read of a file from a server."""

# How the base64 text of an image file begins.
_IMAGE_STARTS = {"/9j/": "jpeg", "R0lGOD": "gif", "UklGR": "webp"}


def load_image(source: Any) -> PIL.Image.Image:
    """Return an image of PIL, read completely.

    Args:
        source: An image of PIL, a path, an `http`, `https` or `data` URL, or the bytes of an image file.

    Raises:
        ValueError: The source holds no image that PIL can read.
    """
    from io import BytesIO

    pil = pil_image()
    if isinstance(source, pil.Image):
        image: PIL.Image.Image = source.to_raw() if hasattr(source, "to_raw") else source
        image.load()
        return image
    data = read_bytes(source)
    try:
        image = pil.open(BytesIO(data))
        image.load()
    except Exception as error:  # PIL fails over broken files in many ways
        name = "the given bytes" if isinstance(source, (bytes, bytearray)) else str(source)[:200]
        raise ValueError(f"Not an image that PIL can read: {name} ({error})") from error
    return image


def read_bytes(source: Any) -> bytes:
    """Return the bytes of a file.

    Args:
        source: A path, an `http`, `https` or `data` URL, or the bytes themselves.

    Raises:
        OSError: The file can't be read, or the server does not answer.
        ValueError: The file of a URL is larger than `MAX_BYTES`.
    """
    if isinstance(source, (bytes, bytearray)):
        return bytes(source)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"Can't load {type(source).__name__}: pass a path, a URL or the bytes of a file.")
    if isinstance(source, str) and source.lower().startswith(("http://", "https://", "data:")):
        return _download(source)
    with open(source, "rb") as file:
        return file.read()


def pil_image() -> Any:
    """Return the module `PIL.Image`."""
    try:
        import PIL.Image
    except ImportError as error:
        raise ImportError("Images need Pillow: pip install pillow") from error
    return PIL.Image


def encode_image_base64(image: Any) -> str:
    """Return an image as base64 text.

    Args:
        image: An image of PIL (`AgentImage` too), the bytes of an image file, or the path of one.
    """
    return _base64(_image_bytes(image))


def make_image_url(base64_image: str) -> str:
    """Return the data URL of an image that `encode_image_base64` made."""
    kind = next((kind for start, kind in _IMAGE_STARTS.items() if base64_image.startswith(start)), "png")
    return f"data:image/{kind};base64,{base64_image}"


def encode_audio(audio: Any) -> dict[str, str]:
    """Return audio as base64 text with its format, the way the OpenAI API takes it.

    Args:
        audio: The path of a wav or mp3 file, the bytes of one, an `AgentAudio`, or a pair of sample rate (Hz) and
            samples (one dimension, or samples x channels; floats in [-1, 1] or 16-bit integers).
    """
    data = _audio_bytes(audio)
    if data.startswith(b"RIFF"):
        return {"data": _base64(data), "format": "wav"}
    if data.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return {"data": _base64(data), "format": "mp3"}
    raise ValueError("Audio for a model must be wav or mp3: convert it first, e.g. `ffmpeg -i in.m4a out.wav`.")


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode("ascii")


def _image_bytes(image: Any) -> bytes:
    if hasattr(image, "to_raw"):
        image = image.to_raw()
    if isinstance(image, (bytes, bytearray)):
        return bytes(image)
    if hasattr(image, "save"):
        from io import BytesIO

        buffer = BytesIO()
        image.save(buffer, format="PNG")
        return buffer.getvalue()
    if isinstance(image, str) or hasattr(image, "__fspath__"):
        return read_bytes(image)
    raise TypeError(f"Not an image: {type(image).__name__}. Pass an image of PIL, the path or the bytes of a file.")


def _audio_bytes(audio: Any) -> bytes:
    if isinstance(audio, (bytes, bytearray)):
        return bytes(audio)
    if isinstance(audio, tuple):
        return _wav(*audio)
    if hasattr(audio, "to_string"):
        audio = audio.to_string()
    if isinstance(audio, str) or hasattr(audio, "__fspath__"):
        return read_bytes(audio)
    raise TypeError(f"Not audio: {type(audio).__name__}. Pass a path, the bytes of a file, or (sample rate, samples).")


def _download(url: str) -> bytes:
    from urllib.request import Request, urlopen

    # Some servers (Wikimedia's, for one) refuse urllib's own name.
    with urlopen(Request(url, headers={"User-Agent": "smolagents"}), timeout=TIMEOUT) as reply:
        data: bytes = reply.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{url[:200]} is larger than {MAX_BYTES // 1024**2} MB: download it and pass the path.")
    return data


def _wav(rate: int, samples: Any) -> bytes:
    import wave
    from array import array
    from io import BytesIO

    rows = samples.tolist() if hasattr(samples, "tolist") else list(samples)
    nested = bool(rows) and isinstance(rows[0], (list, tuple))
    channels = len(rows[0]) if nested else 1
    flat = [value for row in rows for value in row] if nested else rows
    if any(isinstance(value, float) for value in flat):
        flat = [round(max(-1.0, min(1.0, value)) * 32767) for value in flat]
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", flat).tobytes())
    return buffer.getvalue()
