"""Errors lose the credentials in them, and no word that only looks like one."""

import pytest
from smolagents.models.redaction import redacted


def shown(text: str, *secrets: str) -> str:
    with pytest.raises(ValueError) as caught, redacted(secrets):
        raise ValueError(text)
    return str(caught.value)


def test_credentials_are_hidden() -> None:
    assert shown("no key sk-12345, nor 12345678", " sk-12345\n", "12345678") == "no key ***, nor ***"


@pytest.mark.parametrize("key", ["", "1", "x", "none", "ollama", "EMPTY", "lm-studio", "not-needed", "PLACEHOLDER"])
def test_placeholders_are_words_of_the_error(key: str) -> None:
    said = f"model 'lm-studio-community/nonexistent-1x' not found; ollama is not-needed, a placeholder {key}"
    assert shown(said, key, f" {key} ") == said


def test_causes_and_what_they_hold() -> None:
    key = "sk-0123456789"
    with pytest.raises(RuntimeError) as caught, redacted([key]):
        try:
            raise ValueError(f"bad {key}".encode(), {"keys": [key]}, 1)
        except ValueError as error:
            raise RuntimeError(f"wrong {key}") from error
    assert caught.value.args == ("wrong ***",)
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.args == (b"bad ***", {"keys": ["***"]}, 1)
