"""A process in a Blaxel sandbox as a worker: its input by requests, its output by a stream that a thread reads.

Blaxel's streams are made for logs: a part of a line may wait for the line's end, and the ends may be left out. The
protocol's frames have no lines, so a relay in the sandbox ends one after each piece, which is taken out here again.
"""

from __future__ import annotations

import base64
import contextlib
import threading
import time
import uuid
from functools import partial
from typing import Any

from smolagents.sandbox.hosted import Lease
from smolagents.sandbox.queued import Output, QueuedTransport, in_pieces
from smolagents.sandbox.source import BOOTSTRAP

from smolagents_exec_blaxel.errors import GONE, is_gone

READY = b"ready"
_RELAY = f"""
import os
source, sink = os.pipe()
if os.fork() == 0:
    os.close(0)
    os.close(sink)
    while True:
        piece = os.read(source, 8192)
        if not piece:
            os._exit(0)
        piece += b"\\n"
        while piece:
            piece = piece[os.write(1, piece):]
os.dup2(sink, 1)
os.close(sink)
os.close(source)
os.write(1, {READY!r})
"""
_PROGRAM = base64.b64encode((_RELAY + BOOTSTRAP).encode()).decode()
COMMAND = f"""python3 -c 'import base64; exec(base64.b64decode("{_PROGRAM}"))'"""
MAX_WRITE_BYTES = 2**18
MAX_ERROR_TEXT = 2000
NOT_RUNNING = (404, 409)


class BlaxelTransport(QueuedTransport):
    """Talk to a process in a sandbox, and end it."""

    def __init__(self, lease: Lease) -> None:
        import httpx

        self._lease = lease
        self._name = f"smolagents-{uuid.uuid4().hex[:12]}"
        # One connection for all input: the SDK would open one for each write.
        self._http = httpx.Client(base_url=lease.sandbox.process.url)
        output = Output()
        super().__init__(output, partial(_end, lease, self._name, self._http))
        arguments = (lease, self._name, output)
        threading.Thread(target=_run, args=arguments, name="smolagents-blaxel", daemon=True).start()

    def ready(self, timeout: float) -> bool:
        """Wait until the process can be written to, and tell whether it can."""
        deadline = time.monotonic() + timeout
        received = b""
        while len(received) < len(READY):
            try:
                chunk = self.read(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                self._output.end(f"has not started within {timeout:.0f} seconds")
                return False
            if not chunk:
                return False
            received += chunk
        return received == READY

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the process's standard input."""
        for piece, left in in_pieces(data, MAX_WRITE_BYTES, timeout):
            self._write(piece, left)

    def _write(self, data: bytes, timeout: float | None) -> None:
        import httpx
        from blaxel.core import settings

        headers = {**settings.headers, "Content-Type": "application/octet-stream"}
        try:
            path = f"/process/{self._name}/stdin"
            response = self._http.post(path, content=data, headers=headers, timeout=timeout)
        except httpx.TimeoutException as error:
            raise TimeoutError from error
        except (httpx.TransportError, RuntimeError) as error:  # the latter when it was closed meanwhile
            self._output.end(_lost(self._lease, error))
            raise BrokenPipeError from error
        if not response.is_success:
            if response.status_code not in NOT_RUNNING or is_gone(self._lease.sandbox):
                self._output.end(_lost(self._lease, f"{response.status_code}: {response.text}"))
            raise BrokenPipeError


def _run(lease: Lease, name: str, output: Output) -> None:
    """Run the process, and read what it writes until it ends, or until nobody wants it."""
    errors = ""

    def on_stdout(text: str) -> None:
        if not output.feed(text.replace("\n", "")):
            raise BrokenPipeError

    def on_stderr(text: str) -> None:
        nonlocal errors
        errors = (errors + text)[-MAX_ERROR_TEXT:]

    request = {"name": name, "command": COMMAND, "stdin": True, "timeout": 0, "wait_for_completion": True}
    try:
        ended = lease.sandbox.process.exec({**request, "on_stdout": on_stdout, "on_stderr": on_stderr})
        how = f"has ended with exit code {ended.exit_code} ({ended.status})"
        output.end(f"{how}: {errors.strip()}" if errors.strip() else how)
    except Exception as error:
        if output.ending() is None:
            output.end(_lost(lease, error))


def _lost(lease: Lease, error: Any) -> str:
    if not lease.held or is_gone(lease.sandbox):
        lease.lose()
        return GONE
    kind = f"{type(error).__name__}: " if isinstance(error, Exception) else ""
    return f"has lost its connection ({kind}{error})"


def _end(lease: Lease, name: str, http: Any) -> None:
    if lease.held:
        with contextlib.suppress(Exception):  # it ends with its sandbox
            lease.sandbox.process.kill(name)
    http.close()
