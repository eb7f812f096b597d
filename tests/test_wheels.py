"""Every distribution builds, says what it is, holds what it needs, and works when plain pip installs it on its own."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MEMBERS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"]
PROJECTS = {Path(member).name: ROOT / member for member in MEMBERS}
# Those that share no lock with the others: what they stand on is large, so their lanes install it.
APART = {path.parent.name for path in ROOT.glob("packages/*/pyproject.toml")} - set(PROJECTS)
PROJECTS |= {name: ROOT / "packages" / name for name in sorted(APART)}

# Runs inside a fresh environment: imports every module of a package, and lets core say what a missing plugin needs.
IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
from smolagents.errors import MissingPluginError
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if module.name.rpartition(".")[2] not in ("__main__", "inside"):  # the latter is for Pyodide's own Python
        try:
            importlib.import_module(module.name)
        except MissingPluginError as error:
            assert "pip install smolagents-" in str(error), error
optional = {"PIL", "numpy", "pandas", "pydantic", "requests", "huggingface_hub", "torch"}
print(sorted(optional & set(sys.modules)))
"""

RUN_AN_AGENT = """
from smolagents import CodeAgent, Model, ChatMessage, MessageRole, tool

class Fixed(Model):
    def generate(self, messages, **kwargs):
        return ChatMessage(MessageRole.ASSISTANT, "<code>\\nfinal_answer(double(21))\\n</code>")

@tool
def double(number: int) -> int:
    \"\"\"Doubles a number.

    Args:
        number: The number.
    \"\"\"
    return 2 * number

print(CodeAgent(tools=[double], model=Fixed()).run("What is twice 21?"))
"""


@pytest.fixture(scope="module")
def uv() -> str:
    """Return uv: the one that runs these tests, else the one that the scripts brought, else any."""
    places = [os.environ.get("UV"), *map(str, ROOT.glob(".cache/uv-*/bin/uv")), shutil.which("uv")]
    found = next((place for place in places if place), None)
    assert found, "no uv here: run these tests with scripts/test, which brings it"
    return found


@pytest.fixture(scope="module")
def dist(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheels and sdists of all members."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([uv, "build", "--all-packages", "--quiet", "--out-dir", folder], cwd=ROOT, check=True)
    for name in APART:
        subprocess.run([uv, "build", PROJECTS[name], "--quiet", "--out-dir", folder], cwd=ROOT, check=True)
    return folder


def wheel_of(dist: Path, name: str) -> Path:
    (wheel,) = dist.glob(f"{name.replace('-', '_')}-*-py3-none-any.whl")
    return wheel


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def source_files(name: str) -> set[str]:
    """Return the files of a member's import package, as paths in the wheel."""
    source = PROJECTS[name] / "src"
    files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    return {file for file in files if "__pycache__" not in file}


def environment(uv: str, folder: Path, *packages: Path | str) -> Path:
    """Make a virtual environment of this Python, let its own pip install packages, and return its `bin`."""
    subprocess.run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, folder], check=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *packages], check=True)
    return programs


def output(*command: object) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SMOLAGENTS_"))}
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environ, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("name", PROJECTS)
def test_wheel_says_what_it_is(dist: Path, name: str) -> None:
    metadata = metadata_of(wheel_of(dist, name))
    assert metadata["Name"] == name
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Summary"].endswith(".")
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith(f"# {name}\n\n"), "the README says what the distribution is for"


@pytest.mark.parametrize("name", PROJECTS)
def test_wheel_and_sdist_hold_every_file_and_no_test(dist: Path, name: str) -> None:
    with zipfile.ZipFile(wheel_of(dist, name)) as archive:
        packed = {file for file in archive.namelist() if ".dist-info/" not in file and not file.endswith("/")}
        assert any(file.endswith(".dist-info/licenses/LICENSE") for file in archive.namelist())
    assert packed == source_files(name)
    assert f"{min(packed).split('/')[0]}/py.typed" in packed
    (sdist,) = dist.glob(f"{name.replace('-', '_')}-*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = {file.partition("/")[2] for file in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", *(f"src/{file}" for file in packed)} <= members


def test_core_needs_four_light_distributions(dist: Path) -> None:
    requirements = metadata_of(wheel_of(dist, "smolagents-core")).get_all("Requires-Dist") or []
    assert {re.split(r"[^\w-]", requirement)[0] for requirement in requirements} == {
        "jinja2",
        "pluggy",
        "pyyaml",
        "rich",
    }


def test_core_works_alone(uv: str, dist: Path, tmp_path: Path) -> None:
    programs = environment(uv, tmp_path / "core", wheel_of(dist, "smolagents-core"))
    assert output(programs / "python", "-c", IMPORT_EVERYTHING, "smolagents") == "[]\n"
    assert output(programs / "python", "-c", RUN_AN_AGENT).endswith("42\n")
    assert "--model-type" in output(programs / "smolagent", "--help")
    assert "plugins" in output(programs / "smolagents", "--help")
    assert "OpenAIModel" not in output(programs / "python", "-m", "smolagents", "plugins", "list")
    missing = output(
        programs / "python", "-c", "try: from smolagents import OpenAIModel\nexcept ImportError as e: print(e)"
    )
    assert "pip install smolagents-models-openai" in missing


@pytest.mark.parametrize("name", [name for name in PROJECTS if name != "smolagents-core"])
def test_distribution_works_beside_core_alone(uv: str, dist: Path, tmp_path: Path, name: str) -> None:
    if name in APART:
        programs = environment(uv, tmp_path / name, wheel_of(dist, "smolagents-core"))
        pip = [programs / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, wheel_of(dist, name)], check=True)
    else:
        programs = environment(uv, tmp_path / name, wheel_of(dist, "smolagents-core"), wheel_of(dist, name))
    output(programs / "python", "-c", IMPORT_EVERYTHING, name.replace("-", "_"))
    project = tomllib.loads((PROJECTS[name] / "pyproject.toml").read_text("utf-8"))["project"]
    listing = output(programs / "python", "-m", "smolagents", "plugins", "list")
    for group, entries in project.get("entry-points", {}).items():
        for entry in entries if group in ("smolagents.models", "smolagents.executors", "smolagents.tools") else ():
            assert entry in listing
            output(programs / "python", "-c", f"from smolagents import {entry}")


def test_core_builds_from_its_sdist_with_pip_alone(uv: str, dist: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("smolagents_core-*.tar.gz")
    programs = environment(uv, tmp_path / "build", "pip")
    output(programs / "python", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path / "again", sdist)
    with zipfile.ZipFile(wheel_of(tmp_path / "again", "smolagents-core")) as archive:
        assert source_files("smolagents-core") <= set(archive.namelist())
