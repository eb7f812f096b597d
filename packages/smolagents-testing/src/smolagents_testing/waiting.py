"""Wait for what other threads and processes do; how long that takes is the machine's business."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 300.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"it has not come within {PATIENCE_SECONDS:.0f} seconds"
        time.sleep(0.01)


def ended(pid: int) -> bool:
    """Tell whether a process has ended; who reaps it does not matter."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def is_served(port: int) -> bool:
    """Tell whether something on this machine listens at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as made:
            # Where nobody listens, a connection may by chance come from this very port, and be one to itself.
            return bool(made.getsockname() != made.getpeername())
    except OSError:
        return False
