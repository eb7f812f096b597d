"""The way to a worker in a sandbox of Modal: two threads, since each of the SDK's calls waits for its answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from smolagents.sandbox.protocol import pack
from smolagents.sandbox.queued import Output, QueuedTransport

# A request to Modal carries so much; the SDK allows 16 MiB.
CHUNK_BYTES = 2**20
ALIVE = pack({"type": "alive"})


class ModalTransport(QueuedTransport):
    """Talk to a process in a sandbox.

    Args:
        process: The SDK's `ContainerProcess`, with binary streams.
        preamble: What the process reads before frames.
        stop: Ends the process.
        heartbeat_seconds: How long to be silent at most.
    """

    def __init__(self, process: Any, preamble: bytes, stop: Callable[[], None], heartbeat_seconds: float) -> None:
        output = Output()
        self._input = _Input(process.stdin, output, heartbeat_seconds)
        self._input.put(preamble)
        super().__init__(output, stop)
        threading.Thread(target=_read, args=(process, output), name="modal output", daemon=True).start()
        threading.Thread(target=self._input.run, name="modal input", daemon=True).start()

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the process's standard input."""
        self._input.begun = True
        self._input.put(data).result(timeout)

    def kill(self) -> None:
        """End the process."""
        super().kill()
        self._input.wake()


class _Input:
    """Write what it is given, in order, and a heartbeat when it was given nothing for a while.

    Nothing tells a process in a sandbox that this program was killed: it notices that it hears no heartbeat.
    """

    def __init__(self, stdin: Any, output: Output, heartbeat_seconds: float) -> None:
        self.begun = False  # there are no heartbeats before the first frame
        self._stdin = stdin
        self._output = output
        self._heartbeat_seconds = heartbeat_seconds
        self._requests: queue.SimpleQueue[tuple[bytes, Future[None]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False

    def put(self, data: bytes) -> Future[None]:
        """Have data written; the future raises BrokenPipeError if it can't be."""
        written: Future[None] = Future()
        with self._lock:
            if self._closed:
                written.set_exception(BrokenPipeError())
            else:
                self._requests.put((data, written))
        return written

    def wake(self) -> None:
        """Have `run` look whether the process has ended."""
        self.put(b"")

    def run(self) -> None:
        """Write until the process has ended."""
        while self._output.ending() is None:
            try:
                data, written = self._requests.get(timeout=self._heartbeat_seconds)
            except queue.Empty:
                data, written = ALIVE if self.begun else b"", Future()
            try:
                for start in range(0, len(data), CHUNK_BYTES):
                    self._stdin.write(data[start : start + CHUNK_BYTES])
                    self._stdin.drain()
            except Exception as error:
                self._output.end(f"was lost: {type(error).__name__}: {error}")
                written.set_exception(BrokenPipeError())
            else:
                written.set_result(None)
        with self._lock:
            self._closed = True
        while not self._requests.empty():
            self._requests.get()[1].set_exception(BrokenPipeError())


def _read(process: Any, output: Output) -> None:
    try:
        for chunk in process.stdout:
            if not output.feed(chunk):
                return
        output.end(_ending(process.wait()))
    except Exception as error:
        output.end(f"was lost: {type(error).__name__}: {error}")


def _ending(code: int) -> str:
    return f"was ended by signal {code - 128}" if code > 128 else f"has ended with exit code {code}"
