"""Turn a sound file into samples, or into a smaller file for a server: a program that reads its standard input.

Run as a program it imports nothing of this package, so that it starts quickly.
"""

from __future__ import annotations

import io
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from io import BufferedReader
from typing import Any, BinaryIO

from smolagents.parser_program import Record, Unusable, serve

RATE = 16_000
"""Samples per second that models of speech listen to."""

RATES = range(1_000, 1_000_001)
"""Samples per second that recordings have."""

_BLOCK = 2**20  # samples of all channels together
_BY_SOUNDFILE = "wav, flac, ogg (Vorbis and Opus), mp3, aiff, au and caf"

# What libsndfile does not know: where the mark of the format stands, the mark, and the format's names for people and
# for FFmpeg.
CONTAINERS = (
    (4, b"ftyp", "MPEG-4 (m4a, mp4)", "mov"),
    (0, b"\x1aE\xdf\xa3", "WebM or Matroska", "matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media (wma)", "asf"),
    (0, b"#!AMR", "AMR", "amr"),
    (0, b"\xff\xf1", "AAC", "aac"),
    (0, b"\xff\xf9", "AAC", "aac"),
)


def container_of(data: bytes) -> tuple[str, str] | None:
    """Return the names of a file's format, for people and for FFmpeg, or None where libsndfile may know it."""
    for offset, mark, name, demuxer in CONTAINERS:
        if data[offset : offset + len(mark)] == mark:
            return name, demuxer
    return None


def sound(data: bytes, max_seconds: float) -> Iterator[Any]:
    """Yield the sound of a file in blocks: one channel, `RATE` samples per second, floats from -1 to 1.

    Raises:
        Unusable: There is no sound that can be read, or more than `max_seconds` of it.
    """
    import numpy

    blocks = _by_av(data) if container_of(data) else _by_soundfile(data, max_seconds)
    left = int(max_seconds * RATE)
    empty = True
    for block in blocks:
        left -= len(block)
        if left < 0:
            raise Unusable(f"it is longer than {max_seconds / 60:g} minutes: cut it into parts.")
        empty = empty and not len(block)
        yield numpy.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    if empty:
        raise Unusable("it holds no sound: there is not one sample in it.")


def _by_soundfile(data: bytes, max_seconds: float) -> Iterator[Any]:
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".")
        raise Unusable(f"it is no sound that can be read here ({reason}). {_advice(data)}") from error
    with file:
        if file.samplerate not in RATES:
            raise Unusable(f"it claims {file.samplerate} samples per second: it is broken.")
        if file.frames > max_seconds * file.samplerate:
            raise Unusable(f"it is longer than {max_seconds / 60:g} minutes: cut it into parts.")
        blocks = file.blocks(max(1, _BLOCK // file.channels), dtype="float32", always_2d=True)
        try:
            yield from resampled(blocks, file.samplerate)
        except soundfile.LibsndfileError as error:
            raise Unusable(f"it is damaged ({error.error_string.rstrip('.')}): cut off its damaged part.") from error


def _advice(data: bytes) -> str:
    if data[:512].lstrip()[:1] == b"<":
        return "It is a web page or other text: give the address of the sound file itself."
    return f"Formats that can: {_BY_SOUNDFILE}, and with PyAV m4a, mp4, webm, wma, aac and amr."


def resampled(blocks: Iterable[Any], rate: int) -> Iterator[Any]:
    """Yield blocks of frames x channels as one channel of `RATE` samples per second."""
    import numpy
    import soxr

    stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block.mean(axis=1, dtype="float32"))
    yield stream.resample_chunk(numpy.zeros(0, "float32"), last=True)


def _by_av(data: bytes) -> Iterator[Any]:
    import av

    name, demuxer = container_of(data) or ("", "")
    # The format is given and no protocol allowed: nothing in the file can name another file, or an address.
    options = {"format_whitelist": demuxer, "protocol_whitelist": "none"}
    try:
        with av.open(io.BytesIO(data), format=demuxer, options=options, io_open=_refuse) as container:
            track = container.streams.best("audio")
            if track is None:
                raise Unusable(f"it is {name} without a sound track.")
            resampler = av.AudioResampler("flt", "mono", RATE)
            for frame in _frames(container, track):
                for part in resampler.resample(frame):
                    yield part.to_ndarray().reshape(-1)
    except av.error.FFmpegError as error:
        raise Unusable(f"it looks like {name}, and is broken ({error.strerror}).") from error


def _frames(container: Any, track: Any) -> Iterator[Any]:
    yield from container.decode(track)
    yield None  # the resampler gives what it has kept


def _refuse(url: str, *_: Any) -> BinaryIO:
    raise PermissionError(f"{url} is another file")


def _as_ogg(blocks: Iterable[Any]) -> bytes:
    import soundfile

    target = io.BytesIO()
    # Vorbis is made five times as fast as Opus; libsndfile breaks down at long pieces.
    with soundfile.SoundFile(target, "w", RATE, 1, format="OGG", subtype="VORBIS") as file:
        for block in blocks:
            for start in range(0, len(block), 2**16):
                file.write(block[start : start + 2**16])
    return target.getvalue()


def _records(file: BinaryIO, max_seconds: float, as_ogg: bool) -> Iterator[Record]:
    blocks = sound(file.read(), max_seconds)
    if as_ogg:
        yield {}, _as_ogg(blocks)
    else:
        for block in blocks:
            yield {}, block.tobytes()


def _prepare(file: BufferedReader) -> None:
    for library in ("numpy", "soundfile", "soxr"):
        import_module(library)
    if found := container_of(file.peek()):
        try:
            import av
        except ImportError as error:
            raise Unusable(
                f"it is {found[0]}, which needs PyAV: pip install av, or convert it to wav, flac, ogg or mp3."
            ) from error
        for module in pkgutil.walk_packages(av.__path__, "av."):  # it imports some of itself later
            if not module.name.endswith("__main__"):
                import_module(module.name)


if __name__ == "__main__":
    serve(_records, _prepare)
