"""Recordings of every kind become what models listen to, and broken or hostile ones a sentence for the model."""

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from smolagents import AgentAudio
from smolagents_tools_audio import decoding, recordings
from smolagents_tools_audio.recordings import samples_for_model
from smolagents_tools_audio.sources import UnusableMedia

RATE = 16_000
Sound = Callable[..., bytes]
Tone = Callable[..., Any]


def pitch(samples: Any) -> float:
    """Return the loudest frequency, in Hz."""
    return float(np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples))


def check(samples: Any, seconds: float = 1.0, frequency: float = 440.0, tolerance: float = 0.02) -> None:
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert len(samples) / RATE == pytest.approx(seconds, abs=0.2)  # encoders add some silence
    assert pitch(samples) == pytest.approx(frequency, rel=tolerance)
    assert np.abs(samples).max() <= 1.0


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "PCM_U8"),
        ("WAV", "FLOAT"),
        ("FLAC", None),
        ("OGG", "VORBIS"),
        ("MP3", None),
        ("AIFF", None),
        ("CAF", None),
        ("AU", None),
    ],
)
def test_formats(sound: Sound, kind: str, subtype: str | None) -> None:
    check(samples_for_model(sound(kind, subtype)))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 48_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_rates_and_channels(tone: Tone, rate: int, channels: int) -> None:
    check(samples_for_model((rate, tone(rate=rate, channels=channels))))


def test_opus(sound: Sound) -> None:
    check(samples_for_model(sound("OGG", "OPUS", rate=48_000)))


@pytest.mark.parametrize(
    ("kind", "codec"), [("ipod", "aac"), ("mp4", "aac"), ("webm", "libopus"), ("adts", "aac"), ("asf", "wmav2")]
)
def test_formats_that_need_pyav(tone: Tone, kind: str, codec: str) -> None:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=kind) as container:
        track = container.add_stream(codec, rate=48_000)
        track.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(tone(rate=48_000).reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        for part in [*av.AudioResampler(track.format, track.layout, 48_000, 960).resample(frame), None]:
            container.mux(track.encode(part))
    check(samples_for_model(target.getvalue()))
    with pytest.raises(UnusableMedia, match=r"The recording can't be used: it (looks like|is|holds)"):
        samples_for_model(target.getvalue()[:200])


def test_what_needs_pyav_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "av.py").write_text("raise ImportError('none here')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UnusableMedia, match=r"is MPEG-4 \(m4a, mp4\), which needs PyAV: pip install av"):
        samples_for_model(b"\0\0\0\x1cftypM4A ")


@pytest.mark.parametrize("kind", ["int16", "int32", "uint8", "float64", "float16"])
def test_types_of_samples(tone: Tone, kind: str) -> None:
    full = {"int16": 2**15 - 1, "int32": 2**31 - 1, "uint8": 127}.get(kind, 1)
    samples = (tone().astype("float64") * full + (128 if kind == "uint8" else 0)).astype(kind)
    made = samples_for_model((RATE, samples))
    check(made)
    assert np.abs(made).max() == pytest.approx(0.5, abs=0.01)


def test_samples_without_a_rate_are_at_16_khz(tone: Tone) -> None:
    wave = tone()
    expected = samples_for_model((RATE, wave))
    stereo = np.stack([wave, wave])
    for form in (wave, torch.from_numpy(wave), torch.from_numpy(stereo), stereo, stereo.T, wave.tolist()):
        assert np.allclose(samples_for_model(form), expected, atol=1e-6)
    check(samples_for_model(torch.from_numpy(wave).bfloat16()))
    check(samples_for_model((wave * 32_767).astype(int).tolist()))


def test_too_loud_is_made_softer_and_nonsense_is_silence(tone: Tone) -> None:
    wave = 8 * tone()
    check(samples_for_model((RATE, wave)))
    wave[:100] = np.nan
    check(samples_for_model((RATE, wave)))


@pytest.mark.parametrize("silence", [np.zeros(RATE), np.full(RATE, 1e-5)])
def test_silence(sound: Sound, silence: Any) -> None:
    with pytest.raises(UnusableMedia, match="is silent"):
        samples_for_model((RATE, silence))


@pytest.mark.parametrize("nothing", [None, 3, {"a": 1}, "abc".encode, (0, [1.0]), (RATE, "text"), np.zeros((2, 2, 2))])
def test_what_is_no_recording(nothing: Any) -> None:
    with pytest.raises(UnusableMedia, match="is no recording: pass the path of a sound file"):
        samples_for_model(nothing)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"root:x:0:0:root:/root:/bin/bash", r"is no sound that can be read here .*Formats that can: wav, flac, ogg"),
        (b"<!DOCTYPE html><html></html>", "It is a web page or other text"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "is no sound|holds no sound"),
        (b"fLaC" + bytes(100), "is no sound|holds no sound"),
        (b"OggS" + bytes(100), "is no sound"),
        (b"\x1aE\xdf\xa3" + bytes(100), "looks like WebM or Matroska, and is broken"),
        # A playlist, which FFmpeg would follow to other files.
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "is no sound"),
    ],
)
def test_broken_files(data: bytes, why: str) -> None:
    with pytest.raises(UnusableMedia, match=f"(?s)The recording .*({why})"):
        samples_for_model(data)


def test_truncated_files(sound: Sound) -> None:
    whole = sound("MP3", seconds=20)
    check(samples_for_model(whole[: len(whole) // 2])[: 8 * RATE], 8)
    whole = sound("FLAC", seconds=20)
    with pytest.raises(
        UnusableMedia, match=r"The recording can't be used: it is damaged \(.*sync\): cut off its damaged part"
    ):
        samples_for_model(whole[: len(whole) // 2])


def test_header_that_lies(sound: Sound) -> None:
    header = bytearray(sound("WAV", "PCM_16"))
    for rate in (0, 1, 2**31 - 1):
        struct.pack_into("<I", header, 24, rate)
        with pytest.raises(UnusableMedia, match="The recording"):
            samples_for_model(bytes(header))


def test_long_recordings(monkeypatch: pytest.MonkeyPatch, sound: Sound, tone: Tone) -> None:
    monkeypatch.setattr(decoding, "MAX_SECONDS", 60)
    monkeypatch.setattr(recordings, "MAX_SECONDS", 60)
    check(samples_for_model(sound("FLAC", seconds=59)), 59)
    for too_long in (sound("FLAC", seconds=61), sound("MP3", seconds=61), (8_000, tone(seconds=61, rate=8_000))):
        with pytest.raises(UnusableMedia, match="is longer than 1 minutes: cut it into parts"):
            samples_for_model(too_long)


def test_agent_audio(tmp_path: Any, sound: Sound, tone: Tone) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(sound("FLAC", rate=44_100))
    forms = [AgentAudio(path), AgentAudio(str(path)), AgentAudio(path.read_bytes()), AgentAudio(tone())]
    forms += [AgentAudio((44_100, tone(rate=44_100))), AgentAudio(torch.from_numpy(tone(rate=8_000)), samplerate=8_000)]
    for audio in forms:
        (by_position,), by_name = recordings.by_path((audio,), {"audio": audio})
        check(samples_for_model(by_position))
        assert by_name == {"audio": by_position}


def test_agent_audio_reads_what_soundfile_reads(tmp_path: Any, sound: Sound) -> None:
    for kind in ("WAV", "FLAC", "OGG", "MP3"):
        path = tmp_path / f"a.{kind.lower()}"
        path.write_bytes(sound(kind, rate=22_050, channels=2))
        audio = AgentAudio(str(path))
        samples = audio.to_raw()
        assert isinstance(samples, torch.Tensor)
        assert samples.shape[1] == 2
        assert audio.samplerate == 22_050
        assert audio.to_string() == str(path)


def test_agent_audio_writes_what_models_make(tone: Tone) -> None:
    import soundfile

    stereo = torch.from_numpy(tone(channels=2).T.copy())  # the layout of torchaudio
    for samples in (stereo, stereo.bfloat16(), (stereo * 32_767).short(), (stereo * 32_767).long()):
        written, rate = soundfile.read(AgentAudio((8_000, samples)).to_string())
        assert (written.shape, rate) == ((RATE, 2), 8_000)
        assert np.abs(written).max() == pytest.approx(0.5, abs=0.01)
