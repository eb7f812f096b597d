"""Turn the bytes of a page into text: HTML into Markdown, PDF files page by page, all else as it is.

Run as a program it reads a page's bytes and writes the text. It imports nothing of this package, so that it starts
quickly.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urljoin

from smolagents.parser_program import Record, Unusable, serve

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MAX_HTML_CHARACTERS = 2 * 2**20
# Deeper than pages that people write, and shallow enough for parsers that go down by recursion.
MAX_DEPTH = 120
_WITHOUT_TEXT = ["script", "style", "template", "svg", "iframe", "object", "canvas", "audio", "video"]
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([\w:.-]{1,40})""", re.IGNORECASE)
_LONGEST_CHARACTER = 4  # bytes
# Their bytes may be valid UTF-8 by chance.
_NOT_TO_GUESS = ("iso-2022", "hz", "utf-16", "utf-32")
_MAYBE_TEXT = ("", "application/octet-stream")
_TEXT_TYPES = ("json", "xml", "javascript", "yaml", "csv", "toml", "rtf", "sql", "x-sh", "x-python")


def convert(body: bytes, content_type: str, url: str, max_characters: int, is_whole: bool = True) -> str:
    """Return the text of a page.

    Args:
        body: Its bytes.
        content_type: The header Content-Type.
        url: Where it is; links become relative to nothing.
        max_characters: How many characters to return at most, a note about the rest not counted.
        is_whole: Whether these are all of its bytes.

    Raises:
        Unusable: It has none.
    """
    kind, notes = content_type.partition(";")[0].strip().lower(), []
    if body.lstrip()[:5] == b"%PDF-":
        text = _pdf_text(body, max_characters)
    elif kind in _MAYBE_TEXT or kind.startswith("text/") or kind.endswith(_TEXT_TYPES):
        text = decoded(body, content_type, is_whole)
        if _is_html(kind, text):
            if len(text) > MAX_HTML_CHARACTERS:
                notes.append(f"[Only the first {MAX_HTML_CHARACTERS} of {len(text)} characters of HTML were read.]")
            text = markdown(text[:MAX_HTML_CHARACTERS], url)
    else:
        raise Unusable(f"it is a file of type {kind} ({len(body)} bytes), not a page of text.")
    text = re.sub(r"\n\s*\n\s*\n", "\n\n", _CONTROLS.sub("", text)).strip()
    if not text:
        raise Unusable("it has no text. Perhaps it is made by scripts in a browser, or of images.")
    if len(text) > max_characters:
        notes.append(f"[Only the first {max_characters} of {len(text)} characters are shown.]")
    return "\n\n".join([text[:max_characters], *notes])


def decoded(body: bytes, content_type: str, is_whole: bool = True) -> str:
    """Return bytes as text, by what they are where that is clear, and else by what they are said to be.

    Raises:
        Unusable: They are no text.
    """
    said = re.search(r"charset\s*=\s*[\"']?([\w:.-]{1,40})", content_type, re.IGNORECASE)
    in_page = _CHARSET.search(body[:4096])
    names = [said[1]] if said else []
    names += [in_page[1].decode("ascii")] if in_page else []
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = [name for mark, name in marks.items() if body.startswith(mark)]
    if marked or not names or not names[0].lower().startswith(_NOT_TO_GUESS):
        names = [*marked, "utf-8", *names]
    for name in [*names, "windows-1252"]:
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            text = _decoded_as(body, name, is_whole)
            break
    else:
        text = body.decode("windows-1252", "replace")
    if len(_CONTROLS.findall(text[:100_000])) > max(8, len(text[:100_000]) // 20):
        raise Unusable(f"it says that it is text, but is a binary file ({len(body)} bytes).")
    return text


def _decoded_as(body: bytes, name: str, is_whole: bool) -> str:
    """Return bytes in an encoding; where the body is cut, so may be its last character."""
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        if is_whole or error.start < len(body) - _LONGEST_CHARACTER:
            raise
        return body[: error.start].decode(name)


def _is_html(kind: str, text: str) -> bool:
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    start = text[:1000].lstrip().lower()
    return kind in _MAYBE_TEXT and start.startswith(("<!doctype html", "<html"))


def markdown(html: str, url: str) -> str:
    """Return HTML as Markdown, its title first, links and images with whole addresses."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    for tag in soup.find_all([*_WITHOUT_TEXT, "title"]):
        tag.extract()
    _flatten(soup)
    _complete_links(soup, url)
    converter = MarkdownConverter(heading_style="ATX", escape_underscores=False, escape_asterisks=False)
    text = str(converter.convert_soup(soup)).strip()
    return text if not title or f"# {title}\n" in f"{text}\n" else f"# {title}\n\n{text}"


def _flatten(soup: BeautifulSoup) -> None:
    """Put the text of what lies too deep into the element above it."""
    from bs4 import Tag

    level: list[Any] = [soup]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element.children if isinstance(child, Tag)]
    for element in level:
        element.string = element.get_text(" ")


def _complete_links(soup: BeautifulSoup, url: str) -> None:
    base = soup.find("base", href=True)
    if base is not None:
        url = _joined(url, base, "href") or url
    for name, attribute in (("a", "href"), ("img", "src")):
        for element in soup.find_all(name, attrs={attribute: True}):
            target = _joined(url, element, attribute)
            if target is None:
                del element[attribute]
            else:
                element[attribute] = target


def _joined(url: str, element: Tag, attribute: str) -> str | None:
    try:
        target = urljoin(url, str(element[attribute]).strip())
    except ValueError:
        return None
    return target if target.startswith(("http://", "https://", "mailto:")) else None


def _pdf_text(body: bytes, max_characters: int) -> str:
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = PdfReader(BytesIO(body[body.index(b"%PDF-") :]))
        texts: list[str] = []
        for number, page in enumerate(reader.pages, 1):
            texts.append(page.extract_text().strip())
            if sum(map(len, texts)) > max_characters and number < len(reader.pages):
                return "\n\n".join([*texts, f"[{number} of {len(reader.pages)} pages]"])
    except (FileNotDecryptedError, DependencyError) as error:
        raise Unusable(f"it is a PDF file that is encrypted ({error}).") from error
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # broken files fail in many ways
        raise Unusable(f"it is a PDF file that can't be read ({type(error).__name__}: {error}).") from error
    if not any(texts):
        raise Unusable(f"it is a PDF file of {len(texts)} pages without text: images of pages, perhaps.")
    return "\n\n".join(texts)


def _record(file: BinaryIO, **options: Any) -> Iterator[Record]:
    yield {}, convert(file.read(), **options).encode("utf-8", "replace")


if __name__ == "__main__":
    serve(_record)
