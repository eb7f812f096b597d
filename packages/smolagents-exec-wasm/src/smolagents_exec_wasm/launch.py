"""How Deno is started, and the snapshot of a Python that is up."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from smolagents.errors import SandboxError
from smolagents.sandbox.pipes import PipeTransport, start_process

from smolagents_exec_wasm.files import cache_directory
from smolagents_exec_wasm.source import wasm_worker_source

BROKER = Path(__file__).resolve().with_name("broker.mjs")
PAGE_BYTES = 2**16
# V8 maps 1.4 GiB before anything runs, of which it uses 0.3; the rest is for messages on their way.
OWN_BYTES = 2 * 2**30
SNAPSHOT_SECONDS = 120.0
# Nothing is read but the named files, nothing comes from elsewhere, nobody is asked.
FLAGS = ("--no-prompt", "--no-remote", "--no-npm", "--no-config", "--no-lock", "--no-code-cache", "--no-check")
# Deno's own cache is of no use to one local file, and this is where nothing can be.
ENVIRONMENT = {"DENO_DIR": os.devnull + "/none", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}


class Deno:
    """Start Deno with the broker, and Pyodide in its worker.

    Args:
        program: Deno's path.
        pyodide: Directory with Pyodide's files.
        memory_bytes: Memory that Python may use.
    """

    def __init__(self, program: str, pyodide: Path, memory_bytes: int) -> None:
        self._program = program
        self._pyodide = pyodide
        self._memory_bytes = memory_bytes

    def start(self) -> PipeTransport:
        """Start a worker from a snapshot, which is made first where there is none; without one where that fails."""
        return self._start(snapshot=self.snapshot())

    def snapshot(self) -> Path | None:
        """Return the snapshot, made if need be; None where it can't be made or kept."""
        path = self._snapshot_path()
        if not path.is_file():
            with contextlib.suppress(OSError):
                self._make_snapshot(path)
        return path if path.is_file() else None

    def _snapshot_path(self) -> Path:
        wasm, deno = (os.stat(path) for path in (self._pyodide / "pyodide.asm.wasm", self._program))
        files = [wasm.st_size, wasm.st_mtime_ns, deno.st_size, deno.st_mtime_ns]
        place, content = _digest(self._pyodide, self._program), _digest(*files, wasm_worker_source())
        return cache_directory() / f"snapshot-{place}-{content}"

    def _make_snapshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        transport = self._start(make_snapshot=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                while data := transport.read(SNAPSHOT_SECONDS):
                    file.write(data)
                if transport.ending() != "has ended with exit code 0":
                    raise OSError(f"The snapshot was not made: Deno {transport.ending()}")
                file.close()
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
            finally:
                transport.close()
        for other in path.parent.glob(f"{path.name.rpartition('-')[0]}-*"):
            if other != path:  # of the same program and files, before they were replaced
                other.unlink(missing_ok=True)

    def _start(self, snapshot: Path | None = None, make_snapshot: bool = False) -> PipeTransport:
        transport = start_process(self._command(snapshot, make_snapshot), ENVIRONMENT)
        _limit_memory(transport.pid, self._memory_bytes + OWN_BYTES)
        source = wasm_worker_source().encode("utf-8")
        with contextlib.suppress(OSError):  # its end is noticed when its greeting is read
            transport.write(b"%08x" % len(source) + source, SNAPSHOT_SECONDS)
        return transport

    def _command(self, snapshot: Path | None, make_snapshot: bool) -> Sequence[str]:
        readable = [self._pyodide, BROKER.with_name("guest.mjs"), *([snapshot] if snapshot else [])]
        settings = {
            "directory": str(self._pyodide),
            "snapshot": str(snapshot) if snapshot else None,
            "makeSnapshot": make_snapshot,
        }
        return [
            self._program,
            "run",
            *FLAGS,
            "--unstable-worker-options",
            "--allow-read=" + ",".join(map(_path_without_comma, readable)),
            f"--v8-flags=--wasm-max-mem-pages={self._memory_bytes // PAGE_BYTES}",
            str(BROKER),
            json.dumps(settings),
        ]


def _path_without_comma(path: Path) -> str:
    if "," in str(path):
        raise SandboxError(f"Deno can't be told to read a path with a comma: {path}. Put Pyodide somewhere else.")
    return str(path)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def _limit_memory(pid: int, size: int) -> None:
    """Bound what a process can allocate, JavaScript's arrays included."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (size, size))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))
