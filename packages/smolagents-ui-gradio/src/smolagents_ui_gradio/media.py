"""Images, sounds and videos of a run, as files that the page may show."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from smolagents.agent_types import AgentAudio, AgentImage, AgentVideo
from smolagents.media import encode_audio

# How files begin that browsers play: what a tool calls a sound may be any file whose path a model has named.
_STARTS = (b"RIFF", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"fLaC", b"OggS", b"\x1a\x45\xdf\xa3")
_SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".webm", ".mp4", ".m4a", ".m4v", ".mov")

_OF_PNG = ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16")  # modes of images


def media_in(output: Any) -> Iterator[Any]:
    """Yield the images, sounds and videos that an answer is or holds."""
    if is_media(output):
        yield output
    elif isinstance(output, Mapping):
        yield from filter(is_media, output.values())
    elif isinstance(output, (list, tuple)):
        yield from filter(is_media, output)


def is_media(value: Any) -> bool:
    """Tell whether a value is something to see or hear."""
    return isinstance(value, (AgentAudio, AgentVideo)) or _is_image(value) or _is_sound(value)


def shown_file(media: Any) -> str:
    """Return the path of a new file that the page may load.

    Raises:
        OSError: It can't be read.
        ValueError: It lies elsewhere in the network, or is something else than it is said to be.
    """
    if _is_image(media):
        _check_near(getattr(media, "_path", None))  # of an AgentImage that has not been read yet
        target = new_file(".png")
        image = media.to_raw() if isinstance(media, AgentImage) else media
        (image if image.mode in _OF_PNG else image.convert("RGB")).save(target, format="png")
        return str(target)
    if _is_sound(media):
        target = new_file(".wav")
        target.write_bytes(b64decode(encode_audio(media)["data"]))
        return str(target)
    path = media.to_string()
    _check_near(path)
    suffix = os.path.splitext(path)[1].lower()
    with open(path, "rb") as file:
        start = file.read(12)
    if suffix not in _SUFFIXES or not (start.startswith(_STARTS) or start[4:8] == b"ftyp"):
        raise ValueError(f"{path} is no sound or video that browsers play ({', '.join(_SUFFIXES)})")
    target = new_file(suffix)
    shutil.copyfile(path, target)
    return str(target)


def new_file(suffix: str) -> Path:
    """Return the path of a new file that the page may load; it goes when `forget` says so, or the process ends."""
    return _folder() / f"{secrets.token_hex(16)}{suffix}"


def forget(content: Any) -> None:
    """Delete the file that a message of a chat has, if `new_file` made it."""
    if isinstance(content, dict) and Path(content.get("path", "")).parent == _folder():
        Path(content["path"]).unlink(missing_ok=True)


@cache
def _folder() -> Path:
    """Return a folder that Gradio serves as it is, rather than copying each file into a folder that nobody tidies."""
    import gradio

    folder = mkdtemp(prefix="smolagents-page-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    gradio.set_static_paths([folder])
    return Path(folder)


def _is_image(value: Any) -> bool:
    return isinstance(value, AgentImage) or _is_one_of("PIL.Image", "Image", value)


def _is_sound(value: Any) -> bool:
    """Tell whether a value is a pair of sample rate and samples, as tools for audio return it."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], int) and _is_samples(value[1])


def _is_samples(value: Any) -> bool:
    return _is_one_of("numpy", "ndarray", value) or _is_one_of("torch", "Tensor", value)


def _is_one_of(module: str, kind: str, value: Any) -> bool:
    """Tell whether a value is of a class of a module; what merely looks like it may be code of a model."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, kind, ()))


def _check_near(path: str | None) -> None:
    if path is not None and path.lower().startswith(("http://", "https://")):
        raise ValueError(f"this page loads nothing from elsewhere: {path}")
