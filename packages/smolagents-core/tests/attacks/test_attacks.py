"""No attack gets out, reads a secret, changes the host, hangs, fills the memory or ends the process."""

from __future__ import annotations

import ast
import os
import runpy
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# A worker that says nothing for so long hangs. Far more than any attack's deadline, as machines can be slow.
SILENCE = 120.0
CONTROL_SILENCE = 3.0
MEGABYTES = 900
# What these attacks go through is gone from plain Python since the version.
GONE_SINCE = {"reexports/datetime_sys.modules['os']": (3, 12), "modules/dataclass_annotations_late": (3, 12)}


def names(group: str) -> list[str]:
    found = [runpy.run_path(str(path)).get(group, {}) for path in (HERE / "payloads").glob("*.py")]
    return [name for part in found for name in part]


def run_batch(mode: str, group: str, batch: list[str], silence: float = SILENCE) -> dict[str, dict[str, Any]]:
    """Run attacks in worker processes; one that hangs or dies takes only itself along."""
    results: dict[str, dict[str, Any]] = {}
    left = list(batch)
    while left:
        for line in worker_lines(mode, group, left, silence):
            result = ast.literal_eval(line)
            results[result["name"]] = result
            left.remove(result["name"])
        if left:
            name = left.pop(0)
            results[name] = {"name": name, "ended": "process", "breached": True, "megabytes": 0}
    return results


def worker_lines(mode: str, group: str, batch: list[str], silence: float) -> Iterator[str]:
    command = [sys.executable, str(HERE / "worker.py"), mode, group, *batch]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environ
    ) as process:
        assert process.stdout is not None
        buffer = b""
        last = time.monotonic()
        while True:
            ready, _, _ = select.select([process.stdout], [], [], max(silence - (time.monotonic() - last), 0))
            data = os.read(process.stdout.fileno(), 65536) if ready else b""
            if not data:
                process.kill()
                return
            last = time.monotonic()
            buffer += data
            *lines, buffer = buffer.split(b"\n")
            yield from (line.decode() for line in lines)


def check(group: str) -> list[dict[str, Any]]:
    return list(run_batch("guarded", group, names(group)).values())


@pytest.mark.parametrize("group", ["ESCAPES", "LEAKS"])
def test_nothing_gets_out(group: str) -> None:
    results = check(group)
    assert [result for result in results if result["breached"]] == []


def test_the_host_stays_as_it_is() -> None:
    # A change would show in all later attacks: each has a process of its own only if one is found.
    results = check("CHANGES")
    assert [result for result in results if result["breached"]] == []


@pytest.mark.slow
def test_nothing_hangs() -> None:
    results = check("HANGS")
    assert [result for result in results if result["ended"] == "process"] == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux's own means")
def test_nothing_fills_the_memory() -> None:
    results = check("MEMORY")
    assert [result for result in results if result["ended"] == "process" or result["megabytes"] > MEGABYTES] == []


@pytest.mark.slow
@pytest.mark.parametrize("group", ["CRASHES", "ODDITIES"])
def test_nothing_ends_the_process(group: str) -> None:
    results = check(group)
    assert [result for result in results if result["ended"] == "process"] == []


@pytest.mark.parametrize("group", ["ESCAPES", "LEAKS"])
def test_each_escape_is_live_in_plain_python(group: str) -> None:
    live = [name for name in names(group) if sys.version_info < GONE_SINCE.get(name, (4,))]
    results = run_batch("plain", group, live)
    assert [result for result in results.values() if not result["breached"]] == []


@pytest.mark.slow
def test_each_change_is_live_in_plain_python() -> None:
    results = [run_batch("plain", "CHANGES", [name])[name] for name in names("CHANGES")]
    assert [result for result in results if not result["breached"]] == []


@pytest.mark.slow
@pytest.mark.skipif("SMOLAGENTS_ATTACK_CONTROLS" not in os.environ, reason="takes minutes: each attack has to hang")
@pytest.mark.parametrize("group", ["HANGS", "MEMORY", "CRASHES"])
def test_each_resource_attack_is_live_in_plain_python(group: str) -> None:
    results = run_batch("plain", group, names(group), CONTROL_SILENCE)
    dead = [
        result
        for result in results.values()
        if result["ended"] == "value" and result["megabytes"] < MEGABYTES and result["seconds"] < 1
    ]
    assert dead == []
