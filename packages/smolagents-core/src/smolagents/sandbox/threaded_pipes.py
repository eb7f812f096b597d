"""A local process as a worker where pipes can't be waited for with a time limit: threads read and write them."""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from smolagents.sandbox.queued import Output, QueuedTransport

READ_SIZE = 65536
NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW
# Without these not even Python's own modules load on Windows.
KEPT_VARIABLES = ("SYSTEMROOT", "WINDIR") if sys.platform == "win32" else ()

Letter = tuple[bytes, "queue.SimpleQueue[OSError | None]"]  # what to write, and where to say that it is done


class ThreadedPipes(QueuedTransport):
    """Talk to a child process through two threads.

    Args:
        process: The child, with pipes.
        release: Frees what else ends with the child.
    """

    def __init__(self, process: subprocess.Popen[bytes], release: Callable[[], None] = lambda: None) -> None:
        output = Output()
        self._outbox: queue.SimpleQueue[Letter | None] = queue.SimpleQueue()
        super().__init__(output, functools.partial(_end, process, self._outbox, release))
        self.pid = process.pid
        for work in (functools.partial(_pump, process, output), functools.partial(_post, process, self._outbox)):
            threading.Thread(target=work, name="smolagents-worker-pipe", daemon=True).start()

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the process's standard input."""
        if self._output.ending() is not None:
            raise BrokenPipeError
        done: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()
        self._outbox.put((data, done))
        try:
            failure = done.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        if failure is not None:
            raise failure


def start_process(command: Sequence[str]) -> ThreadedPipes:
    """Start a worker: with an empty environment, without a window, with two pipes and no other open files.

    Raises:
        OSError: The system refuses, or can't bind it to this process's life.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        cwd=os.path.abspath(os.sep),
        close_fds=True,
        creationflags=NO_WINDOW if sys.platform == "win32" else 0,
        bufsize=0,
    )
    return ThreadedPipes(process, _bind(process))


def _bind(process: subprocess.Popen[bytes]) -> Callable[[], None]:
    """Have the system end the process with this one, where it can; return what frees the bond."""
    if sys.platform != "win32":
        return lambda: None
    from smolagents.sandbox.isolation import job

    try:
        handle = job.enclose(int(vars(process)["_handle"]))
    except OSError:
        process.kill()
        raise
    return functools.partial(job.close, handle)


def _pump(process: subprocess.Popen[bytes], output: Output) -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError), process.stdout as pipe:
        while (chunk := os.read(pipe.fileno(), READ_SIZE)) and output.feed(chunk):
            pass
    output.end(f"has ended with exit code {process.wait()}")


def _post(process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[Letter | None]) -> None:
    assert process.stdin is not None
    pipe = process.stdin
    while (letter := outbox.get()) is not None:
        data, done = letter
        try:
            view = memoryview(data)
            while view:
                view = view[pipe.write(view) :]
            done.put(None)
        except OSError as error:
            done.put(error)
    with contextlib.suppress(OSError):
        pipe.close()


def _end(
    process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[Letter | None], release: Callable[[], None]
) -> None:
    process.kill()
    process.wait()
    outbox.put(None)
    release()
