"""The shop, a browser in it, and no tests where helium, Chromium or chromedriver is missing: those have a lane."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from smolagents_browser import Browser
    from smolagents_testing.shop_site import ShopSite

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
is_here = all(map(find_spec, ("helium", "selenium", "PIL", "smolagents_browser")))
is_here = is_here and shutil.which("chromedriver") is not None and any(map(shutil.which, BROWSERS))
collect_ignore_glob = [] if is_here else ["test_*.py"]


@pytest.fixture(scope="session")
def open_shop() -> Iterator[ShopSite]:
    """Return a running shop for all tests."""
    from smolagents_testing.shop_site import ShopSite

    with ShopSite() as site:
        yield site


@pytest.fixture
def shop(open_shop: ShopSite) -> ShopSite:
    """Return a running shop that nobody has asked for anything."""
    open_shop.requests.clear()
    return open_shop


@pytest.fixture(scope="session")
def open_browser(open_shop: ShopSite) -> Iterator[Browser]:
    """Return a browser that may visit the shop."""
    from smolagents_browser import Browser

    with Browser.start(headless=True, private_hosts=[open_shop.host]) as started:
        yield started


@pytest.fixture
def browser(open_browser: Browser) -> Browser:
    """Return a browser without cookies, in one empty tab."""
    process = open_browser.process
    assert process is not None
    process.replace_tab()
    open_browser.perform(open_browser.driver.delete_all_cookies)
    open_browser.cdp("Network.clearBrowserCookies")
    open_browser.notes.clear()
    return open_browser


@pytest.fixture
def tools(browser: Browser) -> dict[str, Callable[..., Any]]:
    """Return the browser's tools by name."""
    from smolagents_browser import browser_tools

    return {tool.name: tool for tool in browser_tools(browser)}


class Leftovers:
    """Tell what a browser has left behind: its processes, which have its profile for a home, and the profile.

    Args:
        folder: Where profiles are made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def processes(self) -> dict[int, str]:
        """Return the programs of the browsers that were started in this test, by process number."""
        home = f"HOME={self._folder}/".encode()
        found = {}
        for entry in filter(str.isdecimal, os.listdir("/proc")):
            try:
                if home in Path("/proc", entry, "environ").read_bytes():
                    found[int(entry)] = Path("/proc", entry, "cmdline").read_bytes().partition(b"\0")[0].decode()
            except OSError:  # it has ended meanwhile
                continue
        return found

    def wait(self) -> list[object]:
        """Return what is still there after a while in which it may go."""
        from smolagents_testing.waiting import PATIENCE_SECONDS

        deadline = time.monotonic() + PATIENCE_SECONDS
        while (left := [*self.processes().values(), *self._folder.iterdir()]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


@pytest.fixture
def leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Leftovers]:
    """Return what tells what the browsers leave behind that are started in this test."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="left-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Leftovers(Path(folder))
