"""A browser that an agent works with: whatever a page does, each thing that it is asked to do comes to an end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from smolagents_browser.errors import BrowserError, BrowserGone, PageTooSlow
from smolagents_browser.process import BrowserProcess, cdp
from smolagents_browser.programs import FailedStart

if TYPE_CHECKING:
    from PIL.Image import Image
    from selenium.webdriver.remote.webdriver import WebDriver

logger = logging.getLogger("smolagents.browser")

Result = TypeVar("Result")

ACTION_SECONDS = 30.0
IMPLICIT_WAIT_SECONDS = 4.0
REST_SECONDS = 2.0
MAX_TABS = 8
MAX_DIALOGS = 5
MAX_FOUND = 2000
_TEXT_SHOWN = 300

# Helium drives one browser per program, so browsers of one program take turns.
_helium_lock = threading.RLock()


class Browser:
    """Keep a browser and everything that is known of its page.

    Args:
        driver: Selenium's driver of it.
        process: What ends it; None for a browser that somebody else has started.

    Attributes:
        notes: What has happened in the browser that nobody asked for, since the last look at it.
        found: Elements that were found and numbered.
    """

    def __init__(self, driver: WebDriver, process: BrowserProcess | None = None) -> None:
        self.driver = driver
        self.process = process
        self.notes: list[str] = []
        self.found: dict[int, Any] = {}
        self._frames: dict[str, list[int]] = {}
        self._numbered = 0
        self._tabs: list[str] = []

    @classmethod
    def start(cls, headless: bool | None = None, private_hosts: Collection[str] = ()) -> Browser:
        """Start Chromium with a new profile and return it.

        Args:
            headless: Show no window; by default where there is no display.
            private_hosts: Hosts, or `host:port`, that may be visited though they are not on the public Internet.

        Raises:
            NoBrowser: Chromium or chromedriver is missing, or does not start; says why.
        """
        try:
            process = BrowserProcess(headless, private_hosts)
        except FailedStart:  # as happens now and then on a busy machine
            logger.warning("The browser did not come up, and is started once more.")
            process = BrowserProcess(headless, private_hosts)
        return cls(process.driver, process)

    def close(self) -> None:
        """End the browser and delete its profile."""
        if self.process is not None:
            self.process.close()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # ---- doing something

    def perform(self, action: Callable[[], Result]) -> Result:
        """Do something with the browser, by helium or its driver, within a time that no page can stretch.

        Raises:
            BrowserError: It did not work; says why in a way that helps the model.
        """
        with _helium_lock, self._as_heliums():
            try:
                with self._time_limit():
                    self._settle()
                    return action()
            except (BrowserGone, PageTooSlow) as error:
                self._recover(error)
                raise
            except Exception as error:
                raise self._explained(error) from None

    def act(self, action: Callable[[], object]) -> str:
        """Do something as `perform` does, and return which page is shown then."""

        def act_and_look() -> str:
            action()
            self._settle()
            return self.place()

        return self.perform(act_and_look)

    @contextmanager
    def _as_heliums(self) -> Iterator[None]:
        import helium

        before = helium.get_driver()
        wait, helium.Config.implicit_wait_secs = helium.Config.implicit_wait_secs, IMPLICIT_WAIT_SECONDS
        helium.set_driver(self.driver)  # also where it is: helium prefers what is near to what it has touched last
        try:
            yield
        finally:
            helium.Config.implicit_wait_secs = wait
            if before is not self.driver:
                helium.set_driver(before)

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        if self.process is None or self.process.connection is None:
            yield
            return
        with self.process.connection.time_limit(ACTION_SECONDS):
            yield

    def _explained(self, error: Exception) -> Exception:
        from selenium.common import exceptions

        if isinstance(error, exceptions.TimeoutException):
            self._recover(error)
            return PageTooSlow("The page did not finish in time. What it shows by now may be enough: look at it.")
        if isinstance(error, exceptions.UnexpectedAlertPresentException):
            text = " ".join((error.alert_text or "").split())[:_TEXT_SHOWN]
            return BrowserError(f"A dialog of the page got in the way and was dismissed: {text!r}. Look again.")
        if isinstance(error, exceptions.StaleElementReferenceException):
            return BrowserError("The page has changed, and the element is gone. Look at the page and find it again.")
        if isinstance(error, exceptions.InvalidSessionIdException):
            return BrowserGone()
        if isinstance(error, exceptions.WebDriverException):
            message = " ".join(str(error.msg).partition("(Session info")[0].split())
            if "tab crashed" in message:
                self._recover(error)
                return BrowserError("The page has crashed. Go to another one.")
            if "disconnected" in message or "not connected to DevTools" in message:
                return BrowserGone()
            return BrowserError(message[:_TEXT_SHOWN])
        return error

    # ---- what pages do unasked

    def _settle(self) -> None:
        self._dismiss_dialogs()
        self._follow_new_tab()

    def _dismiss_dialogs(self) -> None:
        """Dismiss alerts, confirmations and prompts, and note what they said."""
        from selenium.common.exceptions import NoAlertPresentException

        for _ in range(MAX_DIALOGS):
            try:
                dialog = self.driver.switch_to.alert
                text = " ".join(dialog.text.split())[:_TEXT_SHOWN]
                dialog.dismiss()
            except NoAlertPresentException:
                return
            self.notes.append(f"The page showed a dialog, which was dismissed: {text!r}")
        raise PageTooSlow("The page shows one dialog after the other.")

    def _follow_new_tab(self) -> None:
        """Go to the tab that has come last, and close those that are too many."""
        handles = self.driver.window_handles
        known = self._tabs or handles[:1]
        new = [handle for handle in handles if handle not in known]
        if len(handles) > MAX_TABS:
            for handle in new[MAX_TABS - len(known) :]:
                self.driver.switch_to.window(handle)
                self.driver.close()
            self.notes.append(f"The page opened many tabs; those beyond {MAX_TABS} were closed.")
            handles = self.driver.window_handles
            new = [handle for handle in new if handle in handles]
        if new:
            self.driver.switch_to.window(new[-1])
            self.notes.append("A new tab was opened, and is shown now.")
        elif self._tab() not in handles:
            self.driver.switch_to.window(handles[-1])
            self.notes.append("The tab was closed; another one is shown now.")
        self._tabs = handles

    def _tab(self) -> str | None:
        from selenium.common.exceptions import NoSuchWindowException

        try:
            handle: str = self.driver.current_window_handle
        except NoSuchWindowException:
            return None
        return handle

    def _recover(self, error: Exception) -> None:
        """Give up a page that does not react: stop it, or replace its tab."""
        if isinstance(error, BrowserGone) or self.process is None:
            return
        if not self.process.reacts():
            self.process.replace_tab()
            self._forget()
            self._tabs = []
            self.notes.append("The page did not react any more, so its tab was closed; an empty one is shown now.")

    # ---- what there is to see

    def number(self, element: Any, frame: list[int]) -> int:
        """Remember an element and the frame that it is in, and return its number."""
        if len(self.found) >= MAX_FOUND:
            self._forget()
        self._numbered += 1
        self.found[self._numbered] = element
        self._frames[element.id] = frame
        return self._numbered

    def _forget(self) -> None:
        self.found.clear()
        self._frames.clear()

    def frame_of(self, element: Any) -> list[int]:
        """Return the way to the frame that a numbered element is in: from the page inwards, by place."""
        return self._frames.get(element.id, [])

    def enter(self, frame: list[int]) -> None:
        """Let the following commands be about a frame; those about elements have to be about theirs."""
        self.driver.switch_to.default_content()
        for place in frame:
            self.driver.switch_to.frame(place)

    def script(self, source: str, *arguments: Any) -> Any:
        """Run a script in the page, outside of frames, and return what it returns."""
        self.driver.switch_to.default_content()
        return self.driver.execute_script(source, *arguments)

    def cdp(self, command: str, **parameters: Any) -> Any:
        """Run a command of Chromium's DevTools protocol."""
        return cdp(self.driver, command, **parameters)

    def place(self) -> str:
        """Return the title and the address of the page."""
        title = " ".join(self.driver.title.split())[:_TEXT_SHOWN]
        url = self.driver.current_url
        refused = self.why_refused(url)
        return f"Now at {title!r}, {url[:_TEXT_SHOWN]}" + (f". It was not loaded: {refused}." if refused else "")

    def screenshot(self) -> Image:
        """Return a picture of what is visible of the page, after a little time for what comes late, as pictures do."""
        import io

        from PIL import Image

        end = time.monotonic() + REST_SECONDS
        while self.script("return document.readyState") != "complete" and time.monotonic() < end:
            time.sleep(0.05)
        image = Image.open(io.BytesIO(self.driver.get_screenshot_as_png()))
        image.load()
        return image.convert("RGB")

    def why_refused(self, url: str) -> str | None:
        """Return why the browser may not connect to the host of an address, if so."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        except ValueError:
            return None
        refusals = self.process.gate.refusals if self.process is not None else {}
        return refusals.get(f"{(parts.hostname or '').lower()}:{port}")
