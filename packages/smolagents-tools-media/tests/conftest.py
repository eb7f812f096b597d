"""Media files made on the spot, and no tests where the libraries are not installed: those have a lane, test-torch."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

LIBRARIES = ("PIL", "av", "numpy", "openai", "pypdfium2", "smolagents_tools_audio", "smolagents_tools_web")
collect_ignore_glob = [] if all(map(find_spec, LIBRARIES)) else ["test_*.py"]
if find_spec("torch") is None or find_spec("transformers") is None:
    collect_ignore_glob += ["test_local_*.py"]

os.environ["HF_HUB_OFFLINE"] = "1"  # read when huggingface_hub is imported

RATE = 48_000
VideoMaker = Callable[..., Path]


class WebServer:
    """Serve a folder on loopback, and remember what was asked for."""

    def __init__(self, folder: Path) -> None:
        requested = self.requested = list[str]()

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                requested.append(self.path)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    """Return a web server for the files of `tmp_path`."""
    server = WebServer(tmp_path)
    yield server
    server.stop()
    from smolagents_tools_web import connections

    connections.close()


@pytest.fixture
def make_video(tmp_path: Path) -> VideoMaker:
    """Return what makes a video in `tmp_path`: pictures of one colour, and a tone for the given times."""
    import av
    import numpy as np

    def make(name: str, seconds: int = 2, tones: list[tuple[float, float]] | None = None, sound: bool = True) -> Path:
        path = tmp_path / name
        is_webm = path.suffix == ".webm"
        with av.open(str(path), "w") as container:
            pictures: Any = container.add_stream("libvpx" if is_webm else "mpeg4", rate=5)
            pictures.width = pictures.height = 64
            track: Any = container.add_stream("libopus" if is_webm else "aac", rate=RATE) if sound else None
            times = np.arange(seconds * RATE) / RATE
            loud = sum((times >= start) & (times < end) for start, end in tones or [(0, seconds)])
            wave = (0.3 * np.sin(2 * np.pi * 440 * times) * loud).astype("float32")
            for second in range(seconds):
                for _ in range(5):
                    picture = np.full((64, 64, 3), 80, "uint8")
                    container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
                if track is not None:
                    part = wave[second * RATE : (second + 1) * RATE]
                    frame = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
                    frame.sample_rate = RATE
                    container.mux(track.encode(frame))
            for stream in filter(None, (pictures, track)):
                container.mux(stream.encode())
        return path

    return make


def in_cache(home: Path, name: str) -> Path:
    """Return the folder of a model in a cache of the Hub."""
    revision = "0123456789abcdef0123456789abcdef01234567"
    repository = home / "hub" / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(revision)
    return repository / "snapshots" / revision
