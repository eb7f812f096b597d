"""Google-style docstrings are read the way people write them."""

import pytest
from hypothesis import given, strategies as st
from smolagents._function_type_hints_utils import parse_google_format_docstring


def test_all_parts() -> None:
    text = """Fetch a page.

    It follows redirects.

    Args:
        url (str): Where it is.
        timeout (Optional[dict[str, int]], optional): How long to wait,
            in seconds: a number.
            More of the same.
        **options: Further options

    Returns:
        The page,
        as text.

    Raises:
        OSError: There is no such page.
    """
    assert parse_google_format_docstring(text) == (
        "Fetch a page.\n\nIt follows redirects.",
        {
            "url": "Where it is.",
            "timeout": "How long to wait, in seconds: a number. More of the same.",
            "options": "Further options",
        },
        "The page, as text.",
    )


@pytest.mark.parametrize("header", ["Args:", "Arguments:", "Parameters:"])
def test_arguments_by_any_name(header: str) -> None:
    assert parse_google_format_docstring(f"Do it.\n\n{header}\n    a: A\n")[1] == {"a": "A"}


def test_arguments_without_indentation() -> None:
    assert parse_google_format_docstring("Do it.\nArgs:\na: A\nb: B\nReturns:\nC") == (
        "Do it.",
        {"a": "A", "b": "B"},
        "C",
    )


def test_description_begins_on_the_next_line() -> None:
    assert parse_google_format_docstring("\n    Do it.\n\n    Args:\n        a:\n            A\n    ") == (
        "Do it.",
        {"a": "A"},
        None,
    )


def test_result_on_the_line_of_its_header() -> None:
    assert parse_google_format_docstring("Do it.\n\nReturns: a thing")[2] == "a thing"


def test_section_after_the_arguments_is_no_argument() -> None:
    text = "Do it.\n\nArgs:\n    a: A\n\nExample:\n    b: no argument\n"
    assert parse_google_format_docstring(text) == ("Do it.", {"a": "A"}, None)


def test_empty_parts_are_none() -> None:
    assert parse_google_format_docstring("") == (None, None, None)


words = st.text("abcxyz ,.()[]", min_size=1).map(str.strip).filter(bool)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)


@given(words, st.dictionaries(names, words, min_size=1), words)
def test_what_is_written_is_read(description: str, arguments: dict[str, str], result: str) -> None:
    lines = [description, "", "Args:", *(f"    {name}: {text}" for name, text in arguments.items())]
    text = "\n".join([*lines, "", "Returns:", f"    {result}"])
    assert parse_google_format_docstring(text) == (description, arguments, result)
