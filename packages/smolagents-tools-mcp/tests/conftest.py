"""Servers of the SDK in processes of their own, and no tests where the SDK is not installed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing.waiting import is_served

collect_ignore_glob = ["test_*.py"] if find_spec("mcp") is None else []

HERE = Path(__file__).parent


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


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def free_port() -> Callable[[], int]:
    return _free_port


class Listening:
    """A server that listens on loopback."""

    def __init__(self, transport: str, program: str) -> None:
        self.transport = transport
        self.program = program
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}/{'sse' if transport == 'sse' else 'mcp'}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(HERE / self.program), self.transport, str(self.port)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ})
        deadline = time.monotonic() + 60
        while not is_served(self.port):
            assert self._process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def listening() -> Iterator[Callable[..., Listening]]:
    started: list[Listening] = []

    def start(transport: str, program: str = "demo_server.py") -> Listening:
        started.append(Listening(transport, program))
        return started[-1]

    yield start
    for server in started:
        server.kill()
