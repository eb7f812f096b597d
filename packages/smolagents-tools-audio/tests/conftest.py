"""Recordings and a tiny Whisper, and no tests where the libraries are not installed: PyTorch has a lane."""

import io
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

LIBRARIES = ("accelerate", "av", "httpx", "openai", "smolagents_tools_audio", "smolagents_tools_web", "soundfile")
LIBRARIES += ("soxr", "torch", "transformers")
collect_ignore_glob = [] if all(map(find_spec, LIBRARIES)) else ["test_*.py"]

os.environ["HF_HUB_OFFLINE"] = "1"  # read when huggingface_hub is imported
HEARD = "Good morning, Ada. Grüße!"


@pytest.fixture(scope="session")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of a Whisper that hears `HEARD` in every 30 seconds."""
    from smolagents_testing import make_tiny_whisper

    return str(make_tiny_whisper(tmp_path_factory.mktemp("whisper"), HEARD))


@pytest.fixture(scope="session")
def heard() -> str:
    return HEARD


@pytest.fixture(scope="session")
def tone() -> Callable[..., Any]:
    """Return a function that makes samples of a tone: in stereo its second channel is silent."""
    import numpy as np

    def make(seconds: float = 1.0, rate: int = 16_000, channels: int = 1, frequency: float = 440.0) -> Any:
        wave = 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
        silent = [np.zeros_like(wave)] * (channels - 1)
        return np.stack([wave, *silent], axis=1).astype("float32") if channels > 1 else wave.astype("float32")

    return make


@pytest.fixture(scope="session")
def sound(tone: Callable[..., Any]) -> Callable[..., bytes]:
    """Return a function that makes the bytes of a sound file with a tone."""

    def make(kind: str = "WAV", subtype: str | None = None, rate: int = 44_100, **options: Any) -> bytes:
        import soundfile

        target = io.BytesIO()
        soundfile.write(target, tone(rate=rate, **options), rate, format=kind, subtype=subtype)
        return target.getvalue()

    return make


@pytest.fixture
def recording(tmp_path: Path, sound: Callable[..., bytes]) -> Path:
    """Return the path of a sound file."""
    path = tmp_path / "meeting.wav"
    path.write_bytes(sound())
    return path
