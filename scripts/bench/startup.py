"""Start-up: imports, --help and the plugin list with 50 plugins, next to bare Python."""

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
        programs = {
            "`import smolagents`": ["-c", "import smolagents"],
            "`from smolagents import CodeAgent`": ["-c", "from smolagents import CodeAgent"],
            "`smolagent --help`": ["-c", "from smolagents.cli import main; main()", "--help"],
            f"`plugins list`, {PLUGINS} plugins, {BROKEN} broken": ["-m", "smolagents", "plugins", "list"],
        }
        rows = []
        for what, program in programs.items():
            measures = {"bare": wall_time([this(), "-c", "pass"], scratch)}
            for name, python in contenders(arguments).items():
                if python == this():
                    measures[name] = wall_time([python, *program], scratch)
                elif "plugins list" not in what:
                    measures[name] = wall_time([python, *program])
            medians = interleaved(measures, rounds)
            bare = medians.pop("bare")
            cells = [f"{milliseconds(value)} ({ratio(value, bare)})" for value in medians.values()]
            rows.append(
                [what, milliseconds(bare), *cells, *["no such command"] * (len(contenders(arguments)) - len(cells))]
            )
    table(f"Start-up, median of {rounds} runs", ["what", "bare Python", *contenders(arguments)], rows)
