"""Decode an image file, scaled down to what models look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from smolagents.parser_program import Record, Unusable, serve

if TYPE_CHECKING:
    import PIL.Image

# Those that Pillow decodes by itself; others (EPS) start programs, or are hardly tested.
FORMATS = ("AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
MAX_PIXELS = 100_000_000


def picture(file: BinaryIO, max_side: int) -> Iterator[Record]:
    """Yield the image, its first where it has several, in RGB on white.

    Args:
        file: The image.
        max_side: Width and height that a larger image is scaled down to, in pixels.

    Raises:
        Unusable: There is no image that can be decoded.
    """
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = None  # checked here, at once and for good
    try:
        image = PIL.Image.open(file, formats=[name for name in FORMATS if name in PIL.Image.OPEN])
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise Unusable(f"it has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} million.")
        yield scaled(image, max_side)
    except (Unusable, MemoryError):
        raise
    except PIL.UnidentifiedImageError as error:
        raise Unusable(f"it is no image of a kind that is read here ({', '.join(FORMATS)}).") from error
    except Exception as error:  # decoders raise what they like
        raise Unusable(f"it is broken: {error}.") from error


def scaled(image: PIL.Image.Image, max_side: int) -> Record:
    """Return an image as a record: its width and height, and three bytes for each pixel."""
    import PIL.Image
    import PIL.ImageOps

    if image.mode in ("1", "P", "PA"):  # where colours are names, none lies between two of them
        image = image.convert("RGBA")
    image.thumbnail((max_side, max_side))
    image = PIL.ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = PIL.Image.alpha_composite(PIL.Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    return {"width": image.width, "height": image.height}, image.tobytes()


def prepare(file: BinaryIO) -> None:
    """Import Pillow with all its formats."""
    import PIL.Image
    import PIL.ImageOps

    PIL.Image.init()


if __name__ == "__main__":
    serve(picture, prepare)
