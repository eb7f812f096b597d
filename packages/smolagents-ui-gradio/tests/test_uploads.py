"""Files that people hand over: what is kept of them, and under which name."""

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from PIL import Image
from smolagents import CodeAgent
from smolagents_testing import ScriptedModel
from smolagents_ui_gradio import GradioUI
from smolagents_ui_gradio.uploads import UploadError, keep, safe_name


@given(st.text(max_size=40))
def test_names_are_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert "/" not in safe
    assert "\\" not in safe
    assert "\0" not in safe
    assert not safe.startswith(".")
    assert len(os.fsencode(safe_name(name * 20 + ".txt"))) < 200


def test_names_keep_what_they_can() -> None:
    assert safe_name("../../etc/pass wd;.txt") == "pass_wd_.txt"
    assert safe_name("C:\\x\\ünï.PDF") == "ünï.PDF"
    assert safe_name(".bashrc") == "file.bashrc"
    assert safe_name("<img onerror=x>.txt") == "_img_onerror_x_.txt"


def test_files_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("one")
    first = keep(tmp_path / "note.txt", tmp_path / "kept")
    (tmp_path / "note.txt").write_text("two")
    second = keep(tmp_path / "note.txt", tmp_path / "kept")
    assert (first.read_text(), second.read_text()) == ("one", "two")


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".txt", ".png", ".jpg"])
def test_content_must_be_what_the_name_says(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_bytes(b"\0MZ not what it says")
    with pytest.raises(UploadError, match=f"is no {suffix} file by its content"):
        keep(file, tmp_path / "kept")


def test_true_files_are_kept(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "a.jpg")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    for name in ("a.jpg", "a.pdf", "a.docx"):
        assert keep(tmp_path / name, tmp_path / "kept").exists()
    (tmp_path / "b.png").write_bytes((tmp_path / "a.jpg").read_bytes())
    with pytest.raises(UploadError, match=r"no \.png file"):
        keep(tmp_path / "b.png", tmp_path / "kept")


def test_a_document_that_no_program_can_open_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    data = bytearray((tmp_path / "a.docx").read_bytes())
    data[data.index(b"PK\x01\x02") + 6] = 255  # made for a version that there is not
    (tmp_path / "a.docx").write_bytes(data)
    with pytest.raises(UploadError, match=r"no \.docx file"):
        keep(tmp_path / "a.docx", tmp_path / "kept")


def test_images_must_be_whole(tmp_path: Path) -> None:
    Image.effect_noise((64, 64), 50).save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:600])
    with pytest.raises(UploadError, match=r"no \.jpg file"):
        keep(tmp_path / "b.jpg", tmp_path / "kept")


@pytest.mark.parametrize("side", [7_100, 9_600, 20_000])  # also what Pillow warns of, and what it refuses
def test_images_that_unfold_to_gigabytes_are_refused(side: int, tmp_path: Path) -> None:
    Image.new("1", (side, side)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 100_000
    with pytest.raises(UploadError, match="more than 50 million pixels"):
        keep(tmp_path / "bomb.png", tmp_path / "kept")


def test_large_files_are_refused(tmp_path: Path) -> None:
    with open(tmp_path / "large.txt", "wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(UploadError, match="larger than 20 MB"):
        keep(tmp_path / "large.txt", tmp_path / "kept")


def test_upload_file(tmp_path: Path) -> None:
    ui = GradioUI(CodeAgent([], ScriptedModel([])), file_upload_folder=tmp_path / "kept")
    said, log = ui.upload_file(None, [])
    assert (said.value, log) == ("No file uploaded", [])
    (tmp_path / "x.exe").write_bytes(b"MZ")
    said, log = ui.upload_file(str(tmp_path / "x.exe"), [])
    assert (said.value, log) == ("File type disallowed", [])
    (tmp_path / "x.txt").write_text("hi")
    said, log = ui.upload_file(str(tmp_path / "x.txt"), [])
    assert (said.value, log) == (f"File uploaded: {tmp_path / 'kept' / 'x.txt'}", [str(tmp_path / "kept" / "x.txt")])
