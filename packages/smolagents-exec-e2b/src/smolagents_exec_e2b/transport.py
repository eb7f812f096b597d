"""A process in an E2B sandbox as a worker: its input by requests, its output by a stream that a thread reads."""

from __future__ import annotations

import contextlib
import shlex
import threading
from functools import partial
from typing import Any

from smolagents.errors import SandboxError
from smolagents.sandbox.hosted import Lease, SandboxGone
from smolagents.sandbox.queued import Output, QueuedTransport, in_pieces
from smolagents.sandbox.source import BOOTSTRAP

from smolagents_exec_e2b.errors import GONE, is_gone

COMMAND = f"exec python3 -c {shlex.quote(BOOTSTRAP)}"
MAX_WRITE_BYTES = 2**20
MAX_ERROR_TEXT = 2000
END_SECONDS = 10.0


class E2BTransport(QueuedTransport):
    """Talk to a process in a sandbox, and end it.

    Raises:
        SandboxGone: The sandbox is not there any more.
        SandboxError: The process does not start.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        try:
            # By default the SDK would end the process after 60 seconds, and keep all of its output.
            handle = lease.sandbox.commands.run(COMMAND, background=True, stdin=True, timeout=0, retain_output=False)
        except Exception as error:
            if is_gone(error):
                raise SandboxGone(f"The E2B sandbox {GONE}.") from error
            raise SandboxError(f"No worker starts in the E2B sandbox: {type(error).__name__}: {error}") from error
        self._pid: int = handle.pid
        output = Output()
        super().__init__(output, partial(_end, lease, self._pid))
        threading.Thread(target=_listen, args=(handle, output, lease), name="smolagents-e2b", daemon=True).start()

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the process's standard input."""
        for piece, left in in_pieces(data, MAX_WRITE_BYTES, timeout):
            self._write(piece, left)

    def _write(self, data: bytes, timeout: float | None) -> None:
        from e2b import NotFoundException, TimeoutException

        try:
            self._lease.sandbox.commands.send_stdin(self._pid, data, request_timeout=timeout or 0)
        except Exception as error:
            if is_gone(error):
                self._lease.lose()
                self._output.end(GONE)
            elif isinstance(error, TimeoutException):
                raise TimeoutError from error
            elif not isinstance(error, NotFoundException):  # which means that it has ended; its output tells how
                self._output.end(_lost(error))
            raise BrokenPipeError from error


def _listen(handle: Any, output: Output, lease: Lease) -> None:
    """Read what the process writes until it ends, or until nobody wants it."""
    from e2b import CommandExitException

    errors = ""

    def on_stdout(text: str) -> None:
        if not output.feed(text):
            raise BrokenPipeError

    def on_stderr(text: str) -> None:
        nonlocal errors
        errors = (errors + text)[-MAX_ERROR_TEXT:]

    try:
        handle.wait(on_stdout=on_stdout, on_stderr=on_stderr)
        output.end("has ended with exit code 0")
    except CommandExitException as error:
        how = f"has ended with exit code {error.exit_code}" if error.exit_code >= 0 else f"was ended ({error.error})"
        output.end(f"{how}: {errors.strip()}" if errors.strip() else how)
    except Exception as error:
        if is_gone(error):
            lease.lose()
            output.end(GONE)
        else:
            output.end(_lost(error))
    finally:
        with contextlib.suppress(Exception):  # the stream is over, one way or the other
            handle.disconnect()


def _lost(error: Exception) -> str:
    return f"has lost its connection ({type(error).__name__}: {error})"


def _end(lease: Lease, pid: int) -> None:
    if lease.held:
        with contextlib.suppress(Exception):  # it ends with its sandbox
            lease.sandbox.commands.kill(pid, request_timeout=END_SECONDS)
