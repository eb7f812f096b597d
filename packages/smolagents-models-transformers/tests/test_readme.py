"""The page's program and the command line run, each in a process of its own, with a model in the cache of the Hub."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from smolagents_testing import make_tiny_model

PAGE = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
REPLIES = re.findall(r"<!-- model:\n(.*?)-->", PAGE, re.DOTALL)
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (name,) = re.findall(r'TransformersModel\("(.*?)"', PAGE)
    repository = tmp_path / "hub" / f"models--{name.replace('/', '--')}"
    make_tiny_model(repository / "snapshots" / REVISION, REPLIES)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    return {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}


def run(command: list[str], environ: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readme(environ: dict[str, str], tmp_path: Path) -> None:
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    shown = run([sys.executable, "-W", "error", "-c", program], environ, tmp_path)
    for printed in re.findall(r"```output\n(.*?)```", PAGE, re.DOTALL):
        assert printed.strip() in shown


def test_command_line(environ: dict[str, str], tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model", REPLIES)
    command = [
        sys.executable,
        "-c",
        "from smolagents.cli import main; main()",
        "--model",
        f"transformers/{folder}",
        "Sum?",
    ]
    assert "233168" in run(command, environ, tmp_path)
