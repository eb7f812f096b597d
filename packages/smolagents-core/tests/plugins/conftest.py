"""Real distributions on disk: folders with packages and their metadata, as an installer leaves them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from smolagents import plugins


class Site:
    """A folder of installed distributions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, name: str, entry_points: str, version: str = "1.0", **modules: str) -> None:
        """Install a distribution: its entry points, and the source of each of its modules."""
        metadata = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: A test.\n"
        )
        (metadata / "entry_points.txt").write_text(dedent(entry_points))
        for module, source in modules.items():
            (self.folder / f"{module}.py").write_text(dedent(source))

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these distributions installed."""
        path = os.pathsep.join(filter(None, [str(self.folder), os.environ.get("PYTHONPATH")]))
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, "PYTHONPATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def output(self, code: str, **environment: str) -> str:
        """Run a program that must succeed and return what it prints."""
        done = self.python("-c", dedent(code), **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m smolagents plugins …`."""
        return self.python("-m", "smolagents", "plugins", *arguments, **environment)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Distributions that this process can import too."""
    installed = Site(tmp_path / "site")
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(installed.folder))
    yield installed
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    monkeypatch.undo()
    plugins.refresh()


@pytest.fixture(autouse=True)
def no_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the caller's plugin switches out of the tests."""
    for switch in ("DISABLE_PLUGINS", "PLUGINS", "STRICT_PLUGINS", "TRACE_PLUGINS"):
        monkeypatch.delenv(f"SMOLAGENTS_{switch}", raising=False)
