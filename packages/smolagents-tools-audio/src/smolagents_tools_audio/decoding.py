"""Decode sound files in a process of its own: whatever a file makes the decoders do, it ends there.

A file follows what its author likes: it may crash a decoder, fill the memory, or name other files to read. The process
has limits of time and memory, and can open nothing.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from smolagents.parser_environment import parser_environment

from smolagents_tools_audio import decoder
from smolagents_tools_audio.sources import UnusableMedia

if TYPE_CHECKING:
    import numpy as np

MAX_SECONDS = 2 * 60 * 60
"""The longest recording that is transcribed."""

CPU_SECONDS = 300
# On a busy machine a process gets a part of its time only.
_WALL_SECONDS_FOR_ONE = 4
_TOO_LONG = f"The recording takes more than {CPU_SECONDS} s of computing to decode."


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
    return _decoded(data, as_ogg=True)


def _decoded(data: bytes, as_ogg: bool = False) -> bytes:
    order = json.dumps({"max_seconds": MAX_SECONDS, "cpu_seconds": CPU_SECONDS, "as_ogg": as_ogg})
    # By its path, without the package above it and all that this imports.
    command = [sys.executable, "-P", decoder.__file__, order]
    try:
        done = subprocess.run(
            command,
            input=data,
            env=parser_environment(),
            capture_output=True,
            timeout=_WALL_SECONDS_FOR_ONE * CPU_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableMedia(_TOO_LONG) from error
    if done.returncode == 0:
        return done.stdout
    reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if done.returncode == decoder.UNUSABLE:
        raise UnusableMedia(f"The recording {reason}")
    if done.returncode == -getattr(signal, "SIGXCPU", 0):  # Windows has no such limit
        raise UnusableMedia(_TOO_LONG)
    if "No module named" in reason:
        raise ImportError(f"Decoding sound needs soundfile and soxr ({reason}): pip install smolagents-tools-audio")
    raise UnusableMedia(f"The recording is broken: its decoder failed ({reason or f'exit code {done.returncode}'}).")
