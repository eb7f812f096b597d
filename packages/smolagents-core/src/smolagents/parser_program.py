"""Be a program that reads one hostile file, its standard input, within limits. `parser_process` starts it.

A library for files follows what a file says, and a file says what its author likes: to take hours, to fill the memory,
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
ORDER = "SMOLAGENTS_PARSER_ORDER"
"""Environment variable with the order. A command line can be read by everybody on the machine."""
END = "unusable"
"""Key of the last record, which says what went wrong: without this record, the program broke down."""

Record = tuple[dict[str, Any], bytes]
# To a file: what libraries complain about, and modules that Python compiles, which it might cut at the limit.
_MAX_WRITTEN = 2**24


class Unusable(Exception):
    """Report why a file can't be used, in words for the model that begin with "it"."""


def serve(parse: Callable[..., Iterator[Record]], prepare: Callable[[Any], object] | None = None) -> None:
    """Read the file that is this process's standard input, as the order says.

    Each record is written as a line of JSON, with the length of the bytes that follow it.

    Args:
        parse: Takes the open file and the order's arguments by name, and yields records.
        prepare: Takes the open file too, only to look ahead, and imports all that is needed, also what libraries import
            by and by: afterwards neither a file nor a connection can be opened. None: they can.
    """
    order = json.loads(os.environ.pop(ORDER))
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no record
    cpu_seconds = order.pop("cpu_seconds")
    # Each signal that ends a process at a limit leaves an image of its memory on the disk otherwise.
    _limit("CORE", 0)
    _limit("AS", MAX_MEMORY)
    _limit("FSIZE", _MAX_WRITTEN)
    _limit("CPU", cpu_seconds, cpu_seconds + 1)  # at the second number, a program ends that ignores the first
    try:
        if prepare is not None:
            prepare(sys.stdin.buffer)
            _limit("NOFILE", 0)
        for head, body in parse(sys.stdin.buffer, **order):
            _write(output, head, body)
        _write(output, {END: ""})
    except Unusable as error:
        _write(output, {END: str(error)})
    except MemoryError:
        _write(output, {END: f"it takes more than {MAX_MEMORY // 2**30} GiB of memory to read it."})
    except RecursionError:
        _write(output, {END: "it is nested too deeply."})


def _write(output: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    output.write(json.dumps({**head, "bytes": len(body)}).encode() + b"\n" + body)
    output.flush()


def _limit(name: str, soft: int, hard: int | None = None) -> None:
    """Set a limit that holds even if the process that started this one is gone, where there are such limits."""
    if sys.platform == "win32":  # there are none
        return
    import resource

    kind = getattr(resource, f"RLIMIT_{name}")
    known = [limit for limit in resource.getrlimit(kind) if limit != resource.RLIM_INFINITY]
    limits = min([soft, *known]), min([soft if hard is None else hard, *known])
    with contextlib.suppress(ValueError, OSError):  # macOS refuses that of memory
        resource.setrlimit(kind, limits)
