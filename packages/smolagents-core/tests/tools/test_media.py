"""Images and files come from paths, URLs, bytes and objects."""

import base64
import struct
import threading
import zlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
from smolagents import media
from smolagents.agent_types import AgentImage
from smolagents.media import load_image, read_bytes


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    PIL.Image.new("RGB", (4, 3), "red").save(path)
    return path


@pytest.fixture
def url(picture: Path) -> Iterator[str]:
    """Serve the folder of the picture."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(picture.parent))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_image_comes_from_wherever_it_is(picture: Path, url: str) -> None:
    data = picture.read_bytes()
    for source in (
        picture,
        str(picture),
        data,
        bytearray(data),
        f"{url}/picture.png",
        "data:image/png;base64," + base64.b64encode(data).decode(),
        PIL.Image.open(picture),
        AgentImage(picture),
    ):
        image = load_image(source)
        assert (image.size, image.getpixel((0, 0))) == ((4, 3), (255, 0, 0))
        assert not isinstance(image, AgentImage)


def test_object_of_pil_is_not_copied(picture: Path) -> None:
    image = PIL.Image.open(picture)
    assert load_image(image) is image


def test_what_is_no_image_is_named(picture: Path) -> None:
    text = picture.with_suffix(".txt")
    text.write_text("hello")
    with pytest.raises(ValueError, match=r"Not an image that PIL can read: .*picture\.txt"):
        load_image(text)
    with pytest.raises(ValueError, match="Not an image that PIL can read: the given bytes"):
        load_image(b"hello")
    bomb = bytearray(picture.read_bytes())
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    with pytest.raises(ValueError, match=r"Not an image that PIL can read: the given bytes .*decompression bomb"):
        load_image(bytes(bomb))
    spider = BytesIO()
    PIL.Image.new("F", (8, 8)).save(spider, "SPIDER")
    odd = bytearray(spider.getvalue())
    struct.pack_into("=f", odd, 26 * 4, 1.0)  # PIL looks for an attribute that it lacks then
    with pytest.raises(ValueError, match="Not an image that PIL can read"):
        load_image(bytes(odd))
    with pytest.raises(TypeError, match="Can't load int: pass a path, a URL or the bytes"):
        load_image(3)


def test_what_is_missing_is_named(picture: Path, url: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.png"):
        load_image(picture.with_name("nothing.png"))
    with pytest.raises(OSError, match="404"):
        read_bytes(f"{url}/nothing.png")


def test_download_is_limited(picture: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_bytes(f"{url}/picture.png") == picture.read_bytes()
    monkeypatch.setattr(media, "MAX_BYTES", 10)
    with pytest.raises(ValueError, match="larger than"):
        read_bytes(f"{url}/picture.png")
    assert len(read_bytes(picture)) > 10, "a file of this machine is read whole"


def test_only_web_addresses_are_downloaded(picture: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(f"file://{picture}")
