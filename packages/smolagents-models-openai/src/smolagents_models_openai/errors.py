"""Say what to do about a server that can't be reached, or that answers with what is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any


@contextmanager
def explained(client: Any) -> Iterator[None]:
    """Name the address and the cause in connection errors of the SDK, which say neither.

    Raises:
        RuntimeError: The server answered with malformed JSON.
    """
    try:
        yield
    except JSONDecodeError as error:
        raise RuntimeError(f"{client.base_url} answered with malformed JSON: {error}.") from error
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        if "APIConnectionError" not in names:
            raise
        server = client.base_url
        if "APITimeoutError" in names:
            text = f'{server} did not answer in time: allow more with client_kwargs={{"timeout": <seconds>}}.'
        else:
            text = f"The connection to {server} failed ({_root(error)}): is the server running, and api_base right?"
        error.args = (text,)
        error.message = text  # type: ignore[attr-defined]
        raise


def _root(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__
