"""Decode sound files in a process of its own, which has limits of time and memory, and can open nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents.parser_process import parsed
from smolagents.parser_program import Unusable

from smolagents_tools_audio import decoder
from smolagents_tools_audio.sources import UnusableMedia

if TYPE_CHECKING:
    import numpy as np

MAX_SECONDS = 2 * 60 * 60
"""The longest recording that is transcribed."""

_CPU_SECONDS = 300


def samples_of(data: bytes) -> np.ndarray[Any, Any]:
    """Return the sound of a file: one channel, 16,000 samples per second, floats from -1 to 1.

    Raises:
        UnusableMedia: There is no sound that can be read, or too much of it.
    """
    import numpy as np

    return np.frombuffer(_decoded(data), "float32")


def as_ogg(data: bytes) -> bytes:
    """Return the sound of a file as an Ogg file of what models listen to, some 10 MB an hour.

    Raises:
        UnusableMedia: There is no sound that can be read, or too much of it.
    """
    return bytes(_decoded(data, as_ogg=True))


def _decoded(data: bytes, as_ogg: bool = False) -> bytearray:
    found = bytearray()
    try:
        for _, part in parsed(decoder.__file__, data, _CPU_SECONDS, max_seconds=MAX_SECONDS, as_ogg=as_ogg):
            found += part
    except Unusable as error:
        if "No module named" in str(error):
            raise ImportError(f"Decoding sound: {error} To install it: pip install smolagents-tools-audio") from error
        raise UnusableMedia(f"The recording can't be used: {error}") from error
    return found
