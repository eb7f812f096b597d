"""Measure contenders in turn, so that a noisy machine disturbs all of them alike, and print what came out."""

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Name = TypeVar("Name")


def option(arguments: Sequence[str], name: str, default: int) -> int:
    """Return the number that follows an option."""
    return int(arguments[arguments.index(name) + 1]) if name in arguments else default


def interleaved(contenders: Mapping[Name, Callable[[], float]], rounds: int) -> dict[Name, float]:
    """Return each contender's median over rounds in which every contender is measured once."""
    samples: dict[Name, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders.items())
        for name, measure in order if number % 2 == 0 else reversed(order):
            samples[name].append(measure())
    return {name: statistics.median(values) for name, values in samples.items()}


def wall_time(command: Sequence[str], python_path: str | None = None) -> Callable[[], float]:
    """Return a function that runs a command and tells its wall time; a first run leaves compiled modules behind."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if python_path is not None:
        environ["PYTHONPATH"] = python_path

    def measure() -> float:
        start = time.perf_counter()
        result = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if result.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
        return seconds

    measure()
    return measure


def exponent(points: Mapping[int, float]) -> float:
    """Return k of the power law value = c * n**k that fits the points best (least squares of the logarithms)."""
    slope, _ = statistics.linear_regression(
        [math.log(n) for n in points], [math.log(max(value, 1e-9)) for value in points.values()]
    )
    return slope


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table under a title, so that it can be pasted into docs/performance.md."""
    print(f"\n### {title}\n")
    print("|", " | ".join(header), "|")
    print("|" + "---|" * len(header))
    for row in rows:
        print("|", " | ".join(row), "|")
    sys.stdout.flush()


def milliseconds(seconds: float) -> str:
    """Write a time with the digits that count."""
    value = seconds * 1000
    if value < 0.01:
        return f"{value * 1000:.2f} us"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.3f} ms"


def ratio(value: float, reference: float) -> str:
    """Write how many times the reference a value is."""
    return f"{value / reference:.2f}x"
