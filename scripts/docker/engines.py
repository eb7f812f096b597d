"""Run a command against a Docker and a Podman of its own: engines.py BASE_IMAGE COMMAND...

Both keep everything in a temporary directory, touch no firewall and no bridge, and leave an engine of this machine
alone. The command finds their addresses in SMOLAGENTS_TEST_ENGINES. All of it is gone afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import RequestException

IMAGE = "python:3.12-slim"  # the executor's default; what is under that name here is Debian's own Python
CGROUPS = ("docker", "libpod_parent")
START_SECONDS = 300


class Engine:
    """Start an engine in a directory of its own, and take everything away afterwards."""

    name = ""

    def __init__(self, base_image: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"smolagents-{self.name}-"))
        self.base_image = base_image
        self.address = f"unix://{self.folder}/sock"
        self.namespace = f"smolagents-{uuid4().hex}"  # not the folder's name, as not all of those are allowed
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command that runs the engine."""
        raise NotImplementedError

    def storage(self) -> str:
        """Return the storage driver that works in the directory."""
        kind = subprocess.run(["stat", "-f", "-c", "%T", self.folder], capture_output=True, text=True, check=True)
        return "vfs" if kind.stdout.strip() == "overlayfs" else "overlay"

    def start(self) -> None:
        """Start the engine and wait until it answers."""
        # A containerd that was killed may be a zombie for long, and pass for alive.
        (self.folder / "exec-root/containerd/containerd.pid").unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the command; the engine ends after it
                env={**os.environ, **self.environment},
            )
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"error: {self.name} does not start:\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Tell whether the engine can be used."""
        with contextlib.suppress(DockerException, RequestException), self.client() as client:
            return bool(client.ping())
        return False

    @contextlib.contextmanager
    def client(self):
        """Give a client of the engine."""
        client = DockerClient(base_url=self.address, timeout=600)
        try:
            yield client
        finally:
            client.close()

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End the engine, and wait until it has ended."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def left_processes(self) -> list[int]:
        """Return the processes that work in the directory."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if self.folder.name.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return found

    def __enter__(self) -> Self:
        try:
            self.start()
            with self.client() as client:
                client.api.import_image_from_file(self.base_image, repository=IMAGE)  # Podman does not heed `tag`
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(DockerException, RequestException), self.client() as client:
            for container in client.api.containers(all=True):
                client.api.remove_container(container["Id"], force=True)
        self.stop()
        for pid in self.left_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in sorted((place for place in mounts if place.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Docker(Engine):
    name = "docker"

    def command(self) -> list[str]:
        """Return the command of a Docker engine without a bridge: its containers have no network or the host's."""
        options = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"]
        driver = self.storage()
        return [
            "dockerd",
            f"--host={self.address}",
            *(f"--{kind}={self.folder}/{kind}" for kind in ("data-root", "exec-root", "pidfile")),
            f"--storage-driver={'overlay2' if driver == 'overlay' else driver}",
            # In case it finds the machine's own containerd.
            f"--containerd-namespace={self.namespace}",
            f"--containerd-plugins-namespace={self.namespace}-plugins",
            *options,
        ]


class Podman(Engine):
    name = "podman"

    def command(self) -> list[str]:
        """Return the command of Podman's service, with the settings that do on every kind of control groups."""
        settings = self.folder / "containers.conf"
        settings.write_text(
            '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]\n'
            '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
        )
        self.environment["CONTAINERS_CONF"] = str(settings)
        places = [f"--{kind}={self.folder}/{kind}" for kind in ("root", "runroot", "tmpdir")]
        storage = f"--storage-driver={self.storage()}"
        return ["podman", *places, storage, "system", "service", "--time=0", self.address]


def control_groups() -> set[Path]:
    """Return the control groups that engines make for all of their containers, and leave."""
    return {path for name in CGROUPS for path in Path("/sys/fs/cgroup").glob(f"**/{name}") if path.is_dir()}


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    base_image, *command = sys.argv[1:]
    before = control_groups()
    try:
        with Docker(base_image) as docker, Podman(base_image) as podman:
            addresses = {engine.name: engine.address for engine in (docker, podman)}
            environment = {"SMOLAGENTS_TEST_ENGINES": json.dumps(addresses), "DOCKER_HOST": docker.address}
            return subprocess.run(command, env={**os.environ, **environment}).returncode
    finally:
        for path in control_groups() - before:
            with contextlib.suppress(OSError):
                path.rmdir()


if __name__ == "__main__":
    sys.exit(main())
