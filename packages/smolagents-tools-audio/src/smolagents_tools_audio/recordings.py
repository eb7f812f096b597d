"""Take recordings as tools get them: paths, addresses, files in memory, samples."""

from __future__ import annotations

import io
import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import AgentAudio

from smolagents_tools_audio.decoder import RATE, RATES, resampled
from smolagents_tools_audio.decoding import MAX_SECONDS, samples_of
from smolagents_tools_audio.sources import UnusableMedia, open_media

if TYPE_CHECKING:
    import numpy as np

INPUT = {
    "type": "audio",
    "description": "The recording: the path of a sound file, its http(s) address, or a variable that holds audio.",
}
_SILENCE = 3e-4  # of 1: -70 dB
# Of integers of other types, which lists of Python's become, 16 bits are taken for used.
_LARGEST = {"int8": 2**7, "uint8": 2**7, "int32": 2**31}


def by_path(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return a call's arguments with audio as the path of its file: as raw samples it would lose their rate."""
    return tuple(map(_by_path, args)), {name: _by_path(value) for name, value in kwargs.items()}


def _by_path(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _by_path(inner) for name, inner in value.items()}
    return value.to_string() if isinstance(value, AgentAudio) else value


def samples_for_model(audio: Any, private_hosts: Collection[str] = ()) -> np.ndarray[Any, Any]:
    """Return a recording as models of speech take it: one channel, 16,000 samples per second, floats from -1 to 1.

    Args:
        audio: A path, a URL, the bytes of a file, samples at 16,000 Hz (an array, a tensor or a list), or a pair of
            sample rate and samples.
        private_hosts: Hosts that may be read from though their addresses are not public.

    Raises:
        UnusableMedia: There is no sound that can be transcribed.
    """
    import numpy as np

    if is_file(audio):
        samples = samples_of(open_media(audio, private_hosts))
    else:
        rate, frames = _frames(audio)
        if len(frames) > MAX_SECONDS * rate:
            raise UnusableMedia(f"The recording is longer than {MAX_SECONDS // 60} minutes: cut it into parts.")
        samples = np.concatenate(list(resampled([frames], rate)))
    loudest = float(np.abs(samples).max(initial=0.0))
    if loudest < _SILENCE:
        raise UnusableMedia("The recording is silent: there is nothing to transcribe.")
    return samples / loudest if loudest > 1.0 else samples


def file_for_server(audio: Any, private_hosts: Collection[str] = ()) -> bytes:
    """Return a recording as the bytes of a sound file; arguments and errors are those of `samples_for_model`."""
    if is_file(audio):
        return open_media(audio, private_hosts)
    import soundfile

    rate, frames = _frames(audio)
    target = io.BytesIO()
    soundfile.write(target, frames, rate, format="WAV", subtype="PCM_16")
    return target.getvalue()


def is_file(audio: Any) -> bool:
    """Tell whether a recording is a file, somewhere or in memory, and not samples."""
    return isinstance(audio, (str, os.PathLike, bytes, bytearray, memoryview))


def _frames(audio: Any) -> tuple[int, np.ndarray[Any, Any]]:
    """Return the rate and the samples (frames x channels) of a recording that is no file."""
    rate, samples = audio if isinstance(audio, tuple) and len(audio) == 2 else (RATE, audio)
    try:
        frames = _floats(samples)
        if int(rate) not in RATES or frames.ndim not in (1, 2):
            raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        raise UnusableMedia(
            f"A {type(audio).__name__} like this is no recording: pass the path of a sound file, or a pair of "
            "sample rate (Hz) and samples (floats from -1 to 1; one dimension, or samples x channels)."
        ) from error
    if not frames.size:
        raise UnusableMedia("The recording is empty.")
    if frames.ndim == 1:
        return int(rate), frames.reshape(-1, 1)
    return int(rate), frames.T if frames.shape[0] < frames.shape[1] else frames  # PyTorch has the channels first


def _floats(samples: Any) -> np.ndarray[Any, Any]:
    import numpy as np

    if hasattr(samples, "detach"):  # a torch tensor, maybe of a type that numpy has not
        samples = samples.detach().cpu()
        samples = samples.float() if samples.is_floating_point() else samples
    array = np.asarray(samples)
    if array.dtype.kind not in "fiu":
        raise TypeError
    floats: np.ndarray[Any, Any] = array.astype("float32")
    if array.dtype.kind == "f":
        np.nan_to_num(floats, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        return floats
    if array.dtype.name == "uint8":
        floats -= 128
    floats /= _LARGEST.get(array.dtype.name, 2**15)
    return floats
