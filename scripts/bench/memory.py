"""Memory that a run of 400 steps of 2 KB observations adds to the process."""

from functools import partial

from _measure import interleaved, option, table
from _pythons import contenders, this
from steps import KINDS, run_program

STEPS = 400


def main(arguments: list[str]) -> None:
    """Print the growth of the peak resident size during the run."""
    rounds = option(arguments, "--rounds", 5)
    measures = {("a loop in Python", "bare"): partial(run_program, this(), "bare", STEPS, figure="kilobytes")}
    for name, python in contenders(arguments).items():
        for kind in KINDS:
            measures[name, kind] = partial(run_program, python, kind, STEPS, figure="kilobytes")
    medians = interleaved(measures, rounds)
    rows = [
        [f"{name}, {KINDS.get(kind, 'by hand')}", f"{size / 1024:.1f} MB"] for (name, kind), size in medians.items()
    ]
    table(f"Memory added by {STEPS} steps, median of {rounds} runs", ["", "growth of the peak"], rows)
