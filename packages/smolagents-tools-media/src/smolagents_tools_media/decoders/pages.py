"""Draw pages of a PDF file, as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from smolagents.parser_program import Record, Unusable, serve

from smolagents_tools_media.decoders import pictures

if TYPE_CHECKING:
    import PIL.Image
    import pypdfium2

MAX_BYTES = 200 * 2**20


def pages(file: BinaryIO, first_page: int, max_pages: int, max_side: int) -> Iterator[Record]:
    """Yield pages as images, each with the number of pages that the document has.

    Args:
        file: The document.
        first_page: Number of the page to begin with, from 1.
        max_pages: How many pages to draw.
        max_side: Width or height of a page, whichever is larger, in pixels.

    Raises:
        Unusable: There is no page that can be drawn.
    """
    import pypdfium2

    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unusable(f"it is larger than {MAX_BYTES // 2**20} MiB.")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unusable(f"it is no PDF file that can be opened: {error}.") from error
    total = len(document)
    if not 1 <= first_page <= total:
        raise Unusable(f"it has no page {first_page}, only pages 1 to {total}.")
    for number in range(first_page, min(first_page + max_pages, total + 1)):
        head, body = pictures.scaled(_drawn(document, number, max_side), max_side)
        yield {**head, "page": number, "pages": total}, body


def _drawn(document: pypdfium2.PdfDocument, number: int, max_side: int) -> PIL.Image.Image:
    import pypdfium2

    try:
        page = document[number - 1]
        longest = max(page.get_size())
        if not 0 < longest < float("inf"):
            raise Unusable(f"page {number} has no size.")
        image: PIL.Image.Image = page.render(scale=max_side / longest).to_pil()
        page.close()
    except pypdfium2.PdfiumError as error:
        raise Unusable(f"page {number} is broken: {error}.") from error
    return image


def _prepare(file: BinaryIO) -> None:
    import pypdfium2  # noqa: F401

    pictures.prepare(file)


if __name__ == "__main__":
    serve(pages, _prepare)
