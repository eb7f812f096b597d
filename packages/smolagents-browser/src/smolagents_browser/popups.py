"""Close what lies over a page: dialogs, cookie banners, invitations to subscribe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smolagents_browser import scripts

if TYPE_CHECKING:
    from smolagents_browser.browser import Browser

MAX_OVERLAYS = 5

# From the best to the least good; to agree to something is nothing that an agent does by itself.
_WAYS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(reject|refuse|decline|deny|disagree)\b|without accepting"
        r"|\b(only|strictly) (necessary|essential)|\b(necessary|essential)[\w ]* only",
        r"^\W*[x×✕✖✗⨯]\W*$"
        r"|^\W*(close|dismiss|skip|cancel|later|got it)( (this|the))?( (dialog|pop-?up|window|banner))?\W*$",
        r"^\W*(no,? thanks?|not now|maybe later)\b",
    )
]
_HINTS = re.compile(r"close|dismiss", re.IGNORECASE)
_AGREEING = re.compile(r"\b(accept|agree|allow|consent|subscribe|sign up|continue)\b", re.IGNORECASE)


def close_popups(browser: Browser) -> str:
    """Press Escape, then close what still lies over the page, and tell what was done and what is left."""
    return browser.perform(lambda: _close(browser))


def _close(browser: Browser) -> str:
    from selenium.webdriver import ActionChains, Keys

    ActionChains(browser.driver).send_keys(Keys.ESCAPE).perform()
    done, left = ["Pressed Escape."], []
    skipped: list[str] = []
    for _ in range(MAX_OVERLAYS):
        overlay = browser.script(scripts.OVERLAY, skipped)
        if overlay is None:
            break
        name, labels = " ".join(overlay["name"].split()), overlay["labels"]
        button = _button(labels, overlay["hints"])
        skipped.append(overlay["name"])
        if button is None:
            choices = ", ".join(repr(" ".join(label.split())) for label in labels if label) or "none"
            left.append(f"Left open: {name!r}. Its buttons: {choices}.")
            continue
        overlay["buttons"][button].click()
        done.append(f"Clicked {labels[button]!r} of {name!r}.")
        still = browser.script(scripts.OVERLAY, skipped[:-1])
        if still is not None and still["name"] == overlay["name"]:
            left.append(f"{name!r} is still open.")
    if len(done) == 1 and not left:
        done.append("Nothing seems to lie over the page now.")
    return " ".join(done + left)


def _button(labels: list[str], hints: list[str]) -> int | None:
    """Return the number of the button that closes an overlay, or None if there is none that surely does only that."""
    for way in _WAYS:
        for number, label in enumerate(labels):
            if way.search(label) and not (_AGREEING.search(label) and not _WAYS[0].search(label)):
                return number
    for number, (label, hint) in enumerate(zip(labels, hints, strict=True)):
        if _HINTS.search(hint) and not _AGREEING.search(label):
            return number
    return None
