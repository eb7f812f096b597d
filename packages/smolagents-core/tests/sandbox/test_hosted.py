"""A sandbox that outlives its workers: what replaces what, what is installed, and that nothing is left."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError
from smolagents.monitoring import AgentLogger
from smolagents.sandbox.hosted import HostedExecutor, Lease, SandboxGone
from smolagents.sandbox.pipes import PipeTransport, start_process
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input


class Provider:
    """Give sandboxes, which are numbers, and take them back."""

    def __init__(self) -> None:
        self.created = 0
        self.deleted: list[int] = []
        self.ended: set[int] = set()
        self.closed = False

    def create(self) -> int:
        if self.closed:
            raise SandboxError("The provider is closed. Wait.")
        self.created += 1
        return self.created


class ProvidedExecutor(HostedExecutor):
    """Workers in sandboxes that are not there."""

    def __init__(self, provider: Provider, additional_imports: list[str] | None = None, **options: Any) -> None:
        super().__init__(additional_imports or [], **{"logger": None, **options})
        self.provider = provider
        self.open()

    def create_sandbox(self) -> Lease:
        return Lease(self.provider.create(), self.provider.deleted.append)

    def start_worker_in(self, lease: Lease) -> PipeTransport:
        if lease.sandbox in self.provider.ended:
            raise SandboxGone("It has come to its end.")
        transport = start_process([sys.executable, "-I", "-c", BOOTSTRAP])
        transport.write(bootstrap_input(), 30)
        return transport


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def make(provider: Provider) -> Iterator[Callable[..., ProvidedExecutor]]:
    made: list[ProvidedExecutor] = []

    def make_executor(*args: Any, **options: Any) -> ProvidedExecutor:
        made.append(ProvidedExecutor(provider, *args, **options))
        return made[-1]

    yield make_executor
    for executor in made:
        executor.cleanup()
    assert provider.deleted == sorted(set(range(1, provider.created + 1)) - provider.ended)


def test_lost_worker_is_replaced_in_the_same_sandbox(make: Callable[..., Any], provider: Provider) -> None:
    executor = make()
    with pytest.raises(InterpreterError, match="are gone"):
        executor("import os\nos._exit(1)")
    assert executor("1 + 1").output == 2
    assert provider.created == 1


def test_lost_sandbox_is_replaced(make: Callable[..., Any], provider: Provider) -> None:
    executor = make()
    provider.ended.add(1)
    with pytest.raises(InterpreterError, match="are gone"):
        executor("import os\nos._exit(1)")
    assert executor("1 + 1").output == 2
    assert executor.sandbox == 2


def test_cleanup_deletes_and_the_next_action_begins_anew(make: Callable[..., Any], provider: Provider) -> None:
    executor = make()
    executor.cleanup()
    executor.delete()
    assert (executor.sandbox, provider.deleted) == (None, [1])
    assert executor("1 + 1").output == 2
    assert executor.sandbox == 2


@pytest.mark.parametrize(
    ("action", "kind"),
    [("import os\nos._exit(1)", InterpreterError), ("sum(range(10**15))", ExecutionTimeoutError)],
    ids=["death", "deadline"],
)
def test_failure_is_told_although_no_fresh_worker_starts(
    make: Callable[..., Any], provider: Provider, action: str, kind: type[Exception]
) -> None:
    executor = make(timeout_seconds=1)
    executor("1")
    provider.ended.add(1)
    provider.closed = True
    with pytest.raises(kind, match="are gone"):
        executor(action)
    with pytest.raises(SandboxError, match=r"closed\. Wait"):
        executor("1 + 1")
    provider.closed = False
    assert executor("1 + 1").output == 2


def test_modules_that_are_there_are_not_installed(make: Callable[..., Any]) -> None:
    assert make(["json", "xml.etree.*", "*", "pytest"]).installed_packages == []


def test_package_that_can_not_be_had_leaves_no_sandbox(make: Callable[..., Any], provider: Provider) -> None:
    with pytest.raises(SandboxError, match="no-such-package"):
        ProvidedExecutor(provider, ["./no-such-package"])
    assert provider.deleted == [1]


def test_ctrl_c_while_the_provider_makes_a_sandbox_leaves_none(provider: Provider) -> None:
    interrupted = threading.Event()

    class Slow(ProvidedExecutor):
        def create_sandbox(self) -> Lease:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            assert interrupted.wait(300)
            return super().create_sandbox()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            Slow(provider)
    finally:
        signal.signal(signal.SIGINT, before)
    interrupted.set()
    for thread in threading.enumerate():
        if thread.name == "smolagents-sandbox":
            thread.join(300)
    assert (provider.created, provider.deleted) == (1, [1])


def test_what_takes_long_is_told(provider: Provider) -> None:
    told = io.StringIO()
    logger = AgentLogger(console=Console(file=told, width=200))
    with pytest.raises(SandboxError):
        ProvidedExecutor(provider, ["./no-such-package"], logger=logger)
    assert told.getvalue() == "Starting a sandbox (ProvidedExecutor)\nInstalling ./no-such-package in the sandbox\n"


def test_failed_deletion_is_a_warning() -> None:
    def fail(sandbox: Any) -> None:
        raise OSError("no network")

    lease = Lease("mine", fail)
    with pytest.warns(RuntimeWarning, match=r"could not be deleted.*no network"):
        lease.release()
    assert not lease.held


def test_forked_process_leaves_the_sandbox_alone(provider: Provider) -> None:
    lease = Lease(1, provider.deleted.append)
    lease._owner = os.getpid() + 1  # as a fork finds it
    lease.release()
    assert provider.deleted == []


def test_end_of_the_program_deletes_the_sandbox() -> None:
    program = (
        "import sys\nsys.path.insert(0, sys.argv[1])\n"
        "from test_hosted import HostedExecutor, Lease, ProvidedExecutor, Provider\n"
        "provider = Provider()\n"
        "class Loud(ProvidedExecutor):\n"
        "    def create_sandbox(self):\n"
        "        return Lease(provider.create(), lambda sandbox: print('deleted', sandbox, flush=True))\n"
        "kept = Loud(provider)\nprint(kept('1 + 1').output, flush=True)\n"
    )
    command = [sys.executable, "-c", program, os.path.dirname(__file__)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "2\ndeleted 1\n", done.stderr
