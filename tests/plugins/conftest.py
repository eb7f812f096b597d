"""A fresh environment, made with plain `venv` and `pip`, that has core and the plugins from their wheels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


class Environment:
    """A virtual environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scripts = folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, which must end with this exit code."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SMOLAGENTS_"))}
        done = subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            env={**kept, "PATH": f"{self.scripts}{os.pathsep}{os.environ['PATH']}", **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def python(self, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program."""
        return self.run("python", "-c", program, **environment)

    def install(self, *sources: str) -> None:
        """Build wheels of source folders and install them, dependencies too."""
        self.run("pip", "install", "--quiet", "--no-build-isolation", *sources)


def make_environment(folder: Path) -> Environment:
    """Make an environment that can build what uses uv_build."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
    environment = Environment(folder)
    environment.run("pip", "install", "--quiet", "uv_build>=0.7.19")
    return environment


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Core, the testing kits, the tutorial's plugin and the broken one, as somebody else would install them."""
    environment = make_environment(tmp_path_factory.mktemp("fresh") / "environment")
    environment.install(
        *(
            str(REPOSITORY / folder)
            for folder in (
                "packages/smolagents-core",
                "packages/smolagents-testing",
                "plugins/smolagents-hello",
                "plugins/smolagents-broken",
            )
        )
    )
    return environment
