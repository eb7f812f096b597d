"""Programs that decode hostile files. Each reads one file, its standard input, and can open nothing else.

A library for media follows what a file says, and a file says what its author likes: to take hours, to fill the memory,
to read another file of this machine or an address of its network. A process can be held to limits, and ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

MAX_MEMORY = 2 * 2**30
END = "unusable"
"""Key of the last record, which says what went wrong: without this record, the program broke down."""

Record = tuple[dict[str, Any], bytes]


class Unusable(Exception):
    """Report why a file can't be used, in words for the model."""


def run(decode: Callable[..., Iterator[Record]], prepare: Callable[[], object]) -> None:
    """Decode the file that is this process's standard input, as the order on the command line says.

    Each record is written as a line of JSON, with the length of the bytes that follow it.

    Args:
        decode: Takes the open file and the order's arguments by name, and yields records.
        prepare: Imports all that is needed, also what libraries import by and by: later, no file can be opened.
    """
    prepare()
    order = json.loads(sys.argv[1])
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no record
    _limit(order.pop("cpu_seconds"))
    try:
        for head, body in decode(sys.stdin.buffer, **order):
            _write(output, head, body)
        _write(output, {END: ""})
    except Unusable as error:
        _write(output, {END: str(error)})
    except MemoryError:
        _write(output, {END: f"it takes more than {MAX_MEMORY // 2**30} GiB of memory to decode it."})


def _write(output: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    output.write(json.dumps({**head, "bytes": len(body)}).encode() + b"\n" + body)
    output.flush()


def _limit(cpu_seconds: int) -> None:
    if sys.platform == "win32":  # there are no such limits
        return
    import resource

    # No number for a file is left: neither a file nor a connection can be opened.
    limits = {resource.RLIMIT_AS: MAX_MEMORY, resource.RLIMIT_CPU: cpu_seconds, resource.RLIMIT_NOFILE: 0}
    for limit, value in limits.items():
        soft, hard = resource.getrlimit(limit)
        most = min([value, *(known for known in (soft, hard) if known != resource.RLIM_INFINITY)])
        with contextlib.suppress(ValueError, OSError):  # macOS refuses the first
            resource.setrlimit(limit, (most, hard if limit == resource.RLIMIT_CPU else most))
