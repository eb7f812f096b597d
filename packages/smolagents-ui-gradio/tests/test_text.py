"""Text that a model or a tool may have written, as Markdown that formats it and does nothing else."""

from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt
from smolagents_ui_gradio.text import fenced, literal


@given(st.text(alphabet="`a\n", max_size=20))
def test_fences_hold(text: str) -> None:
    fence = fenced(text).split("\n", 1)[0]
    assert fence not in text


def test_no_fence_holds_half_a_character() -> None:
    assert fenced("\ud800") == "```\n?\n```"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold**, `code` and\n- a list", "**bold**, `code` and\n- a list"),
        ("a < b <b>c</b>", "a &lt; b &lt;b>c&lt;/b>"),
        ("![x](http://there/y.png)", "!&#91;x](http://there/y.png)"),
        ("use `vector<int>`.", "use <code>vector&#60;int&#62;</code>."),
        ("```python\nx < y\n```", "\n```python\nx < y\n```\n"),
        ("~~~ `\n```\n~~~\n<b>", "\n````\n```\n````\n\n&lt;b>"),
        ("```mermaid\ngraph\n```", "\n```\ngraph\n```\n"),
        ("1. one\n   ```js\n   x<y\n   ```\n2. two", "1. one\n\n```js\nx<y\n```\n\n2. two"),
        ("```\nleft <open>", "\n```\nleft <open>\n```\n"),
        ("half \ud800 a character", "half ? a character"),
        ("```\n\ud800\n```", "\n```\n?\n```\n"),
        ("lone ` and <b>\n\n` again <i>", "lone ` and &lt;b>\n\n` again &lt;i>"),
    ],
)
def test_literal(text: str, shown: str) -> None:
    assert literal(text) == shown


PIECES = [
    "`",
    "```",
    "~~~",
    "````",
    "<img src=x>",
    "<script>",
    "<!--",
    "![a](b)",
    "]: /u",
    "[",
    "]",
    "\\",
    "|",
    "$$",
    "a",
]
SPACE = ["a", "\n", "\n\n", "- ", "> ", "1. ", "    ", "  ", " ", "\t"]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES + SPACE), max_size=16))
def test_no_reader_of_markdown_finds_html_or_an_image_in_it(pieces: list[str]) -> None:
    tokens: list[Any] = MarkdownIt("commonmark", {"html": True}).enable("table").parse(literal("".join(pieces)))
    for token in chain(tokens, *(token.children or [] for token in tokens)):
        assert token.type not in ("html_block", "image"), token
        assert token.type != "html_inline" or token.content in ("<code>", "</code>"), token


def test_long_text_takes_no_time() -> None:
    for piece in ("`", "``` ", "<", "![", "~~~\n", "a`b``c", "\n```\n", "`" * 50 + " "):
        assert literal(piece * (200_000 // len(piece)))
