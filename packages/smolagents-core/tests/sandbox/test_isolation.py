"""What the system stops when code has got past the interpreter's guards: actions run in plain CPython here."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents_testing.waiting import ended, until

DENIED = r"PermissionError|Operation not permitted|Permission denied"


@pytest.mark.parametrize(
    "action",
    [
        "open('/etc/passwd').read()",
        "open('/etc/hosts').read()",
        "open('/proc/self/status').read()",
        "open('/proc/1/environ').read()",
        "import os\nos.listdir('/')",
        "import os\nos.listdir('/tmp')",
        "import os\nos.listdir('/proc')",
        "import os\nos.listdir('/home')",
        "import os\nos.listdir('/dev')",
        f"import os\nos.listdir({str(Path.home())!r})",
    ],
)
def test_cannot_read(unguarded: Any, action: str) -> None:
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded(action)


def test_cannot_read_the_programs_own_files(unguarded: Any, tmp_path: Path) -> None:
    secret = tmp_path / ".env"
    secret.write_text("KEY=1", "utf-8")
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded(f"open({str(secret)!r}).read()")
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded(f"open({__file__!r}).read()")


def test_environment_is_empty(make_unguarded: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    names = make_unguarded()("import os\nsorted(os.environ)").output
    assert {name for name in names if not name.endswith("_THREADS")} <= {"LC_CTYPE"}


@pytest.mark.parametrize(
    "action",
    [
        "open('/tmp/smolagents-sandbox-test', 'w')",
        "open('/dev/shm/smolagents-sandbox-test', 'w')",
        "import os\nos.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
        "import os\nos.mkdir('/tmp/smolagents-sandbox-test')",
        "import os\nos.unlink('/etc/hostname')",
        "import os\nos.symlink('/etc', '/tmp/smolagents-sandbox-test')",
        "import os\nos.memfd_create('code')",
        "import os, sys\nos.chmod(os.path.dirname(os.__file__), 0o777)",
        "import os\nos.truncate(os.__file__, 0)",
    ],
)
def test_cannot_write(unguarded: Any, action: str) -> None:
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded(action)


@pytest.mark.parametrize("kind", ["AF_INET, socket.SOCK_STREAM", "AF_INET, socket.SOCK_DGRAM", "AF_UNIX", "AF_NETLINK"])
def test_cannot_open_sockets(unguarded: Any, kind: str) -> None:
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded(f"import socket\nsocket.socket(socket.{kind})")


def test_socket_pairs_lead_nowhere_else(unguarded: Any, tmp_path: Path) -> None:
    assert unguarded("import socket\na, b = socket.socketpair()\na.send(b'x')\nb.recv(1)").output == b"x"
    with pytest.raises(InterpreterError, match=DENIED):
        unguarded("c, d = socket.socketpair(type=socket.SOCK_DGRAM)\nc.sendto(b'x', '/dev/log')")


@pytest.mark.parametrize(
    "action",
    [
        "import os\nos.fork()",
        "import os, sys\nos.execv(sys.executable, ['python'])",
        "import os, sys\nos.posix_spawn(sys.executable, ['python'], {})",
        "import subprocess\nsubprocess.run(['/bin/true'])",
        "import os\nos.system('true')",
        "import os\nos.kill(os.getppid(), 0)",
        "import os\nos.kill(1, 9)",
        "import os\nos.killpg(0, 9)",
        "import os\nos.setuid(0)",
        "import os\nos.chroot('/')",
        "import os\nos.nice(-5)",
        "import os\nos.sched_setaffinity(os.getppid(), {0})",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "import resource\nresource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
        "import mmap\nmmap.mmap(-1, 4096, prot=7)",
        "import os\nos.unshare(0x10000000)" if sys.version_info >= (3, 12) else "import os\nos.setsid()",
    ],
)
def test_cannot_start_or_touch_processes(unguarded: Any, action: str) -> None:
    with suppress(InterpreterError):
        # What forks by itself reports the failure as an exit code.
        assert unguarded(action).output in (-1, 127, 32512), "the call went through"
    assert unguarded("1 + 1").output == 2


def test_ctypes_cannot_make_other_system_calls(unguarded: Any) -> None:
    calls = {"ptrace": 101, "bpf": 321, "io_uring_setup": 425, "process_vm_readv": 310, "keyctl": 250, "mount": 165}
    for name, number in calls.items():
        libc = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        result, code = unguarded(f"{libc}libc.syscall({number}, 0, 0, 0, 0, 0), ctypes.get_errno()").output
        assert (result, code) == (-1, 1), name


def test_layers_that_hold_are_named(make: Callable[..., Any]) -> None:
    layers = make().layers
    assert not [name for name in ("landlock", "seccomp", "lifetime", "resources") if layers[name].startswith("missing")]
    assert "TCP" in layers["landlock"]


# ---- exhaustion


def test_memory_bomb(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(memory_bytes=256 * 2**20)
    with pytest.raises(InterpreterError, match=r"MemoryError|worker"):
        executor("data = [bytearray(2**20) for _ in range(2000)]")
    assert executor("1 + 1").output == 2


def test_descriptor_bomb(unguarded: Any) -> None:
    with pytest.raises(InterpreterError, match="Too many open files"):
        unguarded("import os\nkept = [open(os.__file__) for _ in range(1000)]")
    assert unguarded("kept = None\n1 + 1").output == 2


def test_thread_bomb(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(memory_bytes=256 * 2**20, timeout_seconds=10)
    bomb = (
        "import threading, time\nfor _ in range(10_000):\n    threading.Thread(target=time.sleep, args=(60,)).start()"
    )
    with pytest.raises((InterpreterError, ExecutionTimeoutError)):
        executor(bomb)
    executor.cleanup()
    assert executor("1 + 1").output == 2


def test_a_crash_is_the_workers_only(unguarded: Any) -> None:
    with pytest.raises(InterpreterError, match=r"ended by signal \d+ .* are gone"):
        unguarded("import ctypes\nctypes.string_at(0)")
    assert unguarded("1 + 1").output == 2


# ---- opt-in directories


def test_directories_that_the_user_opens(make_unguarded: Callable[..., Any], tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    target.mkdir()
    (source / "data.csv").write_text("a,b\n1,2\n", "utf-8")
    reads = make_unguarded(readable=[source])
    assert reads(f"open({str(source / 'data.csv')!r}).read()").output == "a,b\n1,2\n"
    with pytest.raises(InterpreterError, match=DENIED):
        reads(f"open({str(source / 'new')!r}, 'w')")
    writes = make_unguarded(readable=[source], writable=[target])
    writes(f"with open({str(target / 'x')!r}, 'w') as file:\n    n = file.write('hello')")
    assert (target / "x").read_text("utf-8") == "hello"
    for path in (source / "new", tmp_path / "new"):
        with pytest.raises(InterpreterError, match=DENIED):
            writes(f"open({str(path)!r}, 'w')")


# ---- end of life


HOST = """
import sys, time
from smolagents.remote_executors import ProcessExecutor
executor = ProcessExecutor([], timeout_seconds=None)
executor("1")
print(executor._connection.transport.pid, flush=True)
THEN
"""


@pytest.mark.parametrize(
    ("then", "kill"),
    [
        ("time.sleep(60)", True),
        ("executor('sum(range(10**15))')", True),
        ("", False),
        ("raise SystemExit(3)", False),
        ("import threading\nthreading.Thread(target=executor, args=('1',)).start()", False),
    ],
    ids=["killed while idle", "killed in an endless C call", "end", "exit", "another thread"],
)
def test_nothing_outlives_the_host(then: str, kill: bool) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST.replace("THEN", then)], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    pid = int(host.stdout.readline())
    if kill:
        time.sleep(0.1)
        assert not ended(pid)
        host.kill()
    host.wait(300)
    host.stdout.close()
    until(lambda: ended(pid))


def test_worker_outlives_the_thread_that_made_it(make: Callable[..., Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as threads:
        executor = threads.submit(make).result()
        threads.submit(executor, "x = 1").result()
    time.sleep(0.2)
    assert executor("x").output == 1


def test_garbage_collection_and_cleanup_end_the_worker(make: Callable[..., Any]) -> None:
    from smolagents.remote_executors import ProcessExecutor

    executor = ProcessExecutor([])
    executor("1")
    pid = executor._connection.transport.pid  # type: ignore[union-attr]
    del executor
    until(lambda: ended(pid))
    with make() as other:
        other("1")
        pid = other._connection.transport.pid
    until(lambda: ended(pid))


def test_a_forked_program_leaves_the_worker_alone(make: Callable[..., Any]) -> None:
    executor = make()
    executor("x = 1")
    child = os.fork()
    if child == 0:
        del executor
        os._exit(0)
    os.waitpid(child, 0)
    assert executor("x").output == 1
