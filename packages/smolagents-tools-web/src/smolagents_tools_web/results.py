"""Search results, and the text in which a model reads them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_HEADING = "## Search Results\n\n"


def markdown(results: Iterable[Mapping[str, Any]]) -> str:
    """Return results, each with `title`, `link` and `description`, as Markdown."""
    return _HEADING + "\n\n".join(
        f"[{_one_line(result['title'])}]({result['link']})\n{result['description']}".strip() for result in results
    )


def result(title: Any, link: Any, description: Any, *details: str) -> dict[str, str]:
    """Return a result; its description gets the details, such as a date, as lines before it.

    Args:
        title: What the page is called.
        link: Its address.
        description: What it says; may have HTML in it.
        *details: More about it, empty ones left out.
    """
    lines = [*filter(None, details), plain(str(description or ""))]
    return {"title": plain(str(title or "")), "link": str(link or ""), "description": "\n".join(filter(None, lines))}


def plain(text: str) -> str:
    """Return a text without the tags by which services emphasise the words that were searched for."""
    return " ".join(html.unescape(re.sub(r"</?\w+[^<>]{0,200}>", "", text)).split())


def objects(answer: str, service: str, *path: str) -> list[dict[str, Any]]:
    """Return the list of objects at a path in a JSON answer; one that is not there is empty.

    Raises:
        ValueError: The answer is no JSON object.
    """
    return listed(parsed(answer, service), *path)


def parsed(answer: str, service: str) -> dict[str, Any]:
    """Return a service's answer, which must be a JSON object.

    Raises:
        ValueError: It is none.
    """
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{service} sent an answer that is no JSON object: {answer[:200]!r}")
    return found


def listed(data: Any, *path: str) -> list[dict[str, Any]]:
    """Return the list of objects at a path in JSON data; one that is not there is empty."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _one_line(title: str) -> str:
    return " ".join(title.split()) or "(no title)"
