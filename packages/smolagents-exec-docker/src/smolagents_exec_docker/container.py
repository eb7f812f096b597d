"""A container with a worker as its only program, reached through the engine's attach stream."""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from smolagents.sandbox.queued import Output, QueuedTransport
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input

from smolagents_exec_docker.reaper import reaper

if TYPE_CHECKING:
    from docker import DockerClient

HOME = "/tmp"
HARDENED: dict[str, Any] = {
    "network_mode": "none",
    "user": "65534:65534",
    "read_only": True,
    "tmpfs": {HOME: "rw,nosuid,nodev,noexec,mode=1777,size=64m"},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "mem_limit": "2g",
    "nano_cpus": 1_000_000_000,
    "pids_limit": 256,
    "init": True,
    "working_dir": HOME,
    "log_config": {"Type": "none"},  # the worker's output is frames, and a log would keep them on the engine's disk
}
"""Arguments of docker-py's `containers.create` that a container gets unless it is asked for others."""

START_SECONDS = 120.0
ENDING_SECONDS = 3
READ_SIZE = 65536
# In seconds. Not None, as a blocking read of a TLS socket would keep another thread from writing to it.
FOREVER = 1e6
_FRAME = struct.Struct(">BxxxL")
_STDERR = 2
_ON_ITS_WAY = (404, 409)  # it is gone, or is being removed
_LAST_WORDS = 1000
_HUNG_UP = "has hung up"


def container_options(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hardened arguments with those that the user wants in their place; None takes one away."""
    environment = wanted.get("environment") or {}
    if not isinstance(environment, Mapping):
        environment = dict(entry.partition("=")[::2] for entry in environment)
    options = {**HARDENED, **wanted, "environment": {"HOME": HOME, **environment}}
    options.setdefault("memswap_limit", options["mem_limit"])
    for of_run_alone in ("detach", "remove", "stdout", "stderr", "stream"):
        options.pop(of_run_alone, None)
    options["labels"] = _labels(options.get("labels") or {})
    needed = {"stdin_open": True, "tty": False, "auto_remove": True, "use_config_proxy": False}
    return {name: value for name, value in options.items() if value is not None} | needed


def _labels(wanted: Any) -> dict[str, str]:
    return dict(wanted) if isinstance(wanted, Mapping) else dict.fromkeys(wanted, "")


def start_container(client: DockerClient, image: str, options: Mapping[str, Any]) -> ContainerTransport:
    """Start a worker in a new container and return the way to it."""
    from docker.errors import DockerException

    watcher = reaper()
    labels = {**options["labels"], **watcher.labels}
    entry = ["python3", "-c", BOOTSTRAP]
    container = None
    try:
        container = client.containers.create(image, command=[], entrypoint=entry, **{**options, "labels": labels})
        container_id = str(container.id)
        # Attached before it starts, so that nothing it says is missed. The engine closes its input with this stream.
        stream = client.api.attach_socket(container_id, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        container.start()
        memory = str(options.get("mem_limit", "all there is"))
        transport = ContainerTransport(client, container_id, stream, memory, watcher.owe)
    except BaseException as error:
        if container is not None or not isinstance(error, (DockerException, TypeError)):
            watcher.owe()  # the engine may have made one: Ctrl-C comes at any time
        if container is not None:
            with contextlib.suppress(Exception):
                container.remove(force=True)
        raise
    with contextlib.suppress(OSError):  # it is gone already, which is noticed when its greeting is read
        transport.write(bootstrap_input(), START_SECONDS)
    return transport


class ContainerTransport(QueuedTransport):
    """Talk to the worker in a container, and remove the container with it.

    Args:
        client: The engine's client; it is used for this container alone, and closed with it.
        container_id: The container.
        stream: What docker-py's `attach_socket` returned.
        memory: How much memory the container may use, as the user knows it.
        owe: Called if the engine can't be asked to remove the container.
    """

    def __init__(
        self, client: DockerClient, container_id: str, stream: Any, memory: str, owe: Callable[[], None]
    ) -> None:
        self.container_id = container_id
        self._client = client
        self._stream = stream  # it would close the socket if it were forgotten
        self._socket = getattr(stream, "_sock", stream)
        self._socket.settimeout(FOREVER)
        self._memory = memory
        self._errors = bytearray()
        self._started = int(time.time()) - 1
        output = Output()
        super().__init__(output, partial(_remove, client, container_id, self._socket, stream, owe))
        reader = partial(_demultiplex, self._socket, output, self._errors)
        threading.Thread(target=reader, name="smolagents-docker", daemon=True).start()

    def write(self, data: bytes, timeout: float | None) -> None:
        """Write all of the data to the worker's standard input."""
        self._socket.settimeout(FOREVER if timeout is None else max(timeout, 0.001))
        self._socket.sendall(data)

    def ending(self) -> str:
        """Say how the worker ended."""
        said = super().ending()
        return self._how_it_ended() if said == _HUNG_UP else said

    def _how_it_ended(self) -> str:
        """Ask the engine, which has removed the container and kept the events."""
        code, out_of_memory = None, False
        try:
            until = int(time.time()) + ENDING_SECONDS
            which = {"container": self.container_id}
            with closing(self._client.api.events(self._started, until, filters=which, decode=True)) as events:
                for event in events:
                    out_of_memory |= event.get("status") == "oom"
                    if event.get("status") in ("die", "died"):
                        code = int(event["Actor"]["Attributes"]["exitCode"])
                        break
        except Exception as error:  # nothing but the words depends on it
            return f"was lost with its container; the engine does not tell how ({type(error).__name__})"
        if out_of_memory and code == 137:
            return (
                f"was killed for using more memory than its container may ({self._memory}; "
                "container_run_kwargs={'mem_limit': …} changes that)"
            )
        if code == 137:
            return f"was killed, from outside or for want of memory (its container may use {self._memory})"
        if code is None:
            return "was lost: the connection to its container broke"
        said = bytes(self._errors).decode("utf-8", "replace").strip()  # by what starts the worker; itself it is silent
        return f"has ended with exit code {code}" + (f" ({said}); its image needs Python 3.8 or newer" if said else "")


def _demultiplex(stream: Any, output: Output, errors: bytearray) -> None:
    """Take the engine's frames apart: a byte for the stream, three that are unused, four for the length."""
    received = bytearray()
    while True:
        try:
            chunk = stream.recv(READ_SIZE)
        except TimeoutError:  # of a write
            continue
        except Exception:  # each kind of connection has its own errors, and all mean its end
            chunk = b""
        if not chunk:
            return output.end(_HUNG_UP)
        received += chunk
        while len(received) >= _FRAME.size:
            kind, size = _FRAME.unpack_from(received)
            end = _FRAME.size + size
            if len(received) < end:
                break
            data = bytes(received[_FRAME.size : end])
            del received[:end]
            if kind == _STDERR:
                errors += data
                del errors[:-_LAST_WORDS]
            elif not output.feed(data):
                return None


def _remove(client: DockerClient, container_id: str, connection: Any, stream: Any, owe: Callable[[], None]) -> None:
    """End a container and what it took here; it may be gone already."""
    from docker.errors import APIError

    with contextlib.suppress(Exception):  # so that the thread that reads ends
        connection.shutdown(2)
    try:
        client.api.remove_container(container_id, force=True, v=True)
    except (APIError, OSError) as error:
        if getattr(error, "status_code", None) not in _ON_ITS_WAY:
            owe()
    for handle in (stream, connection, client):
        with contextlib.suppress(Exception):
            handle.close()
