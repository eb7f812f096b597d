"""Text that anybody may have written (a model, a tool, a web page), as Markdown that only formats it."""

from __future__ import annotations

import re
from textwrap import dedent

_FENCED = re.compile(
    r"^[ \t]*(?:(?P<ticks>`{3,})(?P<info>[^`\n]*)|(?P<tildes>~{3,})(?P<words>[^\n]*))(?:\n|\Z)"
    r"(?P<code>.*?)(?:^[ \t]*(?:(?P=ticks)`*|(?P=tildes)~*)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_LANGUAGE = re.compile(r"[ \t]*([\w+#.-]+)")
_PARAGRAPHS = re.compile(r"(\n[ \t]*\n)")
# A diagram is no text: it can hold HTML, and images of any server.
_DRAWN = {"mermaid"}


def literal(text: str) -> str:
    """Return a text as Markdown that keeps its formatting, shows its HTML as text and loads nothing from elsewhere.

    A page that showed images of other servers would tell them what stands in the image's address.
    """
    text, parts, end = _sendable(text), [], 0
    for block in _FENCED.finditer(text):
        language = _LANGUAGE.match(block["info"] or block["words"] or "")
        shown = language[1] if language and language[1].lower() not in _DRAWN else ""
        # At the margin and closed, so that every reader of Markdown sees where the code ends.
        parts += [_prose(text[end : block.start()]), f"\n{fenced(dedent(block['code']).rstrip(), shown)}\n"]
        end = block.end()
    return "".join([*parts, _prose(text[end:])])


def fenced(text: str, language: str = "") -> str:
    """Return a text as a block of code in Markdown, whatever backticks it has."""
    text = _sendable(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _sendable(text: str) -> str:
    """Return a text without halves of characters, which a program's text may have and no page."""
    return text.encode("utf-8", "replace").decode()


def _prose(text: str) -> str:
    return "".join(map(_paragraph, _PARAGRAPHS.split(text)))


def _paragraph(text: str) -> str:
    runs = list(re.finditer("`+", text))
    closing: dict[int, int] = {}  # the last run of a length
    follows: list[int | None] = [None] * len(runs)
    for index in reversed(range(len(runs))):
        follows[index] = closing.get(len(runs[index][0]))
        closing[len(runs[index][0])] = index
    parts, end, index = [], 0, 0
    while index < len(runs):
        close = follows[index]
        if close is not None:
            parts += [_plain(text[end : runs[index].start()]), _span(text[runs[index].start() : runs[close].end()])]
            end, index = runs[close].end(), close
        index += 1
    return "".join([*parts, _plain(text[end:])])


def _span(text: str) -> str:
    """Return code within a line; where it could be anything else to some reader of Markdown, spelled by characters."""
    if not re.search(r"<|!\[", text):
        return text
    code = text.strip("`").replace("\n", " ").strip()
    return f"<code>{''.join(char if char.isalnum() or char == ' ' else f'&#{ord(char)};' for char in code)}</code>"


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("![", "!&#91;")
