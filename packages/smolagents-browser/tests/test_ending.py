"""Nothing is left of the browser: no process, no profile; however the program ends."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from smolagents_browser import (
    Browser,
    BrowserError,
    NoBrowser,
    browser_tools,
    initialize_agent,
    process as process_module,
)
from smolagents_browser.errors import BrowserGone
from smolagents_browser.programs import find_programs
from smolagents_testing import ScriptedModel, code
from smolagents_testing.openai_server import FakeOpenAIServer
from smolagents_testing.shop_site import ShopSite
from smolagents_testing.waiting import PATIENCE_SECONDS

COMMAND = [sys.executable, "-m", "smolagents_browser", "x", "--model-type", "OpenAIModel", "--model-id", "m"]
HANGS = "from smolagents_browser import Browser\nbrowser = Browser.start(headless=True)\nprint('up', flush=True)\n"


def test_a_closed_browser(leftovers: Any) -> None:
    with Browser.start(headless=True):
        assert any(program.endswith("chromedriver") for program in leftovers.processes().values())
    assert leftovers.wait() == []


@pytest.mark.parametrize("end", ["input()", "raise SystemExit(3)", "import os; os._exit(1)", "1 / 0"])
def test_a_program_that_forgets_it(leftovers: Any, end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS + end], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS
    )
    assert done.stdout.startswith(b"up")
    assert leftovers.wait() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_program_that_is_ended(leftovers: Any, number: int, tmp_path: Path) -> None:
    said = tmp_path / "said"
    with subprocess.Popen(
        [sys.executable, "-c", HANGS + "import time\ntime.sleep(600)"],
        stdout=subprocess.PIPE,
        stderr=said.open("w"),
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n", said.read_text()
        os.killpg(process.pid, number)  # as a terminal does it: the whole group
    assert leftovers.wait() == []


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c(shop: ShopSite, openai_server: FakeOpenAIServer, leftovers: Any, times: int) -> None:
    interrupted = threading.Event()

    def answer_then(_: object) -> str:
        interrupted.wait(PATIENCE_SECONDS)
        return "<code>\nread_page()\n</code>"

    openai_server.reply(f"<code>\ngo_to('{shop.url}/men')\n</code>", answer_then)
    hosts = ["--api-base", openai_server.url, f"--private-hosts={shop.host}"]
    with subprocess.Popen(
        [*COMMAND, "--api-key", openai_server.api_key, *hosts],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        openai_server.wait_for_requests(2, PATIENCE_SECONDS)
        assert process.stderr is not None
        os.killpg(process.pid, signal.SIGINT)
        said = b""
        while b"Ctrl-C again" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        if times == 2:
            os.killpg(process.pid, signal.SIGINT)
        else:
            interrupted.set()
        said += process.stderr.read()
        assert process.wait(PATIENCE_SECONDS) == 130
    interrupted.set()
    assert b"webagent: error: interrupted after" in said
    assert b"Traceback" not in said
    assert leftovers.wait() == []


def test_a_browser_that_crashes(shop: ShopSite, leftovers: Any) -> None:
    with Browser.start(headless=True, private_hosts=[shop.host]) as browser:
        go_to = browser_tools(browser)[0]
        go_to(f"{shop.url}/men")
        kill(leftovers, "chromium")
        with pytest.raises(BrowserGone, match="The browser has ended"):
            go_to(f"{shop.url}/men")
        model = ScriptedModel([code("click('Sale')"), code("final_answer('no browser')")])
        agent = initialize_agent(model, browser, executor_type="local", verbosity_level=-1)
        assert agent.run("x") == "no browser"
        assert "There is no screenshot: The browser has ended" in str(agent.memory.steps[1].dict()["observations"])
    assert leftovers.wait() == []


def test_a_driver_that_crashes(leftovers: Any) -> None:
    with Browser.start(headless=True) as browser:
        kill(leftovers, "chromedriver")
        with pytest.raises(BrowserGone):
            browser.perform(lambda: browser.driver.title)
    assert leftovers.wait() == []


def test_a_guardian_that_is_told_to_end(leftovers: Any) -> None:
    with Browser.start(headless=True) as browser:
        assert browser.process is not None
        os.kill(browser.process._guardian.pid, signal.SIGTERM)
        assert leftovers.wait() == []
        with pytest.raises(BrowserGone):
            browser.perform(lambda: browser.driver.title)


def kill(leftovers: Any, name: str) -> None:
    for number, program in leftovers.processes().items():
        if name in program.rpartition("/")[2]:
            with contextlib.suppress(ProcessLookupError):  # it went with another one
                os.kill(number, signal.SIGKILL)


def test_a_tab_that_crashes(browser: Browser, shop: ShopSite, tools: Any) -> None:
    tools["go_to"](f"{shop.url}/men")
    with pytest.raises(BrowserError):
        browser.perform(lambda: browser.driver.get("chrome://crash"))
    assert "Now at 'Men'" in tools["go_to"](f"{shop.url}/men")


@pytest.mark.parametrize("variable", ["CHROMIUM", "CHROMEDRIVER"])
def test_programs_that_are_not_there(monkeypatch: pytest.MonkeyPatch, leftovers: Any, variable: str) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    with pytest.raises(
        NoBrowser, match=f"{variable} is '/nowhere', and there is no such program: correct it, or unset it"
    ):
        Browser.start()
    assert leftovers.wait() == []


def test_it_may_be_closed_twice(leftovers: Any) -> None:
    browser = Browser.start(headless=True)
    browser.close()
    browser.close()
    with pytest.raises(BrowserGone):
        browser_tools(browser)[0]("x.com")


def test_no_window_without_a_display(monkeypatch: pytest.MonkeyPatch, leftovers: Any) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(NoBrowser, match="There is no display"):
        Browser.start(headless=False)
    assert leftovers.wait() == []


def test_nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowser, match=r"Chromium is not installed\. Install it: apt-get install chromium"):
        Browser.start()
    monkeypatch.setenv("CHROMIUM", chromium)
    with pytest.raises(NoBrowser, match=r"chromedriver, which drives Chromium, is not installed"):
        Browser.start()


@pytest.mark.parametrize(
    ("variable", "says"), [("CHROMIUM", "Chromium does not start"), ("CHROMEDRIVER", "does not start")]
)
def test_programs_that_fail(
    monkeypatch: pytest.MonkeyPatch, leftovers: Any, tmp_path: Path, variable: str, says: str
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no luck today\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setenv(variable, str(broken))
    with pytest.raises(NoBrowser, match=says):
        Browser.start()
    assert leftovers.wait() == []


@pytest.mark.parametrize("variable", ["CHROMIUM", "CHROMEDRIVER"])
def test_programs_that_fail_once(
    monkeypatch: pytest.MonkeyPatch, leftovers: Any, tmp_path: Path, variable: str
) -> None:
    program, tired, tried = getattr(find_programs(), variable.lower()), tmp_path / "tired", tmp_path / "tried"
    tired.write_text(f'#!/bin/sh\n[ -e {tried} ] || {{ : > {tried}; exit 1; }}\nexec {program} "$@"\n')
    tired.chmod(0o700)
    monkeypatch.setenv(variable, str(tired))
    with Browser.start(headless=True) as browser:
        assert browser.script("return 6 * 7") == 42
    assert leftovers.wait() == []


@pytest.mark.parametrize("variable", ["CHROMIUM", "CHROMEDRIVER"])
def test_programs_that_hang(monkeypatch: pytest.MonkeyPatch, leftovers: Any, tmp_path: Path, variable: str) -> None:
    asleep = tmp_path / "asleep"
    asleep.write_text("#!/bin/sh\nsleep 600\n")
    asleep.chmod(0o700)
    monkeypatch.setenv(variable, str(asleep))
    monkeypatch.setattr(process_module, "START_SECONDS", 2.0)
    with pytest.raises(NoBrowser, match="does not start"):
        Browser.start()
    assert leftovers.wait() == []
