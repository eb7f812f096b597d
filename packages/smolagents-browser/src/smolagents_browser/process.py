"""A Chromium of our own: its process, its profile, and what it may do. It ends with the program, however that ends."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents_browser.connection import COMMAND_SECONDS, BoundedConnection, connect
from smolagents_browser.errors import BrowserGone, PageTooSlow
from smolagents_browser.gate import Gate
from smolagents_browser.programs import FailedStart, NoBrowser, find_programs

if TYPE_CHECKING:
    from selenium.webdriver import ChromeOptions
    from selenium.webdriver.remote.webdriver import WebDriver

START_SECONDS = 90.0
END_SECONDS = 60.0
LOAD_SECONDS = 20.0
SCRIPT_SECONDS = 10.0
REACTION_SECONDS = 3.0
WINDOW = (1000, 1300)

_MAX_PLACE = 20
_GUARDIAN = Path(__file__).with_name("guardian.py")
# Keys and tokens of the environment are none of the browser's business.
_ENVIRONMENT = (
    *("PATH", "LANG", "LC_ALL", "TZ", "TEMP", "TMP", "SYSTEMROOT", "DISPLAY", "XAUTHORITY"),
    *("WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH"),
)
_SWITCHES = (
    *("no-first-run", "no-default-browser-check", "no-service-autorun", "disable-default-apps", "disable-sync"),
    *("disable-background-networking", "disable-component-update", "disable-domain-reliability", "disable-breakpad"),
    *("disable-extensions", "disable-print-preview", "disable-dev-shm-usage", "mute-audio", "metrics-recording-only"),
    *("password-store=basic", "use-mock-keychain", "force-device-scale-factor=1", "hide-scrollbars"),
    # Everything goes through the gate, which looks names up: also what is on this machine, and no datagrams around it.
    *("proxy-bypass-list=<-loopback>", "host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "disable-quic"),
    *("force-webrtc-ip-handling-policy=disable_non_proxied_udp", "webrtc-ip-handling-policy=disable_non_proxied_udp"),
)
_ASK_NOBODY = (
    "geolocation",
    "media_stream",
    "notifications",
    "midi_sysex",
    "sensors",
    "clipboard",
    "automatic_downloads",
)
_PREFERENCES: dict[str, Any] = {
    "credentials_enable_service": False,
    "profile.password_manager_enabled": False,
    "profile.password_manager_leak_detection": False,
    "download_restrictions": 3,
    "download.prompt_for_download": False,
    **{f"profile.default_content_setting_values.{name}": 2 for name in _ASK_NOBODY},
}


class BrowserProcess:
    """Start Chromium with a profile of its own, headless or in a window, and drive it.

    Args:
        headless: Show no window; by default where there is no display.
        private_hosts: Hosts, or `host:port`, that the browser may connect to though they are not public.

    Attributes:
        driver: Selenium's driver of it.
        gate: What its connections go through.

    Raises:
        NoBrowser: Chromium or chromedriver is missing, or does not start; says why.
        ValueError: One of the hosts is none.
    """

    def __init__(self, headless: bool | None = None, private_hosts: Collection[str] = ()) -> None:
        programs = find_programs()
        self.sandboxed = not runs_as_root()
        self._closed = False
        self.gate = Gate(private_hosts)
        self._folder = _new_folder()
        self._guardian = self._start_guardian(programs.chromedriver)
        self.connection: BoundedConnection | None = None
        try:
            self.connection = connect(f"http://127.0.0.1:{self._port()}")
            options = self._options(programs.chromium, _headless(headless))
            with self.connection.patience(START_SECONDS):
                self.driver = _drive(self.connection, options)
            cdp(self.driver, "Browser.setDownloadBehavior", behavior="deny")
        except BaseException:
            self.close()
            raise

    def reacts(self) -> bool:
        """Tell whether the page does what it is asked to."""
        assert self.connection is not None
        with self.connection.patience(REACTION_SECONDS):
            try:
                return bool(self.driver.execute_script("return true"))
            except Exception:  # whatever the page, the driver or the connection makes of it
                return False

    def replace_tab(self) -> None:
        """Close all tabs, past chromedriver, which may wait for a page that never answers, and open an empty one."""
        address = self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        try:
            new = _devtools(address, "PUT", "/json/new?about:blank")["id"]
            for page in _pages(address):
                if page != new:
                    _devtools(address, "GET", f"/json/close/{page}")
            end = time.monotonic() + REACTION_SECONDS
            while _pages(address) != [new] and time.monotonic() < end:
                time.sleep(0.02)
        except (OSError, ValueError) as error:
            raise BrowserGone from error
        self.driver.switch_to.window(new)

    def close(self) -> None:
        """End the browser and delete its profile."""
        if self._closed:
            return
        self._closed = True
        assert self._guardian.stdin is not None
        assert self._guardian.stdout is not None
        with contextlib.suppress(OSError):
            self._guardian.stdin.close()
        try:
            self._guardian.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait()
        self._guardian.stdout.close()
        self.gate.close()
        if self.connection is not None:
            self.connection.close()

    def _start_guardian(self, chromedriver: str) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= dict.fromkeys(("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), self._folder)
        if sys.platform == "linux":
            environment["TMPDIR"] = self._folder
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARDIAN), self._folder, chromedriver, "--port=0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal reaches all processes of its session
        )

    def _port(self) -> int:
        said: queue.Queue[bytes] = queue.Queue()
        assert self._guardian.stdout is not None
        reader = threading.Thread(target=lambda: said.put(_line_of(self._guardian)), daemon=True)
        reader.start()
        try:
            line = said.get(timeout=START_SECONDS).decode("utf-8", "replace").strip()
        except queue.Empty:
            line = f"nothing within {START_SECONDS:.0f} seconds"
        if not line.isdecimal():
            raise FailedStart(f"chromedriver does not start. It says: {line or 'nothing'}")
        return int(line)

    def _options(self, chromium: str, headless: bool) -> ChromeOptions:
        from selenium.webdriver import ChromeOptions

        options = ChromeOptions()
        options.binary_location = chromium
        options.page_load_strategy = "eager"
        options.unhandled_prompt_behavior = "dismiss and notify"
        options.timeouts = {"pageLoad": int(LOAD_SECONDS * 1000), "script": int(SCRIPT_SECONDS * 1000)}
        options.add_experimental_option("prefs", _PREFERENCES)
        options.add_experimental_option("excludeSwitches", ["enable-automation", "enable-logging"])
        switches = [*_SWITCHES, f"window-size={WINDOW[0]},{WINDOW[1]}", f"user-data-dir={self._folder}/profile"]
        switches += [f"proxy-server=socks5://127.0.0.1:{self.gate.port}"]
        switches += ["headless=new"] if headless else []
        switches += [] if self.sandboxed else ["no-sandbox"]
        for switch in switches:
            options.add_argument(f"--{switch}")
        return options


def _new_folder() -> str:
    # Chromium's sockets lie in it, and the system allows their paths about 100 characters.
    place = "/tmp" if sys.platform == "linux" and len(tempfile.gettempdir()) > _MAX_PLACE else None
    return tempfile.mkdtemp(prefix="smolagents-browser-", dir=place)


def runs_as_root() -> bool:
    """Tell whether this process is root's, for whom Chromium only runs without its own sandbox."""
    return sys.platform != "win32" and os.geteuid() == 0


def _headless(wanted: bool | None) -> bool:
    has_display = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if wanted is False and not has_display:
        raise NoBrowser("There is no display to show a window on (DISPLAY is not set): let the browser be headless.")
    return not has_display if wanted is None else wanted


def _line_of(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    try:
        return process.stdout.readline()
    except (OSError, ValueError):  # closed meanwhile
        return b""


def _drive(connection: Any, options: ChromeOptions) -> WebDriver:
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.remote.webdriver import WebDriver

    try:
        return WebDriver(command_executor=connection, options=options)
    except PageTooSlow:
        why = f"it has not come up within {START_SECONDS:.0f} seconds."
    except BrowserGone:
        why = "chromedriver has ended."
    except WebDriverException as error:
        why = " ".join(str(error.msg or error).partition("; For documentation")[0].split())
    without_sandbox = " --no-sandbox" if runs_as_root() else ""
    raise FailedStart(
        f"Chromium does not start: {why} To see why, run: "
        f"{options.binary_location} --headless=new{without_sandbox} --dump-dom about:blank"
    )


def _pages(address: str) -> list[str]:
    return [target["id"] for target in _devtools(address, "GET", "/json/list") if target["type"] == "page"]


def _devtools(address: str, method: str, path: str) -> Any:
    from http.client import HTTPConnection

    connection = HTTPConnection(address, timeout=COMMAND_SECONDS)
    try:
        connection.request(method, path)
        body = connection.getresponse().read()
        return json.loads(body) if body[:1] in (b"{", b"[") else None
    finally:
        connection.close()


def cdp(driver: WebDriver, command: str, **parameters: Any) -> Any:
    """Run a command of Chromium's DevTools protocol."""
    return driver.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]
