"""Where recordings come from: what a model names is checked."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing import FakeWebServer
from smolagents_tools_audio.sources import UnusableMedia, open_media


def test_paths_and_bytes(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = recording.read_bytes()
    monkeypatch.chdir(recording.parent)
    for source in (recording, str(recording), "meeting.wav", data, bytearray(data), memoryview(data)):
        assert open_media(source) == data


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("nowhere.wav", r"There is no file nowhere\.wav \(working directory: /"),
        ("/dev/zero", "/dev/zero is no file"),
        ("/", "/ is no file"),
        ("a\0b", "can't be read"),
        ("a" * 5_000, "^a{200} can't be read: File name too long"),
        (b"", "is empty"),
        (3, "A int is no media file"),
        ("file:///etc/passwd", "pass a path or an address that begins with http"),
        ("ftp://example.com/a.wav", "pass a path or an address that begins with http"),
        ("data:audio/wav;base64,AAAA", "pass a path or an address that begins with http"),
        ("http://127.0.0.1:9/a.wav", r"127\.0\.0\.1 is not on the public Internet"),
        ("http://[::ffff:10.0.0.1]/a.wav", "is not on the public Internet"),
        ("HTTP://2130706433/a.wav", "is not on the public Internet"),
        ("http://169.254.169.254/latest/meta-data/", "is not on the public Internet"),
    ],
)
def test_what_can_not_be_read(source: Any, why: str) -> None:
    with pytest.raises(UnusableMedia, match=why):
        open_media(source)


def test_a_pipe_does_not_keep_it_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(UnusableMedia, match="is no file"):
        open_media(tmp_path / "pipe.wav")


def test_large_files(tmp_path: Path) -> None:
    path = tmp_path / "large.wav"
    with path.open("wb") as file:
        file.truncate(2**40)  # takes no room
    for source in (path, b"RIFF" + bytes(2**20)):
        with pytest.raises(UnusableMedia, match="is larger than 1 MiB: use a compressed format"):
            open_media(source, max_bytes=2**20)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_are_closed(recording: Path) -> None:
    recording.chmod(0)
    with pytest.raises(UnusableMedia, match="can't be read: Permission denied"):
        open_media(recording)


def test_addresses(sound: Callable[..., bytes]) -> None:
    data = sound("OGG")
    with FakeWebServer() as web:
        web.add("/meeting.ogg", data, content_type="audio/ogg")
        web.add("/moved", "", status=302, Location="/meeting.ogg")
        web.add("/inside", "", status=302, Location="http://10.0.0.1/meeting.ogg")
        for path in ("/meeting.ogg", "/moved"):
            assert open_media(web.url + path, private_hosts=["127.0.0.1"]) == data
        count = len(web.requests)
        with pytest.raises(UnusableMedia, match=r"10\.0\.0\.1 is not on the public Internet"):
            open_media(f"{web.url}/inside", private_hosts=["127.0.0.1"])
        with pytest.raises(UnusableMedia, match=r"127\.0\.0\.1 is not on the public Internet"):
            open_media(f"{web.url}/meeting.ogg")
        assert len(web.requests) == count + 1
        with pytest.raises(UnusableMedia, match="nowhere can't be read: the server answered 404 Not Found"):
            open_media(f"{web.url}/nowhere", private_hosts=["127.0.0.1"])
        with pytest.raises(UnusableMedia, match="is larger than 1 MiB"):
            open_media(web.hostile("endless"), private_hosts=["127.0.0.1"], max_bytes=2**20)


def test_addresses_need_the_client_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_PLUGINS", "smolagents-tools-audio")
    with pytest.raises(ImportError, match="This needs smolagents-tools-web"):
        open_media("https://example.com/a.wav")
