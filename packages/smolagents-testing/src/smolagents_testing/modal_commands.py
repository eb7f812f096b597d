"""The commands that a sandbox of `FakeModalServer` runs: processes of this machine, and what they have written."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import sysconfig
from collections.abc import AsyncIterator, Sequence

from smolagents_testing.fake_sandboxes import bundled_pip

CHUNK = 65536
STDOUT, STDERR = 0, 1


class Command:
    """Run one command, and keep its output for readers that may come back."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._output = {STDOUT: bytearray(), STDERR: bytearray()}
        self._ended: set[int] = set()
        self._changed = asyncio.Condition()
        self._written = 0
        self._cuts = 0
        self._tasks = [
            asyncio.create_task(self._collect(STDOUT, process.stdout)),
            asyncio.create_task(self._collect(STDERR, process.stderr)),
        ]

    @classmethod
    async def start(cls, arguments: Sequence[str], env: dict[str, str], home: str, directory: str) -> Command:
        """Start a command with this Python in front of its PATH; what pip installs lies in its home."""
        path = f"{os.path.dirname(sys.executable)}:/usr/local/bin:/usr/bin:/bin"
        prefix = os.path.join(home, "python")
        packages = sysconfig.get_path("purelib", "posix_prefix", {"base": prefix})
        os.makedirs(packages, exist_ok=True)
        python_path = os.pathsep.join([packages, *bundled_pip()])
        own = {"PATH": path, "HOME": home, "PYTHONPATH": python_path, "PIP_PREFIX": prefix, "PIP_NO_INDEX": "1"}
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**own, **env},
            cwd=directory,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Return the exit code, a signal's number made negative, or None while it runs."""
        return self._process.returncode

    async def write(self, offset: int, data: bytes, eof: bool) -> None:
        """Write to the command's standard input; what was written already, of a call that came twice, is left out."""
        assert self._process.stdin is not None
        fresh = data[self._written - offset :]
        self._written += len(fresh)
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(fresh)
            await self._process.stdin.drain()
        if eof:
            self._process.stdin.close()

    async def read(self, stream: int, offset: int) -> AsyncIterator[bytes]:
        """Give what the command writes from an offset on, until it ends or the stream is cut.

        Raises:
            BrokenPipeError: The stream was cut.
        """
        cuts, output = self._cuts, self._output[stream]

        def has_changed() -> bool:
            return len(output) > offset or stream in self._ended or self._cuts > cuts

        while True:
            async with self._changed:
                await self._changed.wait_for(has_changed)
            if self._cuts > cuts:
                raise BrokenPipeError
            if len(output) == offset:
                return
            chunk = bytes(output[offset : offset + CHUNK])
            offset += len(chunk)
            yield chunk

    async def cut(self) -> None:
        """Break the streams that are being read."""
        async with self._changed:
            self._cuts += 1
            self._changed.notify_all()

    async def wait(self) -> int:
        """Return the exit code, when it is there."""
        return await self._process.wait()

    async def kill(self) -> None:
        """End the command with all that it has started, and wait until its streams have ended."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        await self._process.wait()
        await asyncio.gather(*self._tasks)

    async def _collect(self, stream: int, source: asyncio.StreamReader | None) -> None:
        assert source is not None
        while chunk := await source.read(CHUNK):
            async with self._changed:
                self._output[stream] += chunk
                self._changed.notify_all()
        async with self._changed:
            self._ended.add(stream)
            self._changed.notify_all()
