"""How the frames get to a worker and back: what a new kind of sandbox has to provide."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import Any

from smolagents.sandbox.protocol import HEADER_BYTES, body_length, pack, unpack


class Transport(ABC):
    """Carry bytes to and from one worker, and end it.

    A sandbox whose files are files can start `python -c BOOTSTRAP` and write `bootstrap_input()` first, see
    `smolagents.sandbox.source`.
    """

    @abstractmethod
    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the worker's standard input.

        Raises:
            TimeoutError: The worker did not take it within so many seconds.
            OSError: The worker is gone.
        """

    @abstractmethod
    def read(self, timeout: float | None) -> bytes:
        """Return some bytes of the worker's standard output, at least one; none when it has ended.

        Raises:
            TimeoutError: Nothing came within so many seconds.
        """

    @abstractmethod
    def kill(self) -> None:
        """End the worker at once; may be called from any thread, and twice."""

    def close(self) -> None:
        """End the worker and free what the transport holds; may be called twice."""
        self.kill()

    def ending(self) -> str:
        """Say how the worker ended, in words that follow "it "."""
        return "ended"


class WorkerGone(Exception):
    """Report that the worker has ended; the message says how."""


class Connection:
    """Exchange messages with one worker."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._received = bytearray()
        self._sending = threading.Lock()

    def send(self, message: dict[str, Any], deadline: float | None = None) -> None:
        """Send a message.

        Raises:
            ProtocolError: It is too large.
            TimeoutError: The worker did not take it before the deadline.
            WorkerGone: The worker has ended.
        """
        frame = pack(message)
        with self._sending:
            try:
                self.transport.write(frame, _left(deadline))
            except TimeoutError:
                raise
            except OSError:
                raise WorkerGone(self.transport.ending()) from None

    def receive(self, deadline: float | None) -> dict[str, Any]:
        """Return the next message.

        Raises:
            ProtocolError: What came is none.
            TimeoutError: None came before the deadline.
            WorkerGone: The worker has ended.
        """
        length = body_length(self._take(HEADER_BYTES, deadline))
        message: dict[str, Any] = unpack(self._take(length, deadline))
        return message

    def _take(self, size: int, deadline: float | None) -> bytes:
        received = self._received
        while len(received) < size:
            chunk = self.transport.read(_left(deadline))
            if not chunk:
                raise WorkerGone(self.transport.ending())
            received += chunk
        taken = bytes(received[:size])
        del received[:size]
        return taken


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
