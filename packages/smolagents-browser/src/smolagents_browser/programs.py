"""Find Chromium and its driver on this machine: nothing is ever downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from smolagents.cli.problems import UsageError

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "Chromium",
    "Google Chrome",
    "chrome",
)
# Where installers put programs without putting them on PATH.
_PLACES = {
    "linux": ("/usr/lib/chromium-browser", "/snap/bin"),
    "darwin": (
        "/Applications/Chromium.app/Contents/MacOS",
        "/Applications/Google Chrome.app/Contents/MacOS",
        "/opt/homebrew/bin",
        "/usr/local/bin",
    ),
    "win32": tuple(
        str(Path(os.environ.get(variable, ""), "Google", "Chrome", "Application"))
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
    ),
}
_ADVICE = {
    "linux": "apt-get install chromium chromium-driver (Debian), or your distribution's packages of these names",
    "darwin": "brew install --cask chromium chromedriver",
    "win32": "winget install Google.Chrome, and chromedriver of the same version from "
    "https://googlechromelabs.github.io/chrome-for-testing",
}


class Programs(NamedTuple):
    """Hold the paths of the browser and of the program that drives it."""

    chromium: str
    chromedriver: str


class NoBrowser(UsageError):
    """Report that there is no browser to work with."""


class FailedStart(NoBrowser):
    """Report that Chromium or chromedriver is there, and does not come up."""


def find_programs() -> Programs:
    """Return where Chromium and chromedriver are: as CHROMIUM and CHROMEDRIVER say, else on PATH and usual places.

    Raises:
        NoBrowser: One of them is not there; says how to install it.
    """
    return Programs(
        _find("CHROMIUM", "Chromium", *_BROWSERS),
        _find("CHROMEDRIVER", "chromedriver, which drives Chromium,", "chromedriver", "chromium.chromedriver"),
    )


def _find(variable: str, what: str, *names: str) -> str:
    named = os.environ.get(variable)
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoBrowser(f"{variable} is {named!r}, and there is no such program: correct it, or unset it.")
        return found
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES.get(sys.platform, ())])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    advice = _ADVICE.get(sys.platform, _ADVICE["linux"])
    raise NoBrowser(f"{what} is not installed. Install it: {advice}. Or name it: export {variable}=/path/to/it")
