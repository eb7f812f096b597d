"""Keep credentials out of error texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

# What is shorter may be a word of the error, and so may what people give to servers that want no key.
_SHORTEST_SECRET = 8
_PLACEHOLDERS = frozenset(
    {
        "anything",
        "dummy-key",
        "llama.cpp",
        "lm-studio",
        "lmstudio",
        "no-api-key",
        "no-key-required",
        "not-needed",
        "not-required",
        "placeholder",
        "sk-no-key-required",
    }
)


@contextmanager
def redacted(secrets: Iterable[str]) -> Iterator[None]:
    """Replace these texts in whatever error leaves the `with` block, and in its causes.

    Servers quote a wrong key in their answer, and HTTP libraries one that can't be a header's value.
    Placeholders and what has less than 8 characters are no secrets.
    """
    try:
        yield
    except Exception as error:
        secrets = [secret for secret in map(str.strip, secrets) if _is_secret(secret)]
        cause: BaseException | None = error
        for _ in range(10):
            if cause is None:
                break
            cause.args = tuple(_without(arg, secrets) for arg in cause.args)
            for name in {"message", "body"} & vars(cause).keys():
                setattr(cause, name, _without(getattr(cause, name), secrets))
            cause = cause.__cause__ or cause.__context__
        raise


def _is_secret(text: str) -> bool:
    return len(text) >= _SHORTEST_SECRET and text.lower().replace("_", "-") not in _PLACEHOLDERS


def _without(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, bytes):
        return _without(value.decode("utf-8", "replace"), secrets).encode()
    if isinstance(value, dict):
        return {key: _without(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    return value
