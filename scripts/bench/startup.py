"""Start-up: imports, --help and the plugin list with 50 plugins, next to bare Python."""

import os
import tempfile
from pathlib import Path

from _measure import interleaved, milliseconds, option, ratio, table, wall_time
from _pythons import contenders, this

PLUGINS, BROKEN = 50, 5


def make_plugins(folder: Path) -> None:
    """Write installed distributions, some of which fail when imported, as pip would lay them out."""
    for number in range(PLUGINS):
        name = f"bench_plugin_{number}"
        metadata = folder / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        groups = {"tools": f"BenchTool{number} = {name}:BenchTool", "models": f"BenchModel{number} = {name}:BenchModel"}
        text = "\n".join(f"[smolagents.{group}]\n{entry}\n" for group, entry in groups.items())
        (metadata / "entry_points.txt").write_text(text, "utf-8")
        body = (
            "raise RuntimeError('broken')"
            if number < BROKEN
            else "import asyncio, json\nBenchTool = BenchModel = object"
        )
        (folder / f"{name}.py").write_text(body + "\n", "utf-8")


def main(arguments: list[str]) -> None:
    """Print the wall time of whole processes."""
    rounds = option(arguments, "--rounds", 15)
    with tempfile.TemporaryDirectory() as scratch:
        make_plugins(Path(scratch))
        environ = {**os.environ, "PYTHONPATH": scratch}
        programs = {
            "`import smolagents`": ["-c", "import smolagents"],
            "`from smolagents import CodeAgent`": ["-c", "from smolagents import CodeAgent"],
            "`smolagent --help`": [
                "-c",
                "import sys; sys.argv = ['smolagent', '--help']; from smolagents.cli import main; main()",
            ],
            f"`plugins list`, {PLUGINS} plugins, {BROKEN} broken": ["-m", "smolagents", "plugins", "list"],
        }
        rows = []
        for what, program in programs.items():
            pythons = contenders(arguments)
            if "plugins list" in what:
                pythons = {name: python for name, python in pythons.items() if python == this()}
            measures = {"bare": wall_time([this(), "-c", "pass"], environ)}
            for name, python in pythons.items():
                measures[name] = wall_time([python, *program], environ if python == this() else None)
            medians = interleaved(measures, rounds)
            bare = medians.pop("bare")
            cells = [f"{milliseconds(value)} ({ratio(value, bare)})" for value in medians.values()]
            rows.append([what, milliseconds(bare), *cells, *[""] * (len(contenders(arguments)) - len(cells))])
    table(f"Start-up, median of {rounds} runs", ["what", "bare Python", *contenders(arguments)], rows)
