"""Servers of the SDK in processes of their own, and no tests where the SDK is not installed."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing.waiting import PATIENCE_SECONDS, is_served, until

collect_ignore_glob = ["test_*.py"] if find_spec("mcp") is None else []

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give servers more time to start than people do: how long that takes is the machine's business."""
    from smolagents_tools_mcp import client

    monkeypatch.setitem(client._TIMES, "connect_timeout", PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Have Ctrl-C end what the tests start; what runs in the background of a shell passes on that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def demo() -> Any:
    from mcp import StdioServerParameters

    return StdioServerParameters(command=sys.executable, args=[str(HERE / "demo_server.py")])


@pytest.fixture
def named_server() -> Callable[[str], Any]:
    from mcp import StdioServerParameters

    def parameters(name: str) -> Any:
        return StdioServerParameters(command=sys.executable, args=[str(HERE / "demo_server.py"), "stdio", "0", name])

    return parameters


@pytest.fixture
def free_port() -> Iterator[Callable[[], int]]:
    """Return a function that gives ports which nobody else gets until the test is over."""
    with ExitStack() as until_the_end:

        def reserve() -> int:
            reserved = until_the_end.enter_context(socket.socket())
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            reserved.bind(("127.0.0.1", 0))
            port = int(reserved.getsockname()[1])
            if sys.platform != "linux":  # elsewhere, a socket that does not listen keeps out the server, too
                reserved.close()
            return port

        yield reserve


class Listening:
    """A server that listens on loopback."""

    def __init__(self, transport: str, program: str, port: int) -> None:
        self.transport = transport
        self.program = program
        self.port = port
        self.url = f"http://127.0.0.1:{port}/{'sse' if transport == 'sse' else 'mcp'}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(HERE / self.program), self.transport, str(self.port)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until(lambda: is_served(self.port) or self._process.poll() is not None)
        assert self._process.poll() is None, "the server has ended"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def listening(free_port: Callable[[], int]) -> Iterator[Callable[..., Listening]]:
    started: list[Listening] = []

    def start(transport: str, program: str = "demo_server.py") -> Listening:
        started.append(Listening(transport, program, free_port()))
        return started[-1]

    yield start
    for server in started:
        server.kill()
