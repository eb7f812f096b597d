"""A transport for SDKs that hand over a worker's output themselves, by callbacks or in a stream that a thread reads."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator

from smolagents.sandbox.protocol import MAX_FRAME_BYTES
from smolagents.sandbox.transport import Transport

# Where the producer can be made to wait, a few chunks are enough; where it can't, there is room for a large frame.
MAX_WAITING_BYTES = 2**20
MAX_UNREAD_BYTES = 2 * MAX_FRAME_BYTES
ENDING_SECONDS = 1.0


class Output:
    """Hold what a worker wrote until it is read, in bounded memory.

    Threads and callbacks that produce keep this object and never the transport, which could not be forgotten then.
    """

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._ending: str | None = None
        self._changed = threading.Condition()

    def feed(self, data: bytes | str, wait: bool = True) -> bool:
        """Add output.

        Args:
            data: The next bytes of the worker's standard output, cut anywhere; or the same as text.
            wait: Wait while the reader is behind. A callback on an event loop that serves others passes False: a worker
                that sends more than MAX_UNREAD_BYTES ahead of the reader is given up then.

        Returns:
            Whether more is wanted; if not, the producer should stop.
        """
        chunk = data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._ending is not None or self._size < MAX_WAITING_BYTES)
            if self._ending is not None:
                return False
            if not wait and self._size + len(chunk) > MAX_UNREAD_BYTES:
                self._chunks.clear()
                self._size = 0
                self._end(f"was given up: it sent over {MAX_UNREAD_BYTES:,} bytes faster than they were read")
                return False
            if chunk:
                self._chunks.append(chunk)
                self._size += len(chunk)
                self._changed.notify_all()
            return True

    def end(self, reason: str) -> None:
        """Note that nothing more comes.

        Args:
            reason: How the worker ended, in words that follow "it ". The first reason counts.
        """
        with self._changed:
            self._end(reason)

    def _end(self, reason: str) -> None:
        if self._ending is None:
            self._ending = reason
        self._changed.notify_all()

    def take(self, timeout: float | None) -> bytes:
        """Return some of the output, at least one byte; none when all of it was taken and nothing more comes.

        Raises:
            TimeoutError: Nothing came within so many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._chunks or self._ending is not None, timeout):
                raise TimeoutError
            if not self._chunks:
                return b""
            chunk = self._chunks.popleft()
            self._size -= len(chunk)
            self._changed.notify_all()
            return chunk

    def ending(self, timeout: float = 0.0) -> str | None:
        """Return how the worker ended, waiting so many seconds for that; None while it has not."""
        with self._changed:
            self._changed.wait_for(lambda: self._ending is not None, timeout)
            return self._ending


class QueuedTransport(Transport):
    """Talk to a worker whose output is fed to an `Output`; subclasses define `write`.

    The worker is ended with the transport: by `kill` and `close`, when the program forgets the transport, and when the
    program ends. A forked copy of the program leaves it alone.

    Args:
        output: Where the worker's output arrives.
        stop: Ends the worker, called once; it must not hold the transport, or nobody could forget it.
    """

    def __init__(self, output: Output, stop: Callable[[], None]) -> None:
        self._output = output
        self._release = weakref.finalize(self, _release, output, stop, os.getpid())

    def read(self, timeout: float | None) -> bytes:
        """Return some bytes of the worker's standard output."""
        return self._output.take(timeout)

    def kill(self) -> None:
        """End the worker."""
        self._release()

    def ending(self) -> str:
        """Say how the worker ended."""
        return self._output.ending(ENDING_SECONDS) or "does not take its input any more"


def in_pieces(data: bytes, size: int, timeout: float | None) -> Iterator[tuple[bytes, float | None]]:
    """Give data in pieces of a size that one request may carry, each with the seconds that are left for it."""
    deadline = None if timeout is None else time.monotonic() + timeout
    for start in range(0, len(data), size):
        yield data[start : start + size], None if deadline is None else max(0.001, deadline - time.monotonic())


def _release(output: Output, stop: Callable[[], None], owner: int) -> None:
    output.end("was ended")  # first, as it frees a producer that waits
    if os.getpid() == owner:
        stop()
