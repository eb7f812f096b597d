"""Images in every form reach the model, and nothing in them does harm."""

import base64
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from smolagents import AgentImage
from smolagents_testing import ScriptedModel
from smolagents_tools_media import ImageAnalysisTool
from smolagents_tools_media.images import MAX_SIDE

from .conftest import WebServer

RED, GREEN = (255, 0, 0), (0, 128, 0)


class Looking(ImageAnalysisTool):
    """Keep what the model gets to see."""

    def __init__(self, **kwargs: Any) -> None:
        model = ScriptedModel([lambda messages: self.look(messages)] * 20)
        super().__init__(model=model, **kwargs)

    def look(self, messages: Any) -> str:
        (message,) = messages
        *pictures, text = message.content
        self.seen = [picture["image"] for picture in pictures]
        return f"  {text['text']}\n"

    @property
    def image(self) -> Image.Image:
        (image,) = self.seen
        return image


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    Image.new("RGB", (30, 20), "red").save(path)
    return path


def test_all_forms(red: Path, web: WebServer) -> None:
    data = red.read_bytes()
    forms: list[Any] = [red, str(red), os.path.relpath(red), data, f"{web.url}/red.png"]
    forms += [
        f"data:image/png;base64,{base64.b64encode(data).decode()}",
        Image.open(red),
        Image.new("RGB", (30, 20), "red"),
    ]
    forms += [AgentImage(red), AgentImage(data), np.full((20, 30, 3), RED, "uint8")]
    for form in forms:
        tool = Looking(private_hosts=["127.0.0.1"])
        assert tool(form, "What colour?") == "What colour?"
        assert (tool.image.mode, tool.image.size, tool.image.getpixel((5, 5))) == ("RGB", (30, 20), RED)
    assert web.requested == ["/red.png"]


def test_the_question_may_be_left_out(red: Path) -> None:
    assert "escribe" in Looking()(str(red))
    assert "escribe" in Looking()(image=str(red), question=None)


def test_large_images_are_scaled_down(tmp_path: Path) -> None:
    original = Image.new("RGB", (4000, 3000), "green")
    original.save(tmp_path / "large.jpg")
    for form in (str(tmp_path / "large.jpg"), original):
        tool = Looking()
        tool(form)
        assert tool.image.size == (MAX_SIDE, MAX_SIDE * 3 // 4)
    assert original.size == (4000, 3000)


def test_photos_are_upright(tmp_path: Path) -> None:
    photo = Image.new("RGB", (3200, 1600), "green")
    photo.paste("red", (0, 0, 1600, 1600))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    photo.save(tmp_path / "photo.jpg", exif=exif)
    tool = Looking()
    tool(str(tmp_path / "photo.jpg"))
    assert tool.image.size == (MAX_SIDE // 2, MAX_SIDE)
    assert tool.image.getpixel((10, 10))[0] > 200
    assert tool.image.getpixel((10, MAX_SIDE - 10))[0] < 50


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "1", "L", "I;16", "CMYK"])
def test_all_modes(mode: str, tmp_path: Path) -> None:
    path = tmp_path / f"image.{'tif' if mode == 'CMYK' else 'png'}"
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0)) if mode in ("RGBA", "P", "LA") else Image.new("L", (40, 40), 255)
    if mode == "I;16":
        image = Image.fromarray(np.full((40, 40), 65535, "uint16"))
    image.convert(mode).save(path)
    tool = Looking()
    tool(str(path))
    assert tool.image.getpixel((20, 20)) == (255, 255, 255)


def test_fine_print_of_black_and_white_scans_stays_grey(tmp_path: Path) -> None:
    scan = Image.fromarray((np.indices((3072, 3072)).sum(axis=0) % 2).astype("bool"))
    scan.save(tmp_path / "scan.png")
    tool = Looking()
    tool(str(tmp_path / "scan.png"))
    assert 100 < tool.image.getpixel((700, 700))[0] < 160


def png(width: int, height: int) -> bytes:
    """Return a PNG file of a few bytes that claims to be of any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def hostile(kind: str, folder: Path) -> tuple[Path, str]:
    path = folder / kind
    if kind == "bomb.png":
        path.write_bytes(png(60_000, 60_000))
        return path, "60000 x 60000 pixels"
    if kind == "cut.jpg":
        noise = io.BytesIO()
        Image.effect_noise((300, 300), 100).save(noise, "JPEG")
        path.write_bytes(noise.getvalue()[:3000])
        return path, "it is broken"
    if kind == "text.png":
        path.write_text("hello")
        return path, "no image of a kind that is read here"
    if kind == "program.eps":  # PostScript, which Pillow has Ghostscript run
        Image.new("RGB", (10, 10)).save(path)
        return path, "no image of a kind that is read here"
    if kind == "empty.png":
        path.touch()
        return path, "no image of a kind that is read here"
    if kind == "pipe.png":
        os.mkfifo(path)
        return path, "it is no file"
    if kind == "folder.png":
        path.mkdir()
        return path, "it is no file"
    return path, "there is no file of this name"


@pytest.mark.parametrize(
    "kind",
    [
        "bomb.png",
        "cut.jpg",
        "text.png",
        "program.eps",
        "empty.png",
        "pipe.png",
        "folder.png",
        "missing\0.png",
        "no.png",
    ],
)
def test_what_is_no_image_is_told_to_the_model(kind: str, tmp_path: Path) -> None:
    path, why = hostile(kind, tmp_path)
    tool = Looking()
    answer = tool(str(path))
    assert why in answer
    assert str(path) in answer
    assert not tool.model.calls


def test_broken_images_from_memory(tmp_path: Path) -> None:
    path, _ = hostile("cut.jpg", tmp_path)
    with Image.open(path) as image:
        assert "it is broken" in Looking()(image)
    assert "(a bytes)" in Looking()(b"hello")
    assert "can't be read" in Looking()("data:image/png;base64,x")
    assert "A list is no media file" in Looking()([1, 2])


def test_addresses_of_this_machine_are_refused(red: Path, web: WebServer) -> None:
    for url in (f"{web.url}/red.png", web.url.replace("127.0.0.1", "localhost"), "file:///etc/passwd", "ftp://a/b.png"):
        tool = Looking()
        assert "can't be read" in tool(url)
        assert not tool.model.calls
    assert web.requested == []


def test_models_without_eyes_are_refused() -> None:
    model = ScriptedModel([])
    model.supports_vision = False
    with pytest.raises(ValueError, match="scripted takes no images"):
        ImageAnalysisTool(model=model)
