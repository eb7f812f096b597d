"""Have the containers of this program removed if it is killed.

A worker whose host is gone ends by itself, and the engine removes its container. That does not reach a container that
was made and not started yet, nor one whose code keeps the worker from noticing. So a small process waits for the end of
this program: see `sweep`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from uuid import uuid4

from smolagents_exec_docker.engine import engine_settings

LABEL = "smolagents.host"
_SWEEP = str(Path(__file__).with_name("sweep.py"))
_lock = threading.Lock()
_reapers: dict[tuple[str | None, ...], Reaper] = {}


class Reaper:
    """Hold the process that removes the containers with a label of its own when this program is gone.

    Attributes:
        labels: The label, for containers to bear.
    """

    def __init__(self) -> None:
        self.labels = {LABEL: uuid4().hex}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", _SWEEP],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._owing = threading.Event()
        self._release = weakref.finalize(self, _release, self._process, os.getpid(), self._owing)
        order = {"path": [os.path.abspath(path) for path in sys.path], "label": f"{LABEL}={self.labels[LABEL]}"}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode("ascii") + b"\n")
        self._process.stdin.flush()

    def owe(self) -> None:
        """Note that a container could not be removed: the process is to try it when this program has ended."""
        self._owing.set()

    def is_there(self) -> bool:
        """Tell whether the process is alive."""
        return self._process.poll() is None

    def leave_to_parent(self) -> None:
        """Let go of the process in a forked copy of the program, which would keep its input open."""
        self._release.detach()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.returncode = 0  # it is no child of this process


def reaper() -> Reaper:
    """Return the reaper for the engine of the moment, started on first use."""
    with _lock:
        key = engine_settings()
        if key not in _reapers or not _reapers[key].is_there():
            _reapers[key] = Reaper()
        return _reapers[key]


def _release(process: subprocess.Popen[bytes], owner: int, owing: threading.Event) -> None:
    """Tell the process that nothing is left to do, if so; the containers were removed before."""
    if os.getpid() == owner and process.stdin is not None:
        done = not owing.is_set()
        with contextlib.suppress(OSError):
            process.stdin.write(b"done\n" if done else b"")
        with contextlib.suppress(OSError):
            process.stdin.close()
        if done:
            process.wait()


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()
    for inherited in _reapers.values():
        inherited.leave_to_parent()
    _reapers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
