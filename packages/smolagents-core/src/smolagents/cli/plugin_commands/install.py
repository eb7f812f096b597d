"""`smolagents plugins install NAME`: from a name to `pip install` of the distribution that has it."""

import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec

from smolagents.cli.plugin_commands.info import distribution_of, near_misses, print_core_name
from smolagents.plugins.catalogue import current
from smolagents.plugins.names import RESERVED


def install(name: str) -> int:
    """Install the distribution that owns a name and return the exit code.

    Only first-party distributions are installed: a name that somebody made up must not become a download.
    """
    if name in RESERVED:
        print_core_name(name)
        return 0
    distribution = distribution_of(name)
    if distribution is None:
        entry = current().find(name)
        if entry is not None:
            print(f"{name} is offered by {entry.origin}, which is installed.")
            return 0
        print(
            f"No first-party distribution has the name {name}. {near_misses(name)}\n"
            "A plugin of somebody else is installed by its distribution's name: pip install DISTRIBUTION",
            file=sys.stderr,
        )
        return 2
    if distribution in current().distributions:
        print(f"{distribution} {current().distributions[distribution]} is installed.")
        return 0
    command = _installer()
    if command is None:
        print(
            f"Neither pip nor uv is at hand for {sys.executable}. Get pip with: {sys.executable} -m ensurepip\n"
            f"then: {sys.executable} -m pip install {distribution}",
            file=sys.stderr,
        )
        return 1
    command.append(distribution)
    print(shlex.join(command), flush=True)
    return subprocess.run(command, check=False).returncode


def _installer() -> list[str] | None:
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install"]
    uv = shutil.which("uv")
    return [uv, "pip", "install", "--python", sys.executable] if uv else None
