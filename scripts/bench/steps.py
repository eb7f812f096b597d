"""Own overhead of a step at 50 to 400 steps of 2 KB observations, its growth, and the fixed cost of a run."""

import json
import subprocess
from functools import partial
from pathlib import Path

from _measure import exponent, interleaved, milliseconds, option, table
from _pythons import contenders, this

PROGRAM = str(Path(__file__).parent / "programs" / "steps.py")
STEPS = (50, 100, 200, 400)
KINDS = {"code": "CodeAgent", "tools": "ToolCallingAgent"}


def run_program(python: str, kind: str, steps: int, messages: str = "plain", figure: str = "seconds") -> float:
    """Run the program in a fresh process and return one of its figures."""
    command = [python, PROGRAM, kind, str(steps), messages]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stderr}")
    return float(json.loads(result.stdout.splitlines()[-1])[figure])


def main(arguments: list[str]) -> None:
    """Print time per step; model, tools and executor answer at once, so what is measured is the agent's own."""
    rounds = option(arguments, "--rounds", 5)
    pythons = contenders(arguments)
    per_step: dict[tuple[str, str, str], dict[int, float]] = {}
    for steps in (1, *STEPS):
        measures = {("by hand", "bare", "plain"): partial(run_program, this(), "bare", steps)}
        for name, python in pythons.items():
            for kind in KINDS:
                measures[name, kind, "plain"] = partial(run_program, python, kind, steps)
                if steps in (1, max(STEPS)) and kind == "code":
                    measures[name, kind, "api"] = partial(run_program, python, kind, steps, "api")
        for key, seconds in interleaved(measures, rounds).items():
            per_step.setdefault(key, {})[steps] = seconds / steps
    print_growth(per_step, rounds)
    print_once(per_step, pythons)


def print_growth(per_step: dict[tuple[str, str, str], dict[int, float]], rounds: int) -> None:
    rows = []
    for (name, kind, messages), points in per_step.items():
        if messages == "plain":
            totals = {steps: seconds * steps for steps, seconds in points.items() if steps in STEPS}
            cells = [milliseconds(points[steps]) for steps in STEPS]
            rows.append([f"{name}, {KINDS.get(kind, 'a loop in Python')}", *cells, f"n^{exponent(totals):.2f}"])
    header = ["time per step", *(f"{steps} steps" for steps in STEPS), "whole run grows as"]
    table(f"Own overhead of a step, median of {rounds} runs", header, rows)


def print_once(per_step: dict[tuple[str, str, str], dict[int, float]], pythons: dict[str, str]) -> None:
    most = max(STEPS)
    rows = []
    for name in pythons:
        plain, api = per_step[name, "code", "plain"], per_step[name, "code", "api"]
        rows.append([name, milliseconds(plain[1]), milliseconds(api[most] - plain[most])])
    table(
        "Once per run, and once per call of an API",
        ["", "a run of one step", f"preparing and serialising messages, per step of {most}"],
        rows,
    )
