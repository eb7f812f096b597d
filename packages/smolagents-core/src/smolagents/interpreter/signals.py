"""Exceptions of the program's signal handlers, which Python runs in the middle of whatever code goes on."""

from __future__ import annotations

import threading
from types import CodeType
from typing import Any


def is_from_signal_handler(error: BaseException) -> bool:
    """Tell whether a signal handler of the program raised an error, and not the code that it interrupted.

    Args:
        error: The error, caught in this thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    import signal
    from traceback import walk_tb

    handlers = {_code_of(signal.getsignal(number)) for number in signal.valid_signals()} - {None}
    return any(frame.f_code in handlers for frame, _ in walk_tb(error.__traceback__))


def _code_of(handler: Any) -> CodeType | None:
    function = getattr(handler, "func", handler)  # of functools.partial
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return code if isinstance(code, CodeType) else None
