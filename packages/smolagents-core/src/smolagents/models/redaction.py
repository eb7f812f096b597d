"""Keep credentials out of error texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def redacted(secrets: Iterable[str]) -> Iterator[None]:
    """Replace these texts in whatever error leaves the `with` block, and in its causes.

    Servers quote a wrong key in their answer, and HTTP libraries one that can't be a header's value.
    """
    try:
        yield
    except Exception as error:
        secrets = [secret.strip() for secret in secrets if secret.strip()]
        cause: BaseException | None = error
        for _ in range(10):
            if cause is None:
                break
            cause.args = tuple(_without(arg, secrets) for arg in cause.args)
            for name in {"message", "body"} & vars(cause).keys():
                setattr(cause, name, _without(getattr(cause, name), secrets))
            cause = cause.__cause__ or cause.__context__
        raise


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
