"""Fifty installed plugins, five of them broken: listing, help, import and a run go on, and each broken one is named."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BROKEN = {
    9: "raise RuntimeError('broken')",
    19: "import no_such_sdk",
    29: "raise SystemExit(1)",
    39: "def (",
    49: "1 / 0",
}

WELL = """
from smolagents.hooks import hookimpl

class {name}: pass

@hookimpl
def run_finished(): print("{module} heard of it")
"""

RUN = """
from smolagents import CodeAgent
from smolagents_testing import ScriptedModel, code
agent = CodeAgent(tools=[], model=ScriptedModel([code("final_answer(6 * 7)")] * 2, per_run=True), verbosity_level=-1)
print(agent.run("What is six times seven?"))
print(agent.run("What is six times seven?"))
"""


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with fifty installed distributions."""
    folder = tmp_path_factory.mktemp("fifty")
    for number in range(50):
        module, name = f"fifty_{number:02}", f"Fifty{number:02}"
        (folder / f"{module}.py").write_text(BROKEN.get(number) or WELL.format(module=module, name=name))
        metadata = folder / f"{module}-1.{number}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fifty-{number:02}\nVersion: 1.{number}\n")
        kind = ("models", "executors", "tools", "extras")[number % 4]
        entry_points = f"[smolagents.{kind}]\n{name} = {module}:{name}\n[smolagents.hooks]\n{module} = {module}\n"
        (metadata / "entry_points.txt").write_text(entry_points)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the fifty installed, and no others."""
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    allowed = " ".join(f"fifty-{number:02}" for number in range(50))
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path, "SMOLAGENTS_PLUGINS": allowed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_listing_shows_all_and_imports_none(fifty: Path) -> None:
    done = run(fifty, "-X", "importtime", "-m", "smolagents", "plugins", "list")
    listed = re.findall(r"^(Fifty\d\d) .* ok$", done.stdout, re.MULTILINE)
    assert sorted(listed) == [f"Fifty{number:02}" for number in range(50)]
    assert "fifty_" not in done.stderr


def test_help_and_import_load_none(fifty: Path) -> None:
    assert "plugins" in run(fifty, "-m", "smolagents", "--help").stdout
    done = run(fifty, "-X", "importtime", "-c", "import smolagents; from smolagents import CodeAgent, tool")
    assert "fifty_" not in done.stderr


def test_a_run_goes_on_and_names_each_broken_one_once(fifty: Path) -> None:
    done = run(fifty, "-c", RUN)
    lines = done.stdout.splitlines()
    assert lines.count("42") == 2
    heard = [line for line in lines if line.endswith("heard of it")]
    assert len(heard) == 2 * 45
    named = re.findall(r"PluginWarning: plugin fifty_(\d\d) of fifty-\1 1\.\d+ offers no usable hooks", done.stderr)
    assert sorted(map(int, named)) == sorted(BROKEN)


def test_a_good_one_is_had_among_the_broken(fifty: Path) -> None:
    done = run(fifty, "-c", "from smolagents import Fifty08; print(Fifty08.__module__)")
    assert (done.stdout, done.stderr) == ("fifty_08\n", "")
