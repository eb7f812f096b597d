"""Ctrl-C: the first one lets the step end, the second one ends the run at once.

Python handles signals between two instructions of the main thread. It may be long until then: the thread may be deep in
C code, and a signal that comes just before it begins to wait for something does not end the waiting. So a thread of its
own hears of each signal, too, and does what the main thread has not done after a while.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

INTERRUPTED = 130  # the exit code of what SIGINT has ended: 128 + 2

_PATIENCE = 0.5  # seconds in which the main thread may take the first Ctrl-C
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
        self._requested = threading.Event()
        self._requesting = threading.Lock()
        self._left = threading.Event()
        self._pressed = 0

    @property
    def requested(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._requested.is_set()

    def __enter__(self) -> Interruption:
        self._handles = threading.current_thread() is threading.main_thread()  # no other thread may set a handler
        if self._handles:
            self._signals, self._noted = socket.socketpair()
            self._noted.setblocking(False)
            self._fd_before = signal.set_wakeup_fd(self._noted.fileno(), warn_on_full_buffer=False)
            self._before = signal.signal(signal.SIGINT, self._on_signal)
            # Not a threading.Thread: one that begins when Ctrl-C is pressed takes locks that others wait for.
            _thread.start_new_thread(self._watch, ())
            _handling.append(self)
        self._threads = set(threading.enumerate())
        return self

    def __exit__(self, *exc: object) -> None:
        if self._handles:
            _handling.remove(self)
            self.give_back()
        if not self._left_behind():
            self._left.set()
        if self._handles:
            self._noted.close()

    def give_back(self) -> None:
        """Let signals take the way that they took before the block."""
        signal.signal(signal.SIGINT, self._before)
        signal.set_wakeup_fd(self._fd_before)

    def _left_behind(self) -> bool:
        """Tell whether the run leaves threads behind, those of tools that still run, on which the exit would wait."""
        return any(not thread.daemon for thread in set(threading.enumerate()) - self._threads)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._pressed += 1
        if self._pressed > 1:
            raise KeyboardInterrupt
        self._request()

    def _request(self) -> None:
        """Have the run end after its step, if nobody has asked for that yet."""
        if self._requesting.acquire(blocking=False):
            self._requested.set()
            self._agent.interrupt()
            _tell(f"\nStopping after this step: waiting for {self._waiting_for()}. Ctrl-C again stops at once.\n")

    def _watch(self) -> None:
        """Do what the main thread does not do: tell of the first Ctrl-C, and end the process after the second one."""
        with self._signals:
            if not self._next_signal():
                return
            if not self._requested.wait(_PATIENCE):
                self._request()
            if self._next_signal() and not self._left.wait(_GRACE):
                os._exit(INTERRUPTED)

    def _next_signal(self) -> bool:
        """Wait for a SIGINT; tell whether there was one before the end of the block."""
        while number := self._signals.recv(1):
            if number[0] == signal.SIGINT:
                return True
            if self._fd_before != -1:  # the event loop of a program that this is a part of has handlers of its own
                with contextlib.suppress(OSError):
                    os.write(self._fd_before, number)
        return False


def _tell(text: str) -> None:
    # print() may be what the signal has interrupted, and can't be entered twice.
    with contextlib.suppress(OSError):  # nobody reads it
        os.write(2, text.encode())


_handling: list[Interruption] = []


def _leave_to_parent() -> None:
    """Let a forked child take Ctrl-C as its own; what it wrote to the parent's socket would count twice there."""
    for interruption in reversed(_handling):
        interruption.give_back()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_leave_to_parent)
