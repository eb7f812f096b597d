"""Agent types are the raw value, text and something to show, all in one."""

import copy
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, strategies as st
from smolagents.agent_types import (
    AgentAudio,
    AgentImage,
    AgentText,
    AgentType,
    AgentVideo,
    handle_agent_input_types,
    handle_agent_output_types,
)
from smolagents.serialization import SafeSerializer


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    image = PIL.Image.new("RGB", (4, 3), "red")
    image.putpixel((1, 1), (0, 0, 255))
    image.save(path)
    return path


@given(st.text())
def test_text_is_a_string(text: str) -> None:
    wrapped = AgentText(text)
    assert isinstance(wrapped, (AgentType, str))
    assert wrapped == text
    assert wrapped.to_raw() == wrapped.to_string() == str(wrapped) == text
    assert pickle.loads(pickle.dumps(wrapped)) == copy.deepcopy(wrapped) == text
    assert wrapped + "!" == text + "!"


def test_image_of_an_image_is_an_image() -> None:
    raw = PIL.Image.new("RGB", (4, 3), "red")
    image = AgentImage(raw)
    assert isinstance(image, AgentType)
    assert isinstance(image, PIL.Image.Image)
    assert image.to_raw() is raw
    assert (image.size, image.mode, image.getpixel((0, 0))) == ((4, 3), "RGB", (255, 0, 0))
    assert image.resize((2, 2)).size == (2, 2)
    assert np.asarray(image).shape == (3, 4, 3)
    assert not hasattr(image, "no_such_attribute")


def test_image_of_an_image_is_written_to_a_file_that_stays() -> None:
    raw = PIL.Image.new("RGB", (4, 3), "red")
    image = AgentImage(raw)
    path = image.to_string()
    assert str(image) == image.to_string() == path
    del image
    with PIL.Image.open(path) as written:
        assert written.tobytes() == raw.tobytes()
    Path(path).unlink()


def test_image_of_a_path_keeps_the_path(picture: Path) -> None:
    image = AgentImage(picture)
    assert image.to_string() == str(picture)
    assert image.to_raw() == PIL.Image.open(picture)
    assert image.getpixel((1, 1)) == (0, 0, 255)
    assert AgentImage(str(picture)).size == (4, 3)


def test_image_of_a_path_is_not_read_before_it_is_needed() -> None:
    image = AgentImage("no/such/file.png")
    assert image.to_string() == "no/such/file.png"
    assert repr(image) == "<AgentImage no/such/file.png>"
    with pytest.raises(FileNotFoundError, match=r"no/such/file\.png"):
        image.to_raw()


def test_image_of_bytes_and_of_an_agent_image(picture: Path) -> None:
    image = AgentImage(picture.read_bytes())
    assert image.getpixel((1, 1)) == (0, 0, 255)
    assert AgentImage(image).getpixel((1, 1)) == (0, 0, 255)
    assert AgentImage(AgentImage(picture)).to_string() == str(picture)


@pytest.mark.parametrize(
    ("array", "pixel", "size"),
    [
        (np.full((3, 5, 3), 200, dtype=np.uint8), (200, 200, 200), (5, 3)),
        (np.full((3, 5, 3), 200, dtype=np.int64), (200, 200, 200), (5, 3)),
        (np.full((3, 5, 3), 0.2), (51, 51, 51), (5, 3)),
        (np.full((3, 5), 1.0), 255, (5, 3)),
        (np.full((3, 5, 1), 7), 7, (5, 3)),
        (np.full((3, 5, 6), 7), (7, 7, 7), (6, 5)),
        (np.ones((3, 5), dtype=bool), 255, (5, 3)),
        (np.full((3, 5, 4), 9), (9, 9, 9, 9), (5, 3)),
    ],
)
def test_image_of_an_array(array: Any, pixel: Any, size: tuple[int, int]) -> None:
    image = AgentImage(array)
    assert image.getpixel((0, 0)) == pixel
    assert image.size == size


def test_image_of_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="Unsupported type for AgentImage: dict"):
        AgentImage({})


def test_image_is_saved_in_any_format(picture: Path) -> None:
    buffer = io.BytesIO()
    AgentImage(picture).save(buffer, format="jpeg", quality=90)
    assert buffer.getvalue().startswith(b"\xff\xd8")
    AgentImage(picture).save(picture.with_suffix(".gif"))
    assert picture.with_suffix(".gif").read_bytes().startswith(b"GIF")


def test_image_can_be_copied_and_pickled(picture: Path) -> None:
    for image in (AgentImage(picture), AgentImage(PIL.Image.open(picture))):
        for other in (copy.deepcopy(image), pickle.loads(pickle.dumps(image))):
            assert type(other) is AgentImage
            assert other.getpixel((1, 1)) == (0, 0, 255)


def test_audio_of_a_path_needs_no_library() -> None:
    audio = AgentAudio("path/to/audio.wav")
    assert audio == audio.to_string() == str(audio) == "path/to/audio.wav"
    assert audio.samplerate == 16_000
    assert copy.deepcopy(audio) == pickle.loads(pickle.dumps(audio)) == "path/to/audio.wav"
    assert AgentAudio("https://example.com/a.mp3").to_string() == "https://example.com/a.mp3"


def test_audio_of_samples_keeps_them() -> None:
    samples = np.array([0.0, 0.5, -0.5])
    assert np.array_equal(AgentAudio(samples).to_raw(), samples)
    audio = AgentAudio((8_000, samples))
    assert audio.samplerate == 8_000
    assert np.array_equal(audio.to_raw(), samples)
    with pytest.raises(ValueError, match="Unsupported audio type: int"):
        AgentAudio(3)


def test_audio_of_bytes_becomes_a_file(tmp_path: Path) -> None:
    path = Path(AgentAudio(b"RIFF...").to_string())
    assert path.suffix == ".wav"
    assert path.read_bytes() == b"RIFF..."
    path.unlink()


def test_samples_become_a_file_through_soundfile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ImportError, match="pip install soundfile"):
        AgentAudio([0.0, 0.5]).to_string()

    soundfile = ModuleType("soundfile")
    soundfile.write = lambda path, samples, rate: Path(path).write_text(f"{samples} {rate}")  # type: ignore[attr-defined]
    soundfile.read = lambda file: (np.array(list(file.read()), np.uint8), 44_100)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "soundfile", soundfile)
    path = Path(AgentAudio([0.0, 0.5], samplerate=8_000).to_string())
    assert path.read_text() == "[0.  0.5] 8000"
    audio = AgentAudio(str(path))
    assert bytes(int(sample) for sample in audio.to_raw()) == b"[0.  0.5] 8000"
    assert audio.samplerate == 44_100
    path.unlink()


def test_audio_of_audio_is_the_same(tmp_path: Path) -> None:
    samples = np.array([0.0, 0.5, -0.5])
    again = AgentAudio(AgentAudio((8_000, samples)))
    assert again.samplerate == 8_000
    assert np.array_equal(again.to_raw(), samples)
    assert AgentAudio(AgentAudio(tmp_path / "a.wav")).to_string() == str(tmp_path / "a.wav")
    assert Path(AgentAudio(AgentAudio(b"RIFF...")).to_string()).read_bytes() == b"RIFF..."
    assert Path(AgentVideo(AgentVideo(b"film")).to_raw()).read_bytes() == b"film"


def test_audio_from_memory_crosses_into_a_sandbox_as_its_file() -> None:
    data = SafeSerializer.to_json_safe([AgentAudio(b"RIFF..."), AgentAudio("a.wav"), AgentText("")])
    assert data[1:] == ["a.wav", ""]
    assert type(data[0]) is str
    assert Path(data[0]).read_bytes() == b"RIFF..."


def test_video_is_a_path_or_bytes(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    assert AgentVideo(path).to_string() == AgentVideo(str(path)) == str(path)
    assert AgentVideo(path).to_raw() == str(path)
    video = AgentVideo(b"film")
    written = Path(video.to_string())
    assert video.to_raw() == str(written)
    assert (written.suffix, written.read_bytes()) == (".mp4", b"film")
    written.unlink()
    with pytest.raises(TypeError, match="Unsupported video type: int"):
        AgentVideo(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [None, 3, 1.5, [1], {"a": 1}, True, b"x"])
def test_plain_output_stays_as_it_is(value: Any) -> None:
    assert handle_agent_output_types(value) is value
    assert handle_agent_output_types(value, "any") is value
    assert handle_agent_output_types(value, "object") is value


def test_output_is_wrapped_by_its_type() -> None:
    assert type(handle_agent_output_types("a")) is AgentText
    assert type(handle_agent_output_types(PIL.Image.new("RGB", (1, 1)))) is AgentImage
    for wrapped in (AgentText("a"), AgentImage("a.png"), AgentAudio("a.wav"), AgentVideo("a.mp4")):
        assert handle_agent_output_types(wrapped) is wrapped


def test_output_is_wrapped_by_the_declared_type_first() -> None:
    assert type(handle_agent_output_types(3, "string")) is AgentText
    assert type(handle_agent_output_types("a.png", "image")) is AgentImage
    assert type(handle_agent_output_types("a.wav", "audio")) is AgentAudio
    image = AgentImage("a.png")
    assert handle_agent_output_types(image, "image") is image


def test_inputs_are_unwrapped() -> None:
    args, kwargs = handle_agent_input_types(AgentText("a"), 1, b=AgentText("b"), c=[2])
    assert (list(args), kwargs) == (["a", 1], {"b": "b", "c": [2]})
    assert type(args[0]) is type(kwargs["b"]) is str


def test_wrapping_plain_values_loads_no_library() -> None:
    program = (
        "import sys; from smolagents.agent_types import *; from smolagents.tools import Tool\n"
        "from smolagents.agent_types import handle_agent_output_types as h, AgentAudio, AgentVideo\n"
        "h('a'); h(3); h({}); h(3, 'string'); AgentAudio('a.wav'); AgentVideo('a.mp4')\n"
        "print(sorted({'PIL', 'numpy', 'torch', 'soundfile', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_raw_type_says_that_it_knows_little(caplog: pytest.LogCaptureFixture) -> None:
    assert AgentType(3).to_raw() == 3
    assert str(AgentType(3)) == "3"
    assert len(caplog.records) == 2


def test_files_that_threads_ask_for_at_once_are_all_temporary(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from smolagents.temporary import is_temporary, temporary_path\n"
        "sys.setswitchinterval(1e-6)\n"
        "together = Barrier(16)\n"
        "def ask(number):\n"
        "    together.wait()\n"
        "    return temporary_path('.png')\n"
        "with ThreadPoolExecutor(16) as pool:\n"
        "    assert all(map(is_temporary, pool.map(ask, range(16))))\n"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []


def test_files_of_values_from_memory_go_with_the_process(tmp_path: Path) -> None:
    program = (
        "import os, PIL.Image\n"
        "from smolagents.agent_types import AgentAudio, AgentImage, AgentVideo\n"
        "values = AgentImage(PIL.Image.new('RGB', (1, 1))), AgentAudio(b'RIFF'), AgentVideo(b'film')\n"
        "paths = [value.to_string() for value in values]\n"
        "child = os.fork()\n"  # which ends as a process does, and must not take away what its parent uses
        "if child == 0:\n"
        "    assert AgentAudio(b'RIFF').to_string() not in paths\n"
        "    raise SystemExit\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "print([os.path.splitext(path)[1] for path in paths if os.path.exists(path)])\n"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['.png', '.wav', '.mp4']"
    assert list(tmp_path.iterdir()) == []
