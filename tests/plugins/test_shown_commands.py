"""The commands of these pages work as they stand there: each page's in an empty folder and a fresh environment."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing import FakeOpenAIServer

REPOSITORY = Path(__file__).parents[2]
PAGES = ["README.md", "docs/quickstart.md", "docs/plugins.md"]
# What is no command: what a reader does not see, and fenced blocks.
OTHER = re.compile(r"^<!--.*?-->$|^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"(?<=\n\n)(?: {4}\S.*\n)+")
# These have tests of their own.
FOR_A_CLONE = "    ./scripts/"


def commands(page: str) -> str:
    text = OTHER.sub("", (REPOSITORY / page).read_text("utf-8"))
    return "".join(block for block in COMMANDS.findall(text) if not block.startswith(FOR_A_CLONE))


@pytest.fixture(scope="module")
def constraints(fresh: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what leads pip to this repository's distributions, and to the index for all others."""
    folder = tmp_path_factory.mktemp("wheels")
    named = " ".join(map(commands, PAGES)).split()
    sources = [path.parent for path in REPOSITORY.glob("p*/*/pyproject.toml") if path.parent.name in named]
    fresh.run("pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), *map(str, sources))
    wheels = {source.name: next(folder.glob(f"{source.name.replace('-', '_')}-*.whl")) for source in sources}
    (folder / "constraints.txt").write_text("".join(f"{name} @ {wheel.as_uri()}\n" for name, wheel in wheels.items()))
    return folder / "constraints.txt"


@pytest.mark.parametrize("page", PAGES)
def test_commands_work(page: str, constraints: Path, tmp_path: Path, openai_server: FakeOpenAIServer) -> None:
    openai_server.always("<code>\nfinal_answer('done')\n</code>")
    assert "smolagent" in commands(page)
    script = commands(page).replace("OPENAI_API_KEY=…", f"OPENAI_API_KEY={openai_server.api_key}")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (tmp_path / "work").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SMOLAGENTS_"))}
    paths = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environ = {**kept, "PATH": paths, "PIP_CONSTRAINT": str(constraints), "PIP_NO_COMPILE": "1"}
    environ["OPENAI_BASE_URL"] = openai_server.url
    done = subprocess.run(
        ["bash", "-eux", "-c", script],
        cwd=tmp_path / "work",
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
