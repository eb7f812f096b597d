"""What the fakes of sandbox providers have in common: sandboxes that are directories and processes of this machine.

They isolate nothing. They show that a client works, not that its provider does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from smolagents_testing.loopback import ConnectionCut, LoopbackServer
from smolagents_testing.openai_server import Failure

READ_BYTES = 32_768
WAITING_CHUNKS = 4


class FakeProcess:
    """Run a command, and give what it writes to whoever listens; nobody listens, and it waits."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._chunks: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(WAITING_CHUNKS)
        self._cut = asyncio.Event()
        self._readers = asyncio.gather(self._read("stdout", process.stdout), self._read("stderr", process.stderr))
        self._end = asyncio.ensure_future(self._wait())

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the process has not ended."""
        return self._process.returncode is None

    @property
    def exit_code(self) -> int:
        """Return the exit code of a process that has ended; a signal's number made negative."""
        assert self._process.returncode is not None
        return self._process.returncode

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        """Give pairs of "stdout" or "stderr" and what was written there, until the process has ended.

        Raises:
            ConnectionCut: `cut` was called.
        """
        while True:
            getting, cut = asyncio.ensure_future(self._chunks.get()), asyncio.ensure_future(self._cut.wait())
            try:
                await asyncio.wait({getting, cut}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                cut.cancel()
                getting.cancel()
            if self._cut.is_set():
                raise ConnectionCut
            name, chunk = await getting
            if not name:
                return
            yield name, chunk

    async def write(self, data: bytes) -> None:
        """Write to the process's standard input.

        Raises:
            ConnectionError: Nobody reads it any more.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    def close_stdin(self) -> None:
        """Close the process's standard input."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def cut(self) -> None:
        """Break off the streams of those who listen."""
        self._cut.set()

    async def end(self) -> None:
        """End the process and all that it has started."""
        self.cut()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._end.cancel()
        self._readers.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._end
        await self._close_pipes()

    async def _close_pipes(self) -> None:
        """Read what is left and close the input: asyncio keeps its pipes until then."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        for stream in (self._process.stdout, self._process.stderr):
            while stream is not None and await stream.read(READ_BYTES):
                pass

    async def _read(self, name: str, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while chunk := await stream.read(READ_BYTES):
            await self._chunks.put((name, chunk))

    async def _wait(self) -> None:
        await self._readers
        await self._process.wait()
        await self._chunks.put(("", b""))


class FakeSandbox:
    """A directory with processes that run in it. `pip install` puts packages into the directory.

    Args:
        name: What the provider calls it.
        environment: Environment variables of all its processes.
    """

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self.processes: dict[str, FakeProcess] = {}
        self._starting: set[asyncio.Future[FakeProcess]] = set()
        self._directory = tempfile.TemporaryDirectory(prefix="fake-sandbox-", ignore_cleanup_errors=True)
        self.home = Path(self._directory.name)
        packages = self.home / "packages"
        packages.mkdir()
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{os.path.dirname(sys.executable)}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join([str(packages), *bundled_pip()]),
            "PIP_TARGET": str(packages),
            "PIP_NO_INDEX": "1",
            **environment,
        }
        # Login shells set a PATH of their own.
        (self.home / ".profile").write_text(f"export PATH={self.environment['PATH']!r}\n", "utf-8")

    async def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        directory: str | None = None,
        stdin: bool = False,
        name: str = "",
    ) -> FakeProcess:
        """Start a command and keep it under its name, else under its number."""
        process_environment = {**self.environment, **(environment or {})}
        starting = asyncio.ensure_future(_spawn(command, process_environment, directory or str(self.home), stdin))
        self._starting.add(starting)
        try:
            process = await asyncio.shield(starting)  # whoever asked for it may go away meanwhile
        finally:
            if starting.done():
                self._starting.discard(starting)
        self.processes[name or str(process.pid)] = process
        return process

    async def end(self) -> None:
        """End everything in the sandbox."""
        for process in [*self.processes.values(), *(await asyncio.gather(*self._starting))]:
            await process.end()
        self._directory.cleanup()


async def _spawn(command: Sequence[str], environment: Mapping[str, str], directory: str, stdin: bool) -> FakeProcess:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        cwd=directory,
        start_new_session=True,
    )
    return FakeProcess(process)


class SandboxServer(LoopbackServer):
    """The part of a provider's API that all fakes have: sandboxes that come and go, and what can go wrong with them.

    Attributes:
        sandboxes: The sandboxes that run, by name.
        created: The bodies of the requests that have created one.
        deleted: The names of those that were deleted by request.
        start_seconds: How long it takes to create a sandbox.
        max_sandboxes: How many may run at once.
    """

    def __init__(self, api_key: str) -> None:
        super().__init__()
        self.api_key = api_key
        self.sandboxes: dict[str, FakeSandbox] = {}
        self.created: list[dict[str, object]] = []
        self.deleted: list[str] = []
        self.start_seconds = 0.0
        self.max_sandboxes = sys.maxsize
        self._failures: deque[Failure] = deque()

    def fail(self, *failures: Failure) -> None:
        """Answer the next requests for a sandbox with these errors."""
        self._failures.extend(failures)

    def end_sandboxes(self) -> None:
        """End all sandboxes, as at the end of their lifetime."""
        self.in_loop(self.close)

    def cut_streams(self) -> None:
        """Break off all streams of output; the processes go on."""

        def cut() -> None:
            for process in self.processes():
                process.cut()

        self.in_loop(cut)

    def processes(self) -> list[FakeProcess]:
        """Return the processes that run in any of the sandboxes."""
        return [
            process
            for sandbox in list(self.sandboxes.values())
            for process in sandbox.processes.values()
            if process.running
        ]

    async def close(self) -> None:
        """End all sandboxes."""
        while self.sandboxes:
            await self.sandboxes.popitem()[1].end()

    async def delete(self, name: str) -> bool:
        """End a sandbox by request, and tell whether there was one."""
        sandbox = self.sandboxes.pop(name, None)
        if sandbox is None:
            return False
        self.deleted.append(name)
        await sandbox.end()
        return True


def bundled_pip() -> list[str]:
    """Return a place to import pip from, where this Python has none."""
    import ensurepip

    return [str(path) for path in Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl")]
