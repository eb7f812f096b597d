"""Targets are text that is read as data."""

import pytest
from hypothesis import given, strategies as st
from smolagents_browser import Browser
from smolagents_browser.targets import KINDS, MAX_CHARACTERS, read_target


@given(st.text(max_size=200).filter(lambda text: text.partition("(")[0].strip() not in (*KINDS, "Element")))
def test_text_is_text(text: str) -> None:
    assert read_target(text, {}) == text


@pytest.mark.parametrize(
    "text", ["Link(", "Text (new!)", "S('x'", "Element(1", "Link('a') now", "Button(\0)", "Link(" + "(" * 900]
)
def test_text_that_looks_like_an_element(text: str) -> None:
    assert read_target(text, {}) == text


@pytest.mark.parametrize(
    "target",
    [
        "Link(__import__('os').system('x'))",
        "Link('a', below=print('x'))",
        "Link(f'{1}')",
        "Link('a', 'b')",
        "Link(1)",
        "Link(**{})",
        "S()",
        "Link('a', below=5)",
        "Link('a', near='b')",
        "Element('1')",
        "Element(3)",
        "Element()",
        "Text(Link('a'))",
        "Link('" + "a" * MAX_CHARACTERS + "')",
    ],
)
def test_what_is_no_element(browser: Browser, target: str) -> None:
    with pytest.raises(ValueError):
        browser.perform(lambda: read_target(target, {}))


def test_elements(browser: Browser) -> None:
    made = browser.perform(lambda: repr(read_target("Link('Sale', below=Text(\"Men's\"), to_left_of='x')", {})))
    assert made == "Link('Sale', below=Text(\"Men's\"), to_left_of='x')"
    assert read_target("Element(3)", {3: "this one"}) == "this one"
