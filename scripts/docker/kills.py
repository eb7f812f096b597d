"""Kill containers, workers, hosts and engines at random moments, or press Ctrl-C: kills.py BASE_IMAGE [ROUNDS] [SEED].

It fails if a container or a process outlives its host, a host is stuck, or an error does not say what happened.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from docker.errors import APIError, DockerException
from engines import Docker, Engine, Podman
from requests.exceptions import RequestException

# The host: actions of all kinds in two executors until it is killed or done; its errors must be our own.
HOST = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
import random, sys, time
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError
from smolagents_exec_docker import DockerExecutor
random.seed(int(sys.argv[1]))
ACTIONS = ["x = 1", "add(1, 2)", "for i in range(300): add(i, i)", "y = [0] * 10**6\\nlen(y)", "1 / 0",
           "while True: pass", "print('a' * 10_000)", "'x' * 3_000_000", "import time\\ntime.sleep(0.05)",
           "import re\\nre.match('(a+)+$', 'a' * 40 + 'b')", "import os\\nos._exit(1)"]
executors = []
for _ in range(15):
    try:
        if len(executors) < 2:
            executors.append(DockerExecutor(timeout_seconds=0.5))
            executors[-1].send_tools({"add": lambda a, b: a + b})
        random.choice(executors)(random.choice(ACTIONS))
    except ExecutionTimeoutError:
        pass
    except SandboxError as error:
        if not any(part in str(error) for part in ("No container engine", "engine refused", "does not start: it ")):
            raise
        time.sleep(0.2)
    except InterpreterError as error:
        if not any(part in str(error) for part in ("ZeroDivisionError", "are gone", "stopped")):
            raise SystemExit(f"unclear error: {error}")
print("done", flush=True)
"""
WORKS = """
from smolagents_exec_docker import DockerExecutor
with DockerExecutor() as executor:
    assert executor("1 + 1").output == 2
"""
# What is stuck or left behind stays so; what is slow on a busy machine does not.
HOST_SECONDS = 600
PATIENCE_SECONDS = 180
TARGETS = {"host": 4, "Ctrl-C": 2, "container": 3, "worker": 3, "engine": 1}
REPORT_ROUNDS = 25


def containers(engine: Engine) -> list[dict]:
    """Return what there is of ours, running or not."""
    with engine.client() as client:
        return client.api.containers(all=True, filters={"label": "smolagents.host"})


def kill_one(engine: Engine, target: str, dice: random.Random) -> None:
    """Kill a container or its worker, if there is one."""
    found = containers(engine)
    if not found:
        return
    chosen = dice.choice(found)["Id"]
    with engine.client() as client, contextlib.suppress(APIError):
        if target == "container":
            client.api.remove_container(chosen, force=True)
            return
        first = client.api.inspect_container(chosen)["State"]["Pid"]
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
            os.kill(int(dice.choice([first, *children])), signal.SIGKILL)


def sweepers(engine: Engine) -> list[int]:
    """Return the processes that wait for the end of a host of this engine."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_one = b"smolagents_exec_docker/sweep.py" in (path / "cmdline").read_bytes()
            if is_one and engine.address.encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
    return found


def runners(engine: Engine) -> list[int]:
    """Return the processes under which the engine runs a container, known to it or not.

    One that runs none is what an engine that was killed leaves of itself.
    """
    found = []
    for pid in engine.left_processes():
        with contextlib.suppress(OSError):
            is_one = Path(f"/proc/{pid}/comm").read_text().startswith(("containerd-shim", "conmon"))
            if is_one and any(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")):
                found.append(pid)
    return found


def environment(engine: Engine) -> dict[str, str]:
    """Return the environment of a host that uses this engine."""
    return {**os.environ, "DOCKER_HOST": engine.address}


def one_round(engine: Engine, seed: int) -> str:
    """Run one host and kill something; return what went wrong, or nothing."""
    dice = random.Random(seed)
    target = dice.choices(list(TARGETS), list(TARGETS.values()))[0]
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if target == "Ctrl-C" else None,
        text=True,
        env=environment(engine),
    )
    end = time.monotonic() + HOST_SECONDS
    next_kill = time.monotonic() + dice.uniform(0, 5)
    while host.poll() is None:
        if time.monotonic() > next_kill:
            next_kill = time.monotonic() + dice.uniform(0.05, 3)
            if target == "host":
                host.kill()
            elif target == "Ctrl-C":
                host.send_signal(signal.SIGINT)
            elif target == "engine":
                engine.stop(dice.choice([signal.SIGTERM, signal.SIGKILL]))
                time.sleep(dice.uniform(0, 1))
                engine.start()
                next_kill += 5
            else:
                with contextlib.suppress(DockerException, RequestException):
                    kill_one(engine, target, dice)
        if time.monotonic() > end:
            host.kill()
            return f"{target}: the host is stuck"
        time.sleep(0.002)
    said = host.stdout.read() if host.stdout else ""
    if target not in ("host", "Ctrl-C") and (host.returncode or "done" not in said):
        return f"{target}: the host failed with {host.returncode}"
    patience = time.monotonic() + PATIENCE_SECONDS
    while (left := containers(engine)) or sweepers(engine) or runners(engine):
        if time.monotonic() > patience:
            processes = f"processes {sweepers(engine)}, {runners(engine)}"
            return f"{target}: left behind: {[entry['Status'] for entry in left]}, {processes}"
        time.sleep(0.05)
    return ""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    base_image = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    failures = 0
    with Docker(base_image) as docker, Podman(base_image) as podman:
        for engine in (docker, podman):  # else every refusal would pass for that of an engine that was killed
            subprocess.run([sys.executable, "-c", WORKS], env=environment(engine), check=True)
        for number in range(rounds):
            engine = docker if number % 3 else podman
            problem = one_round(engine, seed + number)
            failures += bool(problem)
            if problem:
                print(f"round {number} (seed {seed + number}, {engine.name}): {problem}", flush=True)
            if number % REPORT_ROUNDS == REPORT_ROUNDS - 1:
                print(f"{number + 1} rounds, {failures} failures", flush=True)
    print(f"{rounds} rounds from seed {seed}, {failures} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
