"""Files that people hand to an agent: only what they claim to be, of a bearable size, under a safe name."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
DOCUMENTS = (".pdf", ".docx", ".txt")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_FILES = 20  # with one message


class UploadError(ValueError):
    """Tell why a file is not taken."""


def keep(source: str | Path, folder: str | Path, allowed: Sequence[str] = (*DOCUMENTS, *IMAGES)) -> Path:
    """Copy an uploaded file into a folder under a safe name that nothing there has, and return its path.

    Args:
        source: The file.
        folder: Where to; it is made if need be.
        allowed: Suffixes of the types that are taken.

    Raises:
        UploadError: The file is too large, of another type, or not what its suffix says.
    """
    source, folder = Path(source), Path(folder)
    suffix = source.suffix.lower()
    if suffix not in allowed:
        raise UploadError(f"File type disallowed: {suffix or 'none'}. Allowed: {', '.join(allowed)}")
    if not source.exists():  # somebody else has handed over the same file, which Gradio has once
        raise UploadError(f"{source.name} has gone: add it again")
    if source.stat().st_size > MAX_BYTES:
        raise UploadError(f"{source.name} is larger than {MAX_BYTES // 1024**2} MB")
    if not _CHECKS.get(suffix, _is_anything)(source):
        raise UploadError(f"{source.name} is no {suffix} file by its content")
    folder.mkdir(parents=True, exist_ok=True)
    with open(source, "rb") as content, _new_file(folder / safe_name(source.name)) as target:
        shutil.copyfileobj(content, target)
    return Path(target.name)


def safe_name(name: str) -> str:
    """Return a file name of letters, digits, `-`, `_` and `.` alone, that hides nothing and leaves no folder."""
    stem, dot, suffix = Path(name.replace("\\", "/")).name.rpartition(".")
    stem = re.sub(r"[^\w\-.]", "_", stem).strip(".").encode()[:100].decode(errors="ignore")
    return f"{stem or 'file'}{dot}{re.sub(r'[^A-Za-z0-9]', '', suffix)}"


def _new_file(path: Path) -> BinaryIO:
    """Open a file that was not there, of this name or of one with a number in it."""
    number, free = 1, path
    while True:
        try:
            return open(free, "xb")
        except FileExistsError:
            number += 1
            free = path.with_stem(f"{path.stem}_{number}")


def _is_image(path: Path) -> bool:
    from PIL import Image

    formats = {".jpg": "JPEG", ".jpeg": "JPEG"}
    try:
        with Image.open(path, formats=[formats.get(path.suffix.lower(), path.suffix[1:].upper())]) as image:
            if image.width * image.height > MAX_PIXELS:  # a small file can unfold to gigabytes
                raise _too_many_pixels(path)
            image.load()
            return True
    except UploadError:
        raise
    except Exception as error:  # Pillow raises whatever a broken file makes it stumble over
        if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
            raise _too_many_pixels(path) from None
        return False


def _too_many_pixels(path: Path) -> UploadError:
    return UploadError(f"{path.name} has more than {MAX_PIXELS // 10**6} million pixels")


def _is_pdf(path: Path) -> bool:
    with open(path, "rb") as file:
        return b"%PDF-" in file.read(1024)


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except Exception:  # zipfile raises whatever a broken file makes it stumble over
        return False


def _is_text(path: Path) -> bool:
    data = path.read_bytes()
    if b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_anything(path: Path) -> bool:
    return True


_CHECKS: dict[str, Callable[[Path], bool]] = {
    **dict.fromkeys(IMAGES, _is_image),
    **dict.fromkeys((".txt", ".md", ".csv", ".json", ".py"), _is_text),
    ".pdf": _is_pdf,
    ".docx": _is_docx,
}
