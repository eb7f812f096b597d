"""`VisitWebpageTool`: read a page of the web."""

from __future__ import annotations

from smolagents import Tool

from smolagents_tools_web.conversion import converted
from smolagents_tools_web.pages import PageReader, Unreadable


class VisitWebpageTool(Tool):
    """Read web pages as Markdown and PDF files as text.

    Addresses that are not on the public Internet are refused: those of this machine, of the local network and of
    cloud providers' metadata, also after redirects and whatever their names resolve to.

    Args:
        max_output_length: How many characters of a page to return at most.
        private_hosts: Names or addresses of hosts that may be visited though they are not public, as they stand in
            URLs: `["localhost", "wiki.example"]`. They are not saved with a tool.
    """

    name = "visit_webpage"
    description = (
        "Visits a webpage at the given url and reads its content as a markdown string. Use this to browse webpages."
    )
    inputs = {"url": {"type": "string", "description": "The url of the webpage to visit."}}
    output_type = "string"
    unsaved_arguments = ("private_hosts",)

    def __init__(self, max_output_length: int = 40000, private_hosts: list[str] | None = None) -> None:
        super().__init__()
        self.max_output_length = max_output_length
        self._reader = PageReader(frozenset(host.strip("[]").lower() for host in private_hosts or ()))

    def forward(self, url: str) -> str:
        """Return the page's text, or why it can't be read: the model may try another one."""
        try:
            page = self._reader.read(url)
            return converted(page, self.max_output_length)
        except Unreadable as error:
            return f"The page {url[:200]} can't be read: {error}"
