"""Ctrl-C: the first one lets the step end, the second one ends the run at once."""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

INTERRUPTED = 130  # the exit code of what SIGINT has ended: 128 + 2

_GRACE = 2.0  # seconds in which the program may leave by itself after the second Ctrl-C


class Interruption:
    """Handle SIGINT while an agent runs, in a `with` block.

    Args:
        agent: The agent whose run the first Ctrl-C interrupts.
        waiting_for: Says what the run waits for just now.
    """

    def __init__(self, agent: Any, waiting_for: Callable[[], str]) -> None:
        self._agent = agent
        self._waiting_for = waiting_for
        self._gone = _thread.allocate_lock()  # held from the second Ctrl-C until the program has left the run
        self.requested = False

    def __enter__(self) -> Interruption:
        self._handles = threading.current_thread() is threading.main_thread()  # no other thread may set a handler
        if self._handles:
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        self._threads = set(threading.enumerate())
        return self

    def __exit__(self, *exc: object) -> None:
        if self._handles:
            signal.signal(signal.SIGINT, self._before)
        if self._gone.locked() and not self._left_behind():
            self._gone.release()

    def _left_behind(self) -> bool:
        """Tell whether the run leaves threads behind, those of tools that still run, on which the exit would wait."""
        return any(not thread.daemon for thread in set(threading.enumerate()) - self._threads)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.requested:
            self.requested = True
            self._agent.interrupt()
            _tell(f"\nStopping after this step: waiting for {self._waiting_for()}. Ctrl-C again stops at once.\n")
            return
        # The code of the model, or a tool in a thread, may hold the exception up; then the process goes without it.
        # Not a threading.Timer: to start one takes locks that the interrupted code may hold.
        if self._gone.acquire(blocking=False):
            _thread.start_new_thread(self._leave, ())
        raise KeyboardInterrupt

    def _leave(self) -> None:
        if not self._gone.acquire(timeout=_GRACE):
            os._exit(INTERRUPTED)


def _tell(text: str) -> None:
    # print() may be what the signal has interrupted, and can't be entered twice.
    os.write(2, text.encode())
