"""Memory that an action takes: how much the process has grown, and when it must not grow any further.

Nothing interrupts C code, so a look at the process's memory has to come before whatever can take much at once. As long
as a session has seen no large value it is calm, and its code runs without those looks; they are switched on by the
first guard that permits a large value, and by the first look that finds the process grown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

MEGABYTE = 2**20
# From here on a value is large: a few hundred of them fill the memory before the watchdog looks again.
LARGE = MEGABYTE
# A process that has grown so much holds large values, or very many small ones.
CALM_GROWTH = 16 * MEGABYTE
_STATM = b"/proc/self/statm"
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class MemoryMeter:
    """Measure what one session's action takes.

    Args:
        limit: Bytes by which the process may grow.
        unrest: Called once, when large values are about.
    """

    __slots__ = ("_last", "_start", "_unrest", "calm", "limit")

    def __init__(self, limit: int, unrest: Callable[[], None]) -> None:
        self.limit = limit
        self.calm = True
        self._unrest = unrest
        self._start: int | None = None
        self._last = 0

    def begin(self) -> None:
        """Measure from here on; the first look tells where that is."""
        self._start = None

    def end_calm(self) -> None:
        """Note that there are large values, which the session keeps."""
        if self.calm:
            self.calm = False
            self._unrest()

    def growth(self, in_tool: bool = False) -> int:
        """Return by how many bytes the process has grown.

        What it grows by in a tool (that may load a model) is the host's own.
        """
        resident = resident_bytes()
        if resident is None:
            return 0
        if self._start is None:
            self._start = resident
        elif in_tool:
            self._start += max(resident - self._last, 0)
        self._last = resident
        grown = resident - self._start
        if grown > CALM_GROWTH:
            self.end_calm()
        return grown


@cache
def _c_library() -> Any:
    import ctypes

    # Its calls keep the interpreter's lock: another thread that computes hands it back only after milliseconds.
    return ctypes.PyDLL(None)


def resident_bytes() -> int | None:
    """Return the bytes of memory that the process holds, or None where only Linux would tell."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    library = _c_library()
    descriptor = library.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)
    if descriptor < 0:
        return None
    buffer = ctypes.create_string_buffer(64)
    size = library.read(descriptor, buffer, 64)
    library.close(descriptor)
    return int(buffer.raw[:size].split()[1]) * _PAGE if size > 0 else None
