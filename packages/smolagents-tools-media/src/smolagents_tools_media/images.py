"""Get the images that a model is to look at: scaled down, in RGB, and decoded where they can do no harm."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from smolagents.agent_types import loaded_class
from smolagents.parser_process import parsed
from smolagents.parser_program import Record, Unusable

from smolagents_tools_media.decoders import pages, pictures
from smolagents_tools_media.files import media_file

if TYPE_CHECKING:
    import PIL.Image

MAX_SIDE = 1536
"""Width and height of what models see, in pixels: they scale down what is larger."""

MAX_PAGES = 10
_CPU_SECONDS, _CPU_SECONDS_FOR_PAGES = 30, 60


class Pages(NamedTuple):
    """Hold pages of a document.

    Args:
        images: The pages.
        first: Number of the first of them, from 1.
        total: How many pages the document has.
    """

    images: list[PIL.Image.Image]
    first: int
    total: int


def read_image(source: Any, private_hosts: Collection[str]) -> PIL.Image.Image:
    """Return an image.

    Args:
        source: An image of PIL, an `AgentImage`, an array or a tensor; or a file, as `media_file` takes it.
        private_hosts: As in `media_file`.

    Raises:
        Unusable: There is no such file, or it is no image that can be decoded.
    """
    if isinstance(source, loaded_class("PIL.Image", "Image")) or hasattr(source, "shape"):
        return _copied(source)
    with media_file(source, private_hosts) as file:
        return _only_image(file)


def read_pages(source: Any, first_page: int, private_hosts: Collection[str]) -> Pages:
    """Return pages of a document, at most `MAX_PAGES`; an image is a document of one page.

    Args:
        source: A PDF file, as `media_file` takes it, or what `read_image` takes.
        first_page: Number of the page to begin with, from 1.
        private_hosts: As in `media_file`.

    Raises:
        Unusable: There is no such file, or it has no page that can be drawn.
    """
    if isinstance(source, loaded_class("PIL.Image", "Image")) or hasattr(source, "shape"):
        return Pages([_copied(source)], 1, 1)
    with media_file(source, private_hosts) as file:
        if b"%PDF-" not in file.read(1024):
            return Pages([_only_image(file)], 1, 1)
        options = {"first_page": first_page, "max_pages": MAX_PAGES, "max_side": MAX_SIDE}
        drawn = list(parsed(pages.__file__, file, _CPU_SECONDS_FOR_PAGES, **options))
        return Pages([_image(record) for record in drawn], first_page, drawn[0][0]["pages"])


def _copied(image: Any) -> PIL.Image.Image:
    from smolagents.agent_types import AgentImage

    try:
        return _image(pictures.scaled(AgentImage(image).to_raw().copy(), MAX_SIDE))
    except Exception as error:  # its file may be read only now, and decoders raise what they like
        raise Unusable(f"it is broken: {error}.") from error


def _only_image(file: Any) -> PIL.Image.Image:
    (record,) = parsed(pictures.__file__, file, _CPU_SECONDS, max_side=MAX_SIDE)
    return _image(record)


def _image(record: Record) -> PIL.Image.Image:
    from smolagents.media import pil_image

    head, body = record
    image: PIL.Image.Image = pil_image().frombytes("RGB", (head["width"], head["height"]), body)
    return image
