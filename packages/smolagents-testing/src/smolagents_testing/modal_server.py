"""A Modal of our own on loopback: the real, unpatched SDK talks to it, and its sandboxes run commands for real.

    with FakeModalServer() as server:
        os.environ.update(server.environment)
        app = modal.App.lookup("my-app", create_if_missing=True)
        sandbox = modal.Sandbox.create(app=app)
        assert sandbox.exec("echo", "hi").stdout.read() == "hi\\n"

It serves what a sandbox needs: looking up apps, images (nothing is built), secrets, creating and terminating sandboxes,
and commands with their standard streams. Commands are processes of this machine, with this Python in front of their
PATH: what they run is trusted code of tests. Modal's protocol is private and changes: this speaks modal 1.5 and 1.6.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import socket
import tempfile
import threading
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from smolagents_testing.modal_commands import Command

Value = TypeVar("Value")

TOKEN_ID = "ak-fake0123456789abcdef"
TOKEN_SECRET = "as-fake0123456789abcdef"


@dataclass
class FakeModalSandbox:
    """Record one sandbox.

    Args:
        sandbox_id: Its number.
        task_id: The number by which commands reach it.
        definition: The `api_pb2.Sandbox` that it was created with.
        env: Environment variables from its secrets.
        tags: Its tags.
        directory: Where its commands start.
        commands: What was run in it, by the number of the execution.
        terminated: Whether it has ended.
    """

    sandbox_id: str
    task_id: str
    definition: Any
    env: dict[str, str]
    tags: dict[str, str]
    directory: str
    commands: dict[str, Command] = field(default_factory=dict)
    terminated: bool = False

    @property
    def pids(self) -> list[int]:
        """Return the numbers of the processes that run in it."""
        return [command.pid for command in self.commands.values() if command.status is None]


@dataclass
class _Fault:
    rpc: str
    status: str
    message: str
    times: int


class FakeModalServer:
    """Serve Modal's API for sandboxes; use as a context manager.

    Args:
        token_id: The only token that is accepted.
        token_secret: Its secret.
    """

    def __init__(self, token_id: str = TOKEN_ID, token_secret: str = TOKEN_SECRET) -> None:
        self.token_id = token_id
        self.token_secret = token_secret
        self.apps: list[str] = []
        self.images: list[Any] = []
        self.sandboxes: list[FakeModalSandbox] = []
        self.secrets: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self.connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self.jwt = _token()
        self._faults: list[_Fault] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._delays: dict[str, float] = {}
        self._started = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does it for its own sockets only
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fake modal", daemon=True)

    def __enter__(self) -> FakeModalServer:
        import grpclib.server  # noqa: F401 (comes with modal: the error is raised here, not in the thread)

        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._loop is not None
        assert self._stopping is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """Return the server's URL, as `MODAL_SERVER_URL` takes it."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which Modal's SDK finds this server.

        The SDK keeps the client that it makes of them. In a process that talks to several servers give each call
        `client=modal.Client.from_credentials(server.token_id, server.token_secret)`.
        """
        return {
            "MODAL_SERVER_URL": self.url,
            "MODAL_TOKEN_ID": self.token_id,
            "MODAL_TOKEN_SECRET": self.token_secret,
        }

    # ---- faults

    def fail(
        self, rpc: str, status: str = "INTERNAL", message: str = "The fake was told to fail.", times: int = 1
    ) -> None:
        """Refuse the next calls of an RPC.

        Args:
            rpc: Name of the RPC: "AppGetOrCreate", "SandboxCreateV2", "TaskExecStart", "TaskExecStdioRead", ….
            status: Name of the gRPC status: "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAVAILABLE" (which the SDK
                tries again), ….
            message: What the error says.
            times: How many calls to refuse.
        """
        self._faults.append(_Fault(rpc, status, message, times))

    def delay(self, rpc: str, seconds: float) -> None:
        """Answer an RPC late from now on."""
        self._delays[rpc] = seconds

    def kill(self, sandbox: FakeModalSandbox) -> None:
        """Let a sandbox die, as of a lack of memory: its processes are killed and their streams end."""
        self._run(self.terminate(sandbox))

    def cut_streams(self, sandbox: FakeModalSandbox) -> None:
        """Break the streams of output that are being read from a sandbox; the SDK may open them again."""
        for command in sandbox.commands.values():
            self._run(command.cut())

    # ---- inside

    async def _serve(self) -> None:
        from grpclib.server import Server

        from smolagents_testing.loopback import stop_accepting
        from smolagents_testing.modal_rpcs import services

        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = Server(services(self))
        await server.start(sock=self._socket)
        self._started.set()
        await self._stopping.wait()
        await stop_accepting([self._socket])
        for sandbox in self.sandboxes:
            await self.terminate(sandbox)
        for task in self._tasks:
            task.cancel()
        server.close()
        for connection in list(self.connections):  # grpclib leaves them to the clients
            connection.close()
        await server.wait_closed()
        await asyncio.sleep(0)

    def _run(self, work: Coroutine[Any, Any, Value]) -> Value:
        assert self._loop is not None
        future: Future[Value] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(300)

    async def terminate(self, sandbox: FakeModalSandbox) -> None:
        """End a sandbox and all that runs in it."""
        if not sandbox.terminated:
            sandbox.terminated = True
            for command in sandbox.commands.values():
                await command.kill()
            shutil.rmtree(sandbox.directory, ignore_errors=True)

    async def enter(self, rpc: str) -> None:
        """Note a call; be late or refuse it if told so."""
        from grpclib import GRPCError, Status

        self.calls.append(rpc)
        if rpc in self._delays:
            await asyncio.sleep(self._delays[rpc])
        for fault in self._faults:
            if fault.rpc == rpc and fault.times:
                fault.times -= 1
                raise GRPCError(Status[fault.status], fault.message)

    def create(self, definition: Any, env: dict[str, str], tags: Any, generation: int) -> FakeModalSandbox:
        """Make a sandbox, which ends when its time is over."""
        number = len(self.sandboxes) + 1
        # The SDK tells the generations of sandboxes by these numbers.
        names = (
            (f"sb-{number:022d}", f"ta-{number:022d}")
            if generation == 1
            else (f"sb-{number:026d}", f"ta-{number:025d}V")
        )
        directory = tempfile.mkdtemp(prefix="fake-modal-")
        labels = {tag.tag_name: tag.tag_value for tag in tags}
        sandbox = FakeModalSandbox(*names, definition, env, labels, directory)
        self.sandboxes.append(sandbox)
        self._later(self._expire(sandbox))
        return sandbox

    def sandbox(self, number: str) -> FakeModalSandbox:
        """Return a sandbox by its number or that of its task."""
        from grpclib import GRPCError, Status

        for sandbox in self.sandboxes:
            if number in (sandbox.sandbox_id, sandbox.task_id):
                return sandbox
        raise GRPCError(Status.NOT_FOUND, f"There is no sandbox {number}.")

    def watch(self, sandbox: FakeModalSandbox, command: Command) -> None:
        """End the sandbox some time after its last command, if it was made with `idle_timeout`."""
        self._later(self._expire_idle(sandbox, command))

    async def _expire(self, sandbox: FakeModalSandbox) -> None:
        await asyncio.sleep(sandbox.definition.timeout_secs)
        await self.terminate(sandbox)

    async def _expire_idle(self, sandbox: FakeModalSandbox, command: Command) -> None:
        await command.wait()
        idle = sandbox.definition.idle_timeout_secs
        if idle and not sandbox.pids:
            await asyncio.sleep(idle)
            if not sandbox.pids:
                await self.terminate(sandbox)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _token() -> str:
    """Return a token as Modal gives them, which does not expire while tests run."""
    parts = [{"alg": "none"}, {"exp": 4_000_000_000}, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
