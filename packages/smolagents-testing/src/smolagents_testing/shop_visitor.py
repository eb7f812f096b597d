"""A model that looks: it chooses its next action by the colours of the screenshot that it is sent, by nothing else."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smolagents_testing.shop_site import GARMENTS, shown_in

if TYPE_CHECKING:
    from PIL.Image import Image

TASK = (
    "go to {url}, get to men's sale section, click the first clothing item you see. Get the product details, and the "
    "price, return them. note that I'm shopping from France"
)
ANSWER = f"{GARMENTS[0].details}: {GARMENTS[0].euros}"
WAY = [None, "newsletter", "home", "men", "sale", "item"]
"""What a visitor sees, one after the other; nothing at first."""


class ShopVisitor:
    """Do the errand in a `ShopSite`, step by step, by what the last screenshot shows.

    Args:
        url: Where the shop is.

    Attributes:
        seen: What each screenshot showed; None where there was none yet.
    """

    def __init__(self, url: str) -> None:
        self.seen: list[str | None] = []
        self._actions: dict[str | None, str] = {
            None: f'from helium import *\ngo_to("{url}")',
            "newsletter": "print(close_popups())",
            "cookies": "print(close_popups())",
            "home": 'select(ComboBox("Shopping from"), "France")\nclick("Men")',
            "men": 'if Link("Sale").exists():\n    click(Link("Sale"))',
            "sale": 'first = find_all(S(".item a"))[0]\nprint(first.text)\nclick(first)',
            "item": 'final_answer(S("#details").text + ": " + S(".price").text)',
        }

    def decide(self, pictures: list[Image]) -> str:
        """Return what to do about what the only picture shows."""
        if len(pictures) > 1:
            raise AssertionError(f"{len(pictures)} screenshots were sent, not the last one alone")
        self.seen.append(shown_in(pictures[0]) if pictures else None)
        return f"Thought: I see {self.seen[-1]}.\n<code>\n{self._actions[self.seen[-1]]}\n</code>"

    def answer_messages(self, messages: Iterable[Any]) -> str:
        """Return the reply to messages, as `ScriptedModel` calls it."""
        parts = [part for message in messages if isinstance(message.content, list) for part in message.content]
        return self.decide([part["image"] for part in parts if part["type"] == "image"])

    def answer_request(self, body: dict[str, Any]) -> str:
        """Return the reply to a request, as `FakeOpenAIServer` calls it."""
        from PIL import Image

        contents = [message["content"] for message in body["messages"] if isinstance(message["content"], list)]
        urls = [part["image_url"]["url"] for parts in contents for part in parts if part["type"] == "image_url"]
        data = [base64.b64decode(url.removeprefix("data:image/png;base64,"), validate=True) for url in urls]
        return self.decide([Image.open(io.BytesIO(picture)) for picture in data])
