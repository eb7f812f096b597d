"""Have a hostile file read in a process of its own: whatever it makes the parsers do, it ends there."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any

from smolagents.parser_program import END, ORDER, Record, Unusable

# On a busy machine a process gets a part of its time only.
_WALL_SECONDS_FOR_ONE = 4
_MAX_HEAD, _MAX_BODY = 2**16, 2**28  # bytes of a record
_SHOWN = 1000  # bytes of what a program complains about
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def parsed(program: str, source: bytes | IO[bytes], cpu_seconds: int, **arguments: Any) -> Iterator[Record]:
    """Yield the records that a program writes about a file.

    Args:
        program: Path of the program, which calls `parser_program.serve`.
        source: The file's bytes, or the open file, one of the file system.
        cpu_seconds: How much of a processor's time it may take.
        **arguments: What the program's function takes besides.

    Raises:
        Unusable: The file can't be read.
    """
    order = json.dumps({"cpu_seconds": cpu_seconds, **arguments})
    with _started(program, source, order) as (process, complaints):
        assert process.stdout is not None
        while True:
            with _patience(process, _WALL_SECONDS_FOR_ONE * cpu_seconds) as is_over:
                record = _read(process.stdout)
                code = process.wait() if record is None else 0
            if record is None:
                raise Unusable(_failure(code, is_over.is_set(), cpu_seconds, complaints))
            if END in record[0]:
                break
            yield record
    if record[0][END]:
        raise Unusable(record[0][END])


@contextlib.contextmanager
def _started(
    program: str, source: bytes | IO[bytes], order: str
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    with contextlib.ExitStack() as opened:
        try:
            complaints = opened.enter_context(tempfile.TemporaryFile())
            if isinstance(source, bytes):
                file: IO[bytes] = opened.enter_context(tempfile.TemporaryFile())
                file.write(source)
                file.flush()
            else:
                file = source
            os.lseek(file.fileno(), 0, os.SEEK_SET)  # that of the program, too
            # By its path, without the package above it and all that this imports.
            command = [sys.executable, "-P", program]
            environment = {**_environment(), ORDER: order}
            process = opened.enter_context(
                subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=complaints, env=environment)
            )
        except OSError as error:
            raise Unusable(f"no process can be started to read it: {error}.") from error
        opened.callback(process.kill)
        yield process, complaints


def _environment() -> dict[str, str]:
    """Return what a Python needs that imports what this one can import, and no more.

    A parser that a hostile file has taken over finds no key in there.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}


@contextlib.contextmanager
def _patience(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """End the process where a record does not come in time; gives what tells whether that was so."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


def _read(stream: IO[bytes]) -> Record | None:
    """Return a whole record, if one comes; a program that is in other hands may write anything."""
    line = stream.readline(_MAX_HEAD)
    try:
        head = json.loads(line)
        size = head["bytes"]
        body = stream.read(size) if 0 <= size <= _MAX_BODY else b""
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (head, body) if line.endswith(b"\n") and len(body) == size else None


def _failure(code: int, is_over: bool, cpu_seconds: int, complaints: IO[bytes]) -> str:
    if is_over or code == -getattr(signal, "SIGXCPU", 0):  # Windows has no such limit
        return f"it takes more than {cpu_seconds} s of computing to read it."
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _SHOWN))
    said = complaints.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"reading it failed: {said or ended}."
