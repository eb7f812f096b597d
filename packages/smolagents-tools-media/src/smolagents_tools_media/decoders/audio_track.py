"""Decode the audio track of a video, in pieces that a model for speech takes at once."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, BinaryIO

from smolagents.parser_program import Record, Unusable, serve

RATE = 16_000  # Hz, what models for speech listen to
LONGEST, SHORTEST = 30 * RATE, 20 * RATE
"""Samples of a piece; it ends at the quietest moment between the two."""

# Formats that hold their own data. Playlists (HLS, DASH, concat, …) have other files and addresses read.
CONTAINERS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,wav,w64,aiff,mp3,flac,aac,amr"
_MOMENT = RATE // 5
_SILENCE = 32  # of 32767, about -60 dB


def pieces(file: BinaryIO, max_seconds: float) -> Iterator[Record]:
    """Yield the sound in pieces: where each starts and ends, in seconds, and its samples, mono, 16 bits each.

    Pieces without a sound are left out. The last record says until when there is sound, and how long
    the file lasts.

    Args:
        file: The video.
        max_seconds: How much sound to decode.

    Raises:
        Unusable: There is no sound that can be decoded.
    """
    import av

    with _opened(file) as container:
        track = container.streams.best("audio")
        if track is None:
            raise Unusable("it has no audio track.")
        lasts = container.duration / av.time_base if container.duration else 0.0
        for head, body in _cut(_decoded(container, track), int(max_seconds * RATE)):
            yield {**head, "lasts": lasts}, body


def _opened(file: BinaryIO) -> Any:
    import av

    # No protocol is allowed, and whatever a format wants to open is refused.
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}
    try:
        return av.open(file, options=options, io_open=_refuse)
    except av.error.ArgumentError as error:
        raise Unusable(f"it is no video or sound of a kind that is read here ({CONTAINERS}).") from error
    except av.error.FFmpegError as error:
        raise Unusable("it is broken, or neither a video nor a sound.") from error


def _refuse(url: str, *_: Any) -> BinaryIO:
    raise PermissionError(f"{url} is another file")


def _decoded(container: Any, track: Any) -> Iterator[tuple[float | None, Any]]:
    """Yield the sound as it comes: its time in seconds where the file knows it, and samples."""
    import av

    resampler = _resampler()
    packets = container.demux(track)
    while True:
        try:
            frames = next(packets).decode()
        except StopIteration:
            return
        except av.error.FFmpegError:  # players go on after a damaged part, too
            continue
        for frame in frames:
            try:
                parts = resampler.resample(frame)
            except ValueError:  # the track goes on in another form
                resampler = _resampler()
                parts = resampler.resample(frame)
            for part in parts:
                yield frame.time, part.to_ndarray()[0]


def _resampler() -> Any:
    import av

    return av.AudioResampler(format="s16", layout="mono", rate=RATE)


def _cut(parts: Iterator[tuple[float | None, Any]], max_samples: int) -> Iterator[Record]:
    """Yield pieces of sound, and then how much there was of it."""
    import numpy

    waiting: list[Any] = []
    length = total = 0
    end = 0.0  # s, where the waiting sound ends in the file
    for time, samples in parts:
        samples = samples[: max_samples - total]
        waiting.append(samples)
        length += len(samples)
        total += len(samples)
        end = (end if time is None else max(0.0, time)) + len(samples) / RATE
        if length >= LONGEST:
            sound = numpy.concatenate(waiting)
            while len(sound) >= LONGEST:
                cut = _quietest(sound)
                yield from _piece(sound[:cut], end - (len(sound) - cut) / RATE)
                sound = sound[cut:]
            waiting, length = [sound], len(sound)
        if total >= max_samples:
            break
    if length:
        yield from _piece(numpy.concatenate(waiting), end)
    yield {"until": end, "whole": total < max_samples}, b""


def _quietest(sound: Any) -> int:
    """Return where to cut, so that no word is cut."""
    import numpy

    loudness = numpy.abs(sound[SHORTEST:LONGEST].astype("float32")).reshape(-1, _MOMENT).mean(axis=1)
    return SHORTEST + int(loudness.argmin()) * _MOMENT + _MOMENT // 2


def _piece(sound: Any, end: float) -> Iterator[Record]:
    import numpy

    if numpy.abs(sound.astype("int32")).max() > _SILENCE:
        yield {"start": max(0.0, end - len(sound) / RATE), "end": end}, sound.tobytes()


def _prepare(file: BinaryIO) -> None:
    import av
    import numpy  # noqa: F401

    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    serve(pieces, _prepare)
