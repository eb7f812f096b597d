"""A local process as a worker, reached through two pipes."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smolagents.sandbox.transport import Transport

assert sys.platform != "win32"  # for type checkers, too

READ_SIZE = 65536
ENDING_SECONDS = 1.0


class PipeTransport(Transport):
    """Talk to a child process, and end its whole session with it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin.fileno()
        self._stdout = process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        self._readable = select.poll()
        self._readable.register(self._stdout, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._stdin, select.POLLOUT)
        # Also when the program forgets it, and when it ends.
        self._release = weakref.finalize(self, _release, process, os.getpid())

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the process's standard input."""
        deadline = None if timeout is None else time.monotonic() + timeout
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._stdin, view) :]
            except BlockingIOError:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not self._writable.poll(_milliseconds(left)):
                    raise TimeoutError from None

    def read(self, timeout: float | None) -> bytes:
        """Return some bytes of the process's standard output."""
        if timeout is not None and not self._readable.poll(_milliseconds(timeout)):
            raise TimeoutError
        return os.read(self._stdout, READ_SIZE)

    def kill(self) -> None:
        """End the process and all that it may have started."""
        _kill(self._process)

    def close(self) -> None:
        """End the process and close the pipes."""
        self._release()

    def ending(self) -> str:
        """Say how the process ended."""
        try:
            code = self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return "has closed its pipe"
        if code >= 0:
            return f"has ended with exit code {code}"
        with contextlib.suppress(ValueError):
            return f"was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"was ended by signal {-code}"


def start_process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> PipeTransport:
    """Start a worker: in a session of its own, with two pipes and no other open files.

    Args:
        command: The program and its arguments.
        environment: Its environment; empty by default.
    """

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment or {}),
            cwd="/",
            start_new_session=True,
            close_fds=True,
            bufsize=0,
        )

    return PipeTransport(_spawner(start))


class _Spawner:
    """Start processes from one thread that lives as long as the program.

    The kernel ends a worker with the thread that started it, see `isolation.process.die_with_parent`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __call__(self, start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._pid != os.getpid():  # first use, or first in a forked process
                self._pid = os.getpid()
                self._jobs = queue.SimpleQueue()
                threading.Thread(target=self._work, args=(self._jobs,), name="smolagents-spawn", daemon=True).start()
            answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
            self._jobs.put((start, answer))
            started = answer.get()
        if isinstance(started, BaseException):
            raise started
        return started  # type: ignore[no-any-return]

    @staticmethod
    def _work(jobs: queue.SimpleQueue[Any]) -> None:
        while True:
            start, answer = jobs.get()
            try:
                answer.put(start())
            except BaseException as error:
                answer.put(error)
            del start, answer


_spawner = _Spawner()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _release(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() == owner:  # a forked copy of the program must leave the process alone
        _kill(process)
        process.wait()
    else:
        process.returncode = 0  # else Python would warn that it is still running
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
