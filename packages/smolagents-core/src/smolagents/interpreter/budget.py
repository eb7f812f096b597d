"""Operations and deadline of a running action, and the iterator that every guest loop pulls from.

Guest code draws one element from `Budget.ticks` at each loop iteration, function entry and generated element. The
iterator is made of C parts only, so a draw costs some nanoseconds and works even where no stack is left. To stop the
action, `cut` replaces the elements by a meter whose truth value raises: so the next draw raises, and every one after
it until the action has ended. No `except` and no `finally` of the guest outlives that. Meters are among the elements
at all times: they look at the clock and at the memory, and let other threads run where C code consumes an iterable.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, compress, repeat
from typing import Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.memory import LARGE, MemoryMeter
from smolagents.interpreter.nesting import Sentry
from smolagents.interpreter.policy import Limits
from smolagents.interpreter.watchdog import Stop, running_actions, send_async_exception, unwatch, watch

CHUNK = 512
# Draws from one meter to the next where there are large values.
WATCHFUL = 64
# The same where C code makes the elements; there, each draw is looked at if there are large values.
CLOSE = 16
# How often a meter looks at the memory, which costs more than a look at the clock.
LOOK_SECONDS = 0.001
# What guest code that the host calls after an action (a result's `__str__`, say) may use.
IDLE_DRAWS = 1_000_000
IDLE_SECONDS = 5.0


class _Meter:
    """Look at the budget when drawn."""

    __slots__ = ("_draw",)

    def __init__(self, draw: Callable[[], None]) -> None:
        self._draw = draw

    def __bool__(self) -> bool:
        self._draw()
        return True


class Budget:
    """Meter the actions of one session."""

    def __init__(
        self, limits: Limits, timeout_seconds: float | None, end_calm: Callable[[], None] = lambda: None
    ) -> None:
        self.limits = limits
        self.timeout_seconds = timeout_seconds
        self.reason: str | None = None
        self.running = False
        self.deadline: float | None = None
        self.thread_id = 0
        # What nothing interrupts: an exception in a callback of the collector would be lost.
        self.tool_codes: set[Any] = {Sentry.collecting.__code__}
        self.memory = MemoryMeter(limits.memory, self._come_closer)
        self._end_calm = end_calm
        self.cut_at = 0.0
        self.async_sent = False
        self.lock = threading.Lock()
        self.operations = 0
        self._idle_draws = 0
        self._idle_since = 0.0
        self._between = CHUNK
        self._looked = 0.0
        meter, close_meter = _Meter(self.draw), _Meter(self.draw_closely)
        self._metered: list[Any] = [meter] * CHUNK
        self._closely_metered: list[Any] = [close_meter] * CLOSE
        self._running: list[Any] = [True] * (CHUNK - 1) + [meter]
        self._closely_running: list[Any] = [True] * (CLOSE - 1) + [close_meter]
        self._chunk = list(self._running)
        self._close_chunk = list(self._closely_running)
        # An element is true, or a meter: `compress` asks for its truth, and so does whatever is made from these.
        self.raw_ticks: Iterator[Any] = chain.from_iterable(repeat(self._chunk))
        self.ticks: Iterator[bool] = compress(repeat(True), self.raw_ticks)
        # For iterators whose C code makes elements of any size.
        self.close_ticks: Iterator[Any] = chain.from_iterable(repeat(self._close_chunk))

    def start(self) -> None:
        """Begin an action in the calling thread."""
        self.reason = None
        self.operations = 0
        self._idle_draws = 0
        self.deadline = None if self.timeout_seconds is None else time.monotonic() + self.timeout_seconds
        self.memory.begin()
        self.thread_id = threading.get_ident()
        self._mend()
        self.running = True
        watch(self)

    def finish(self) -> None:
        """End the action: from here on nothing interrupts the thread."""
        with self.lock:
            self.running = False
            if self.async_sent:
                send_async_exception(self.thread_id, None)
                self.async_sent = False
        self._mend()
        self.memory.begin()
        unwatch(self)

    def _mend(self) -> None:
        """Put the elements back that a cut has replaced."""
        if self._chunk[0] is not True:
            self._meter(self._running, self._closely_running)

    def _meter(self, chunk: list[Any], close_chunk: list[Any]) -> None:
        self._chunk[:] = chunk
        self._close_chunk[:] = close_chunk

    def _come_closer(self) -> None:
        """Look more often, as there are large values."""
        self._end_calm()
        self._between = WATCHFUL
        self._running[:] = ([True] * (WATCHFUL - 1) + self._metered[:1]) * (CHUNK // WATCHFUL)
        self._closely_running[:] = self._closely_metered
        if self.running and self.reason is None:
            self._meter(self._running, self._closely_running)

    def cut(self, reason: str) -> None:
        """Stop the action at its next draw; called from any thread."""
        if self.running and self.reason is None:
            self.reason = reason
            self.cut_at = time.monotonic()
            self._meter(self._metered, self._closely_metered)

    def check(self) -> None:
        """Raise if the action has to end."""
        if not self.running:
            return
        now = time.monotonic()
        if self.deadline is not None and now > self.deadline:
            self.cut("timeout")
        if now - self._looked > LOOK_SECONDS:
            self._looked = now
            self.look()
        if self.reason is not None:
            raise Stop

    def checkpoint(self) -> bool:
        """Raise if the action has to end; return true."""
        self.check()
        return True

    def take(self, size: int) -> None:
        """Note that so many bytes are about to be used, and refuse them if they are too many."""
        if size > LARGE and self.limits.memory < sys.maxsize:
            self.memory.end_calm()
            self.look(size)

    def look(self, coming: int = 0) -> None:
        """Look at the memory: refuse what is coming if there is no room for it, and end the action that is past it.

        Raises:
            InterpreterError: There is no room.
        """
        limit = self.limits.memory * max(running_actions(), 1)
        if limit >= sys.maxsize:
            return
        growth = self.memory.growth()
        if growth > limit and self.running:
            self.cut("memory")
            raise Stop
        if growth + coming > limit:
            raise InterpreterError(
                f"the action would use too much memory: it holds {max(growth, 0):,} bytes of at most {limit:,}, and "
                f"this needs up to {coming:,} more. Work on smaller parts, and del what is not needed any more."
            )

    def charge(self, operations: int) -> None:
        """Count operations, and raise if the action has to end."""
        self.operations += operations
        if self.operations > self.limits.operations:
            self.cut("operations")
        self.check()

    def draw(self) -> None:
        """Count what was drawn since the last meter; raise if the action has to end, or has and still runs for long."""
        if self.running:
            self.charge(self._between)
            return
        now = time.monotonic()
        if not self._idle_draws:
            self._idle_since = now
        self._idle_draws += self._between
        if self._idle_draws > IDLE_DRAWS or now - self._idle_since > IDLE_SECONDS:
            raise InterpreterError("code of an action that has ended ran for too long when its result was used")

    def draw_closely(self) -> None:
        """Count what C code draws: an element can be of any size."""
        if not self.running:
            self.draw()
            return
        self.operations += 1 if self._between == WATCHFUL else CLOSE
        if self.reason is not None or time.monotonic() - self._looked > LOOK_SECONDS:
            self.charge(0)
