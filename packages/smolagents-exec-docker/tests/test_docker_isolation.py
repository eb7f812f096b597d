"""What code in a container can't do, and what it does not see."""

from collections.abc import Callable
from typing import Any

import pytest
from smolagents.errors import InterpreterError
from smolagents_exec_docker import DockerExecutor

ATTACKS = {
    "resolve a name": "import socket\nsocket.getaddrinfo('example.com', 80)",
    "reach an address": "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)",
    "reach the host's loopback": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 3)",
    "send a datagram": "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "open a raw socket": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "write to the root": "open('/mine', 'w')",
    "write to /etc": "open('/etc/passwd', 'a')",
    "write to Python's modules": "import json\nopen(json.__file__, 'a')",
    "write to the kernel": "open('/proc/sys/kernel/hostname', 'w')",
    "become root": "import os\nos.setuid(0)",
    "mount": "import ctypes, os\nl = ctypes.CDLL(None, use_errno=True)\n"
    "if l.mount(b'none', b'/tmp', b'tmpfs', 0, b''):\n    raise OSError(ctypes.get_errno(), 'mount')",
    "a namespace of its own": "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\n"
    "if l.unshare(0x10000000):\n    raise OSError(ctypes.get_errno(), 'unshare')",
    "make a device": "import os, stat\nos.mknod('/tmp/disk', 0o600 | stat.S_IFBLK, os.makedev(8, 0))",
    "a file for root": "import os\nopen('/tmp/f', 'w').close()\nos.chown('/tmp/f', 0, 0)",
    "run a program from /tmp": "import shutil, subprocess\nshutil.copy('/bin/true', '/tmp/t')\n"
    "subprocess.check_call('/tmp/t')",
    "signal the first process": "import os\nos.kill(1, 0)\nos.kill(1, 9)\nraise OSError('it is immune')",
    "fill /tmp": "f = open('/tmp/full', 'wb')\nfor i in range(100):\n    f.write(bytes(2**20))\n    f.flush()",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_container_is_closed(make: Callable[..., DockerExecutor], attack: str, tmp_path: object) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        executor = make(timeout_seconds=30)
        with pytest.raises(InterpreterError, match=r"OSError|PermissionError|gaierror|Error: \[Errno"):
            executor(ATTACKS[attack].replace("{port}", str(server.getsockname()[1])))
    assert executor("1 + 1").output == 2


LOOK = """
import os
status = dict(line.rstrip().split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
mounts = {line.split()[1]: line.split()[2] for line in open("/proc/mounts")}

def file_system(place):
    while place not in mounts:
        place = os.path.dirname(place)
    return mounts[place]

{
    "ids": [os.getuid(), os.getgid(), *os.getgroups()],
    "capabilities": [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "guards": [status["NoNewPrivs"], status["Seccomp"]],
    "writable": {file_system(place) for place, _, _ in os.walk("/") if os.access(place, os.W_OK)
                 if not place.startswith("/proc")},
    "sockets": [name for _, _, names in os.walk("/run") for name in names if name.endswith("sock")],
    "interfaces": os.listdir("/sys/class/net"),
    "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
    "environment": dict(os.environ),
}
"""


def test_code_sees_nothing_of_the_host(make: Callable[..., DockerExecutor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-host")
    seen: dict[str, Any] = make()(LOOK).output
    assert set(seen["ids"]) == {65534}
    assert set(seen["capabilities"]) == {"0" * 16}
    assert seen["guards"] == ["1", "2"]
    assert seen["writable"] <= {"tmpfs", "mqueue"}
    assert seen["sockets"] == []
    assert seen["interfaces"] == ["lo"]
    assert seen["processes"] == 2
    assert set(seen["environment"]) <= {"PATH", "HOME", "HOSTNAME", "LC_CTYPE", "TERM", "container"}


def test_number_of_processes_is_limited(make: Callable[..., DockerExecutor]) -> None:
    executor = make(container_run_kwargs={"pids_limit": 20}, timeout_seconds=30)
    bomb = """
import os, signal
children = []
try:
    for _ in range(100):
        child = os.fork()
        if not child:
            signal.pause()
        children.append(child)
finally:
    for child in children:
        os.kill(child, 9)
"""
    with pytest.raises(InterpreterError, match="BlockingIOError"):
        executor(bomb)
    assert executor("len(children) < 20").output is True


def test_memory_is_limited(make: Callable[..., DockerExecutor], engine: str) -> None:
    executor = make(container_run_kwargs={"mem_limit": "64m"}, timeout_seconds=60)
    with pytest.raises(InterpreterError, match=r"was killed.*may (use )?\(?64m.*are gone") as error:
        executor("keep = [bytes([1]) * 2**20 for _ in range(500)]")
    if engine == "docker":  # Podman's events do not tell it apart from other kills
        assert "container_run_kwargs={'mem_limit'" in str(error.value)
    assert executor("1 + 1").output == 2


def test_processor_time_is_limited(make: Callable[..., DockerExecutor], client: Any) -> None:
    executor = make(container_run_kwargs={"nano_cpus": 500_000_000})
    limits = client.api.inspect_container(executor._connection.transport.container_id)["HostConfig"]
    assert limits["NanoCpus"] == 500_000_000 or limits["CpuQuota"] == 50_000


def test_writes_to_standard_output_are_no_frames(make: Callable[..., DockerExecutor]) -> None:
    executor = make()
    executor("import os, subprocess\nos.write(1, b'0000000f' + b'x' * 50)\nsubprocess.run(['echo', 'hello'])")
    assert executor("print('fine')").logs == "fine\n"


def test_user_can_open_what_is_closed(make: Callable[..., DockerExecutor]) -> None:
    wanted = {
        "network_mode": "host",
        "read_only": False,
        "user": "root",
        "environment": ["MARK=1=2"],
        "pids_limit": None,
        "remove": True,
        "detach": True,
    }
    seen = make(container_run_kwargs=wanted)(
        "import os\nopen('/etc/mine', 'w').write('x')\n"
        "[os.getuid(), os.environ['MARK'], len(os.listdir('/sys/class/net')) > 1]"
    )
    assert seen.output == [0, "1=2", True]
