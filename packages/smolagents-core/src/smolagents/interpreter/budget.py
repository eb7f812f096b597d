"""Operations, deadline and memory of a running action, and the iterator that every guest loop pulls from.

Guest code draws one element from `Budget.ticks` at each loop iteration, function entry and generated element. The
iterator is made of C parts only (a chain of list iterators), so a draw costs some nanoseconds. To stop the action,
`cut` empties the list: the next draw falls through to `_refill`, which raises, and goes on raising until the
action has ended. So no `except` and no `finally` of the guest outlives it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.policy import Limits
from smolagents.interpreter.watchdog import Stop, send_async_exception, unwatch, watch

CHUNK = 1024
# What guest code that the host calls after an action (a result's `__str__`, say) may use.
IDLE_CHUNKS = 2048
IDLE_SECONDS = 5.0


class _Refill:
    """Give the chain its next chunk, or one that raises."""

    __slots__ = ("_budget",)

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def __iter__(self) -> Iterator[Iterator[bool]]:
        return self

    def __next__(self) -> Iterator[bool]:
        return self._budget._refill()


class _Raise:
    """Raise at each draw for as long as the budget is stopped."""

    __slots__ = ("_budget",)

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def __iter__(self) -> Iterator[bool]:
        return self

    def __next__(self) -> bool:
        self._budget.check()
        raise StopIteration


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
        self._chunk = [True] * CHUNK
        self._operations = 0
        self._idle_chunks = 0
        self._idle_since = 0.0
        self.ticks: Iterator[bool] = chain.from_iterable(_Refill(self))

    @property
    def operations(self) -> int:
        """Return about how many operations the action has used."""
        return self._operations

    def start(self) -> None:
        """Begin an action in the calling thread."""
        self.reason = None
        self._operations = 0
        if not self._chunk:
            self._chunk.extend([True] * CHUNK)
        self.deadline = None if self.timeout_seconds is None else time.monotonic() + self.timeout_seconds
        self.memory_at_start = None
        self.async_sent = False
        self.thread_id = threading.get_ident()
        self.running = True
        watch(self)

    def finish(self) -> None:
        """End the action: from here on nothing interrupts the thread."""
        with self.lock:
            self.running = False
            if self.async_sent:
                send_async_exception(self.thread_id, None)
                self.async_sent = False
        unwatch(self)
        self._idle_chunks = 0

    def cut(self, reason: str) -> None:
        """Stop the action at its next draw; called from any thread."""
        if self.running and self.reason is None:
            self.reason = reason
            self.cut_at = time.monotonic()
            self._chunk.clear()

    def check(self) -> None:
        """Raise if the action has to end."""
        if self.reason is not None and self.running:
            raise Stop
        if self.running and self.deadline is not None and time.monotonic() > self.deadline:
            self.cut("timeout")
            raise Stop

    def remaining_seconds(self) -> float | None:
        """Return the time left until the deadline."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def charge(self, operations: int) -> None:
        """Count operations that were not drawn one by one."""
        self._operations += operations
        if self._operations > self.limits.operations:
            self.cut("operations")
        self.check()

    def _refill(self) -> Iterator[bool]:
        if not self.running:
            self._charge_idle()
        else:
            self._operations += CHUNK
            if self._operations > self.limits.operations:
                self.cut("operations")
            elif self.deadline is not None and time.monotonic() > self.deadline:
                self.cut("timeout")
            if self.reason is not None:
                return _Raise(self)
        if not self._chunk:
            self._chunk.extend([True] * CHUNK)
        return iter(self._chunk)

    def _charge_idle(self) -> None:
        now = time.monotonic()
        if not self._idle_chunks:
            self._idle_since = now
        self._idle_chunks += 1
        if self._idle_chunks > IDLE_CHUNKS or now - self._idle_since > IDLE_SECONDS:
            self._idle_chunks -= 1
            raise InterpreterError("code of an action that has ended ran for too long when its result was used")
