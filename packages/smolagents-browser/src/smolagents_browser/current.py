"""The one browser of a program that names none: that of `initialize_driver`, or the one that helium drives."""

from __future__ import annotations

import atexit
from collections.abc import Collection
from typing import TYPE_CHECKING

from smolagents_browser.browser import Browser
from smolagents_browser.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver
    from smolagents import ActionStep, MultiStepAgent

_browser: Browser | None = None


def initialize_driver(headless: bool | None = None, private_hosts: Collection[str] = ()) -> WebDriver:
    """Start Chromium for helium and for the tools of this module, and return its driver; it ends with the program.

    Args:
        headless: Show no window; by default where there is no display.
        private_hosts: Hosts, or `host:port`, that may be visited though they are not on the public Internet.

    Raises:
        NoBrowser: Chromium or chromedriver is missing, or does not start; says why.
    """
    global _browser
    import helium

    if _browser is not None:
        _browser.close()
    _browser = Browser.start(headless, private_hosts)
    atexit.register(_browser.close)
    helium.set_driver(_browser.driver)
    return _browser.driver


def current_browser() -> Browser:
    """Return the browser that helium drives.

    Raises:
        BrowserError: There is none.
    """
    global _browser
    import helium

    driver = helium.get_driver()
    if driver is None:
        raise BrowserError("There is no browser: call initialize_driver() first, or helium.start_chrome().")
    if _browser is None or _browser.driver is not driver:
        _browser = Browser(driver)
    return _browser


def save_screenshot(memory_step: ActionStep, agent: MultiStepAgent) -> None:
    """Put a screenshot into a step, as a step callback."""
    from smolagents_browser.screenshots import show_page

    show_page(memory_step, agent, current_browser())
