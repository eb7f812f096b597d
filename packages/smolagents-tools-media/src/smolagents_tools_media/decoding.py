"""Decode a media file in a process of its own, within limits of time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from smolagents.parser_environment import parser_environment

from smolagents_tools_media.decoders import END, Record, Unusable

# On a busy machine a process gets a part of its time only.
_WALL_SECONDS_FOR_ONE = 4
_MAX_RECORD = 2**30


def decoded(program: str, file: IO[bytes], cpu_seconds: int, **arguments: Any) -> Iterator[Record]:
    """Yield the records that a program writes about a file.

    Args:
        program: Name of its module, such as those in `decoders`.
        file: The open file, one of the file system.
        cpu_seconds: How much of a processor's time it may take.
        **arguments: What the program's function takes besides.

    Raises:
        Unusable: The file can't be decoded.
    """
    order = json.dumps({"cpu_seconds": cpu_seconds, **arguments})
    command = [sys.executable, "-P", "-m", program, order]
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # that of the program, too
    with tempfile.TemporaryFile() as complaints, _started(command, file, complaints) as process:
        assert process.stdout is not None
        while True:
            with _patience(process, _WALL_SECONDS_FOR_ONE * cpu_seconds) as is_over:
                record = _read(process.stdout)
            if record is None:
                raise Unusable(_failure(process.wait(), is_over.is_set(), cpu_seconds, complaints))
            if END in record[0]:
                break
            yield record
        if record[0][END]:
            raise Unusable(record[0][END])


@contextmanager
def _started(command: list[str], file: IO[bytes], complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        environment = parser_environment()
        process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=complaints, env=environment)
    except OSError as error:
        raise Unusable(f"no process can be started to decode it: {error}.") from error
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
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
    line = stream.readline(_MAX_RECORD)
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    body = stream.read(min(head["bytes"], _MAX_RECORD))
    return (head, body) if len(body) == head["bytes"] else None


def _failure(code: int, is_over: bool, cpu_seconds: int, complaints: IO[bytes]) -> str:
    if is_over or code == -getattr(signal, "SIGXCPU", 0):  # Windows has no such limit
        return f"it takes more than {cpu_seconds} s of computing to decode it."
    complaints.seek(0)
    said = complaints.read(2**16).decode("utf-8", "replace").strip().rpartition("\n")[2]
    ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"decoding it failed: {said or ended}."
