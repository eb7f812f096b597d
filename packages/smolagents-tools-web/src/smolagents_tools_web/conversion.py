"""Turn a page into text, in a process of its own.

A page of a few kilobytes can make a parser of HTML or PDF run for hours or fill the memory. A process can be stopped.
"""

from __future__ import annotations

from smolagents.parser_process import parsed
from smolagents.parser_program import Unusable

from smolagents_tools_web import converter
from smolagents_tools_web.pages import Page, Unreadable

_CPU_SECONDS = 30


def converted(page: Page, max_characters: int) -> str:
    """Return the text of a page.

    Args:
        page: The page.
        max_characters: How many characters to return at most, a note about the rest not counted.

    Raises:
        Unreadable: It has no text, or can't be converted.
    """
    options = {"url": page.url, "content_type": page.content_type, "is_whole": page.is_whole}
    try:
        ((_, text),) = parsed(converter.__file__, page.body, _CPU_SECONDS, max_characters=max_characters, **options)
    except Unusable as error:
        raise Unreadable(str(error)) from error
    cut = "" if page.is_whole else f"\n\n[Only the first {len(page.body)} bytes of the page were read.]"
    return text.decode("utf-8", "replace") + cut
