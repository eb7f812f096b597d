"""Keep chromedriver, and end all that it has started as soon as the program that wanted it lets go, or is gone.

Run as a program by `process.py`: `python guardian.py FOLDER COMMAND...`. It needs the standard library alone. It prints
chromedriver's port and then waits for the end of its standard input, which comes however the other side ends.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

PATIENCE = 25.0
_PR_SET_CHILD_SUBREAPER = 36


def main(arguments: list[str]) -> None:
    """Start the command, tell its port, and end it with all its descendants when nobody listens any more."""
    folder, command = arguments[0], arguments[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started us
    signal.signal(signal.SIGTERM, _told_to_end)
    _adopt_orphans()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    threading.Thread(target=_tell_port, args=(process.stdout,), daemon=True).start()
    with contextlib.suppress(InterruptedError):
        while os.read(0, 1024):
            pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end(process)
    deadline = time.monotonic() + PATIENCE
    while Path(folder).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


def _told_to_end(*_: object) -> None:
    raise InterruptedError


def _tell_port(output: IO[bytes]) -> None:
    """Print the port, or what was said instead, and read on: a full pipe would stop chromedriver."""
    said = b""
    for line in output:
        said += line
        found = re.search(rb"started successfully on port (\d+)", line)
        if found:
            _tell(found[1])
            for _ in output:
                pass
            return
    _tell(b" ".join(said.split()))


def _tell(text: bytes) -> None:
    with contextlib.suppress(OSError):
        os.write(1, text + b"\n")


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        descendants = _descendants()
        for pid in descendants:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.02)


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that none gets out of sight (Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _descendants() -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    generation = children.get(os.getpid(), [])
    while generation:
        found += generation
        generation = [child for pid in generation for child in children.get(pid, [])]
    return found


def _processes() -> Iterable[tuple[int, int]]:
    """Yield the numbers of all processes, and of their parents."""
    if sys.platform == "linux":
        for entry in os.listdir("/proc"):
            if entry.isdecimal():
                with contextlib.suppress(OSError):
                    # The name of the program, in parentheses, may hold anything.
                    fields = Path("/proc", entry, "stat").read_bytes().rpartition(b")")[2].split()
                    yield int(entry), int(fields[1])
        return
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=False).stdout
    for line in listed.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


if __name__ == "__main__":
    main(sys.argv[1:])
