"""The page's program and the command line run, each in a process of its own, with a model in the cache of the Hub."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from smolagents_testing import make_tiny_model
from smolagents_testing.readme import model_replies

PAGE = Path(__file__).parent.parent / "README.md"
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (name,) = re.findall(r'TransformersModel\("(.*?)"', PAGE.read_text("utf-8"))
    repository = tmp_path / "hub" / f"models--{name.replace('/', '--')}"
    make_tiny_model(repository / "snapshots" / REVISION, model_replies(PAGE))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    return {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}


def run(command: list[str], environ: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readme(environ: dict[str, str], tmp_path: Path) -> None:
    program = "import pathlib, sys, smolagents_testing.readme as it; it.check_readme(pathlib.Path(sys.argv[1]))"
    run([sys.executable, "-W", "error", "-c", program, str(PAGE)], environ, tmp_path)


def test_command_line(environ: dict[str, str], tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model", model_replies(PAGE))
    command = [
        sys.executable,
        "-c",
        "from smolagents.cli import main; main()",
        "--model",
        f"transformers/{folder}",
        "Sum?",
    ]
    assert "233168" in run(command, environ, tmp_path)
