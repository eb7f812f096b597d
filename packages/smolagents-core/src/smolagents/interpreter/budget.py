"""Operations and deadline of a running action, and the iterator that every guest loop pulls from.

Guest code draws one element from `Budget.ticks` at each loop iteration, function entry and generated element. The
iterator is made of C parts only, so a draw costs some nanoseconds and works even where no stack is left. To stop the
action, `cut` replaces the elements by a meter whose truth value raises: so the next draw raises, and every one after
it until the action has ended. No `except` and no `finally` of the guest outlives that. One meter is among the elements
at all times: it looks at the clock, and lets other threads run where C code consumes an iterable.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import chain, compress, repeat
from typing import Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.policy import Limits
from smolagents.interpreter.watchdog import Stop, send_async_exception, unwatch, watch

CHUNK = 512
# What guest code that the host calls after an action (a result's `__str__`, say) may use.
IDLE_DRAWS = 1_000_000
IDLE_SECONDS = 5.0


class _Meter:
    """Be drawn while no action runs, or when it has to stop."""

    __slots__ = ("_budget",)

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def __bool__(self) -> bool:
        self._budget.draw()
        return True


class Budget:
    """Meter the actions of one session."""

    def __init__(self, limits: Limits, timeout_seconds: float | None) -> None:
        self.limits = limits
        self.timeout_seconds = timeout_seconds
        self.reason: str | None = None
        self.running = False
        self.deadline: float | None = None
        self.thread_id = 0
        self.tool_codes: set[Any] = set()
        self.memory_at_start: int | None = None
        self.cut_at = 0.0
        self.async_sent = False
        self.lock = threading.Lock()
        self.operations = 0
        self._idle_draws = 0
        self._idle_since = 0.0
        self._metered: list[Any] = [_Meter(self)] * CHUNK
        self._running: list[Any] = [True] * (CHUNK - 1) + self._metered[:1]
        self._chunk = list(self._metered)
        # An element is true, or a meter: `compress` asks for its truth, and so does whatever is made from these.
        self.raw_ticks: Iterator[Any] = chain.from_iterable(repeat(self._chunk))
        self.ticks: Iterator[bool] = compress(repeat(True), self.raw_ticks)

    def start(self) -> None:
        """Begin an action in the calling thread."""
        self.reason = None
        self.operations = 0
        self._idle_draws = 0
        self.deadline = None if self.timeout_seconds is None else time.monotonic() + self.timeout_seconds
        self.memory_at_start = None
        self.thread_id = threading.get_ident()
        self._chunk[:] = self._running
        self.running = True
        watch(self)

    def finish(self) -> None:
        """End the action: from here on nothing interrupts the thread."""
        with self.lock:
            self.running = False
            if self.async_sent:
                send_async_exception(self.thread_id, None)
                self.async_sent = False
        self._chunk[:] = self._metered
        unwatch(self)

    def cut(self, reason: str) -> None:
        """Stop the action at its next draw; called from any thread."""
        if self.running and self.reason is None:
            self.reason = reason
            self.cut_at = time.monotonic()
            self._chunk[:] = self._metered

    def check(self) -> None:
        """Raise if the action has to end."""
        if not self.running:
            return
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.cut("timeout")
        if self.reason is not None:
            raise Stop

    def charge(self, operations: int) -> None:
        """Count operations, and raise if the action has to end."""
        self.operations += operations
        if self.operations > self.limits.operations:
            self.cut("operations")
        self.check()

    def draw(self) -> None:
        """Count what was drawn since the last meter; raise if the action has to end, or has and still runs for long."""
        if self.running:
            self.charge(CHUNK)
            return
        now = time.monotonic()
        if not self._idle_draws:
            self._idle_since = now
        self._idle_draws += 1
        if self._idle_draws > IDLE_DRAWS or now - self._idle_since > IDLE_SECONDS:
            raise InterpreterError("code of an action that has ended ran for too long when its result was used")
