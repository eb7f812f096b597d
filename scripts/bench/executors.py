"""Isolated executors: start, first action, warm action, call of a tool in the host."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from _measure import milliseconds, option, table

CALLS = 1000
WARM = 200


def median(measure: Callable[[], float], rounds: int) -> float:
    return statistics.median(measure() for _ in range(rounds))


def seconds(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def cold_start(make: Callable[[], Any]) -> float:
    """Return the time from nothing to the result of the first action."""
    start = time.perf_counter()
    executor = make()
    executor("1 + 1")
    passed = time.perf_counter() - start
    executor.cleanup()
    return passed


def prewarmed(make: Callable[[], Any]) -> float:
    """Return the time of the first action in a worker that is up, as it is once the model has answered."""
    executor = make()
    executor.greeting()
    passed = seconds(lambda: executor("1 + 1"))
    executor.cleanup()
    return passed


def tool_call(executor: Any) -> float:
    executor.send_tools({"add": lambda a, b: a + b})
    loop = f"for i in range({CALLS}):\n    {{}}"
    empty = seconds(lambda: executor(loop.format("i")))
    return (seconds(lambda: executor(loop.format("add(i, 1)"))) - empty) / CALLS


def figures(make: Callable[[], Any], rounds: int) -> list[list[str]]:
    """Return the rows of an executor."""
    rows = [["start to first result", milliseconds(median(lambda: cold_start(make), rounds))]]
    rows.append(["first action of a worker that is up", milliseconds(median(lambda: prewarmed(make), rounds))])
    with make() as executor:
        rows.append(["warm action", milliseconds(median(lambda: seconds(lambda: executor("1 + 1")), WARM))])
        rows.append(["call of a tool in the host", milliseconds(median(lambda: tool_call(executor), rounds))])
    return rows


def wasm(rounds: int) -> None:
    """Print the figures of `wasm`, where Deno and Pyodide are there."""
    from smolagents.errors import SandboxError

    try:
        from smolagents_exec_wasm import WasmExecutor

        WasmExecutor().cleanup()  # makes the snapshot
    except (ImportError, SandboxError):
        return
    table(f"The wasm executor, median of {rounds} rounds", ["what", "time"], figures(WasmExecutor, rounds))


def docker(rounds: int) -> None:
    """Print the figures of `docker`, where an engine answers and has the image."""
    from smolagents.errors import SandboxError

    try:
        from smolagents_exec_docker import DockerExecutor

        DockerExecutor().cleanup()
    except (ImportError, SandboxError):
        return
    engine = DockerExecutor.diagnose()["engine"].partition(" at ")[0]
    title = f"The docker executor on {engine}, median of {rounds} rounds"
    table(title, ["what", "time"], figures(DockerExecutor, rounds))


def main(arguments: list[str]) -> None:
    """Print the figures of `process`, next to a bare Python that is started and asked over a pipe."""
    import subprocess
    import sys

    from smolagents.remote_executors import ProcessExecutor

    rounds = option(arguments, "--rounds", 15)
    bare = median(lambda: seconds(lambda: subprocess.run([sys.executable, "-I", "-S", "-c", "pass"])), rounds)
    rows = [["`python -I -S -c pass`, for comparison", milliseconds(bare), ""]]
    rows.append(
        [
            "start to first result",
            milliseconds(median(lambda: cold_start(lambda: ProcessExecutor([])), rounds)),
            "60 ms",
        ]
    )
    first = median(lambda: prewarmed(lambda: ProcessExecutor([])), rounds)
    rows.append(["first action of a worker that is up", milliseconds(first), "1 ms"])
    with ProcessExecutor([]) as executor:
        warm = median(lambda: seconds(lambda: executor("1 + 1")), WARM)
        rows.append(["warm action", milliseconds(warm), "0.5 ms"])
        rows.append(["call of a tool in the host", milliseconds(median(lambda: tool_call(executor), rounds)), "0.1 ms"])
    table(f"The process executor, median of {rounds} rounds", ["what", "time", "goal"], rows)
    wasm(rounds)
    docker(rounds)
