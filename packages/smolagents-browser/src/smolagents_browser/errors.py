"""What goes wrong with a browser: the model reads these texts."""

from __future__ import annotations


class BrowserError(Exception):
    """Report that the browser did not do what was asked for."""


class PageTooSlow(BrowserError):
    """Report that a page kept the browser busy for longer than it may."""


class BrowserGone(BrowserError):
    """Report that there is no browser any more."""

    def __init__(self) -> None:
        super().__init__(
            "The browser has ended: it crashed, or its window was closed. It does not come back in this run: answer "
            "with what is known, and say so."
        )
