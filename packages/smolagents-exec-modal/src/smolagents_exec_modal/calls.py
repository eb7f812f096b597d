"""Calls of Modal's SDK: from any thread, and with errors that say what to do."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from smolagents.errors import SandboxError

Value = TypeVar("Value")
TOKENS = ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET")
TOKENS_PAGE = "https://modal.com/settings/tokens"


def blocking(call: Callable[[], Value], timeout: float | None = None) -> Value:
    """Return what a call of the SDK gives; in a thread of its own, where this one can't wait for it.

    Args:
        call: The call.
        timeout: Seconds to wait; the call goes on afterwards.

    Raises:
        TimeoutError: It takes longer.
    """
    if timeout is None and not _in_event_loop():
        return call()
    done: Future[Value] = Future()

    def work() -> None:
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)

    try:
        threading.Thread(target=work, name="modal call", daemon=True).start()
    except RuntimeError:  # the program is at its end, where there are no new threads
        work()
    return done.result(timeout)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def explained(attempt: str) -> Iterator[None]:
    """Raise a SandboxError for what the SDK raises.

    Args:
        attempt: What is tried, in words that follow "Modal did not".
    """
    import modal

    try:
        yield
    except modal.exception.AuthError as error:
        raise SandboxError(
            f"Modal did not {attempt}: it does not accept the token. Set {' and '.join(TOKENS)} to those of "
            f"{TOKENS_PAGE}, or run `modal token new`. It says: {_without_secrets(error)}"
        ) from error
    except (modal.exception.Error, OSError) as error:
        raise SandboxError(f"Modal did not {attempt}: {type(error).__name__}: {_without_secrets(error)}") from error


def _without_secrets(error: BaseException) -> str:
    text = str(error)
    for secret in filter(None, map(os.environ.get, TOKENS)):
        text = text.replace(secret, "…")
    return text
