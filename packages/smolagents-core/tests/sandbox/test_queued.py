"""A transport that is fed by a thread or by callbacks: the kit, its bounded memory, and the end of what feeds it."""

import functools
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from smolagents.errors import InterpreterError
from smolagents.remote_executors import RemotePythonExecutor
from smolagents.sandbox.queued import MAX_UNREAD_BYTES, MAX_WAITING_BYTES, Output, QueuedTransport
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input
from smolagents_testing import ExecutorConformance


class ThreadedTransport(QueuedTransport):
    """A local worker whose output a thread reads, in chunks of an odd size."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", BOOTSTRAP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        output = Output()
        self.thread = threading.Thread(target=pump, args=(self.process, output), daemon=True)
        super().__init__(output, functools.partial(end_process, self.process))
        self.thread.start()

    def write(self, data: bytes, timeout: float | None) -> None:
        assert self.process.stdin is not None
        view = memoryview(data)
        try:
            while view:
                view = view[self.process.stdin.write(view) :]
        except ValueError:  # the thread has closed it
            raise BrokenPipeError from None


def pump(process: subprocess.Popen[bytes], output: Output) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout as pipe, process.stdin:
        while (chunk := os.read(pipe.fileno(), 997)) and output.feed(chunk):
            pass
    output.end(f"has ended with exit code {process.wait()}")


def end_process(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


class ThreadedExecutor(RemotePythonExecutor):
    """A worker behind a thread."""

    def __init__(self, additional_imports: list[str] | None = None, timeout_seconds: float | None = 30) -> None:
        super().__init__(additional_imports or [], logger=None)
        self.timeout_seconds = timeout_seconds

    def connect(self) -> ThreadedTransport:
        transport = ThreadedTransport()
        transport.write(bootstrap_input(), 30)
        return transport


class TestThreadedWorker(ExecutorConformance):
    lacks = {
        "import refusal": "its sandbox is the boundary, not its Python",
        "packages": "the Python is not its own",
    }

    def make_executor(self, **options: Any) -> ThreadedExecutor:
        return ThreadedExecutor(**options)


class IdleTransport(QueuedTransport):
    """Nothing but what it is fed."""

    def write(self, data: bytes, timeout: float | None) -> None:
        raise OSError


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
def stopped() -> list[str]:
    return []


@pytest.fixture
def transport(output: Output, stopped: list[str]) -> IdleTransport:
    return IdleTransport(output, functools.partial(stopped.append, "stopped"))


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


# ---- reading


def test_reads_what_was_fed_and_then_the_end(output: Output, transport: IdleTransport) -> None:
    assert all(output.feed(chunk) for chunk in (b"ab", "", "cd"))
    output.end("has ended with exit code 3")
    output.end("was lost too")
    assert b"".join(iter(lambda: transport.read(0), b"")) == b"abcd"
    assert transport.read(None) == b""
    assert transport.ending() == "has ended with exit code 3"


def test_read_waits_for_what_is_fed_meanwhile(output: Output, transport: IdleTransport) -> None:
    thread = in_thread(lambda: output.feed(b"late"))
    assert transport.read(30) == b"late"
    thread.join()


def test_read_gives_up_at_its_timeout(transport: IdleTransport) -> None:
    with pytest.raises(TimeoutError):
        transport.read(0.01)


def test_reader_learns_of_an_end_while_it_waits(output: Output, transport: IdleTransport) -> None:
    thread = in_thread(lambda: output.end("was lost"))
    assert transport.read(30) == b""
    thread.join()


# ---- bounded memory


def test_producer_waits_for_the_reader(output: Output, transport: IdleTransport) -> None:
    chunk = b"x" * 65536
    fed = 0

    def produce() -> None:
        nonlocal fed
        while output.feed(chunk):
            fed += len(chunk)

    thread = in_thread(produce)
    read = 0
    while read < 16 * MAX_WAITING_BYTES:
        read += len(transport.read(30))
        assert fed - read <= MAX_WAITING_BYTES + len(chunk)
    transport.kill()
    thread.join(300)
    assert not thread.is_alive()
    assert not output.feed(chunk)


def test_producer_that_can_not_wait_is_given_up(output: Output, transport: IdleTransport) -> None:
    chunk = b"x" * 2**20
    accepted = sum(output.feed(chunk, wait=False) for _ in range(MAX_UNREAD_BYTES // len(chunk) + 8))
    assert accepted == MAX_UNREAD_BYTES // len(chunk)
    assert transport.read(0) == b""
    assert "faster than they were read" in transport.ending()


def test_flood_between_actions_does_not_fill_the_memory() -> None:
    with ThreadedExecutor() as executor:
        executor(
            "import threading\n"
            "def flood():\n    for _ in range(2_000):\n        print('x' * 50_000, flush=True)\n"
            "    done.set()\n"
            "done = threading.Event()\nout = __import__('sys').stdout\n"
            "def print(text, flush, worker=out._worker):\n    worker.print(text)\n"
            "threading.Thread(target=flood, daemon=True).start()"
        )
        output: Any = executor._connection.transport._output  # type: ignore[union-attr]
        assert executor("done.wait(30)").output is True  # reads the flood
        assert output._size <= MAX_WAITING_BYTES + 65536


# ---- the end


def test_worker_is_stopped_once(output: Output, transport: IdleTransport, stopped: list[str]) -> None:
    transport.kill()
    transport.close()
    assert stopped == ["stopped"]
    assert transport.read(None) == b""


def test_worker_is_stopped_when_the_transport_is_forgotten(output: Output, stopped: list[str]) -> None:
    transport = IdleTransport(output, functools.partial(stopped.append, "stopped"))
    producer = in_thread(lambda: [output.feed(b"x" * 2**20) for _ in range(4)])
    transport.read(30)
    del transport
    gc.collect()
    producer.join(300)
    assert not producer.is_alive()
    assert stopped == ["stopped"]


def test_worker_is_stopped_at_the_end_of_the_program() -> None:
    program = (
        "from smolagents.sandbox.queued import Output, QueuedTransport\n"
        "class Idle(QueuedTransport):\n    def write(self, data, timeout): ...\n"
        "kept = Idle(Output(), lambda: print('stopped', flush=True))\n"
        "import os\n"
        "if os.fork() == 0:\n    raise SystemExit\n"
        "os.wait()\nprint('end')"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=300)
    assert done.stdout == "end\nstopped\n", done.stderr


def test_death_of_the_worker_is_told() -> None:
    with ThreadedExecutor() as executor, pytest.raises(InterpreterError, match="exit code 7 while the action ran"):
        executor("import os\nos._exit(7)")
