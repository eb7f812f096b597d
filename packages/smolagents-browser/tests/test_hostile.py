"""Pages that mean harm: none of them hangs the agent, reaches this machine, or leaves something on it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from smolagents_browser import (
    Browser,
    BrowserError,
    browser as browser_module,
    connection,
    initialize_agent,
    process,
)
from smolagents_browser.errors import PageTooSlow
from smolagents_testing import FakeWebServer, ScriptedModel, code
from smolagents_testing.shop_site import ShopSite
from smolagents_testing.waiting import until

Tools = dict[str, Callable[..., Any]]


@pytest.fixture(autouse=True)
def nothing_goes_on(browser: Browser) -> Iterator[None]:
    """Leave no page behind that hangs the next test."""
    yield
    assert browser.process is not None
    browser.process.replace_tab()


@contextmanager
def impatience(browser: Browser, load_seconds: float = 3.0) -> Iterator[None]:
    """Wait less long for what never comes; only for that, since a busy machine is slow with all the rest."""
    assert browser.process is not None
    assert browser.process.connection is not None
    with pytest.MonkeyPatch.context() as patch, browser.process.connection.patience(load_seconds + 10):
        patch.setattr(browser_module, "ACTION_SECONDS", load_seconds + 5)
        browser.driver.set_page_load_timeout(load_seconds)
        try:
            yield
        finally:
            browser.driver.set_page_load_timeout(process.LOAD_SECONDS)


def visit(tools: Tools, shop: ShopSite, name: str) -> str:
    return str(tools["go_to"](f"{shop.url}/hostile/{name}"))


@pytest.mark.parametrize("name", ["endless", "circle", "busy", "dialogs"])
def test_a_page_that_never_ends_can_be_left(browser: Browser, shop: ShopSite, tools: Tools, name: str) -> None:
    with pytest.raises(BrowserError), impatience(browser):
        visit(tools, shop, name)
        tools["read_page"]()
    for _ in range(2):  # a page may get in the way of the first attempt, but not for ever
        try:
            said = tools["go_to"](f"{shop.url}/men")
            break
        except BrowserError:
            continue
    assert said == f"Now at 'Men', {shop.url}/men"


def test_what_an_endless_page_has_shown_by_then(
    browser: Browser, shop: ShopSite, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_module, "REST_SECONDS", 0.2)
    slow = pytest.raises(PageTooSlow, match=r"did not finish in time\. What it shows by now may be enough")
    with slow, impatience(browser, load_seconds=8):
        visit(tools, shop, "endless")
    assert "Wait for it" in tools["read_page"]()
    assert browser.perform(browser.screenshot).size[0] == process.WINDOW[0]


def test_a_dialog_is_dismissed_and_told(browser: Browser, tools: Tools) -> None:
    browser.driver.get("data:text/html,<button onclick='document.title = confirm(`Sure?`)'>Buy</button>")
    assert tools["click"]("Buy").startswith("Now at 'false'")
    assert browser.notes == ["The page showed a dialog, which was dismissed: 'Sure?'"]


def test_a_page_that_wants_nobody_to_leave(shop: ShopSite, tools: Tools) -> None:
    visit(tools, shop, "stay")
    tools["click"]("Stay")
    assert tools["click"]("Leave") == f"Now at 'Journal', {shop.url}/journal"


def test_many_tabs(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    visit(tools, shop, "tabs")
    tools["click"]("Win")
    tools["read_page"]()
    assert len(browser.driver.window_handles) <= browser_module.MAX_TABS
    tools["go_to"](f"{shop.url}/men")


def test_many_elements(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    visit(tools, shop, "many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser_module, "ACTION_SECONDS", 1.0)
        with pytest.raises(PageTooSlow, match="This took too long"):
            tools["find_elements"]('Link("deal")')
    assert tools["read_page"]().endswith("(cut after 20000 characters)")


def test_downloads_are_refused(browser: Browser, shop: ShopSite, tools: Tools, tmp_path: Path) -> None:
    visit(tools, shop, "download")
    tools["click"]("Get it")
    until(lambda: "/hostile/program.bin" in shop.paths())
    browser.script("return new Promise(resolve => setTimeout(resolve, 500))")
    assert browser.process is not None
    # By os.walk, which does not mind that the browser deletes folders meanwhile.
    saved = [name for _, _, names in os.walk(browser.process._folder) for name in names if name.startswith("program")]
    assert saved == []
    assert not (Path.home() / "Downloads" / "program.bin").exists()


def test_long_words(browser: Browser, shop: ShopSite, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools["go_to"](f"{shop.url}/men")
    browser.script("location.hash = 'x'.repeat(1e6); document.body.setAttribute('y'.repeat(1e6), '')")
    model = ScriptedModel([code("final_answer(1)")])
    agent = initialize_agent(model, browser, executor_type="local", verbosity_level=-1)
    agent.run("x")
    assert len(str(agent.memory.steps[1].dict()["observations"])) < 3000
    assert len(str(tools["find_elements"]("S('body')"))) < 10_000
    monkeypatch.setattr(connection, "MAX_ANSWER_BYTES", 100_000)
    browser.script("document.title = 'x'.repeat(2e5)")
    with pytest.raises(BrowserError, match="is too much to read"):
        tools["read_page"]()
    assert "Now at 'Men'" in tools["go_to"](f"{shop.url}/men")


def test_no_file_of_this_machine_is_sent(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    visit(tools, shop, "file")
    with pytest.raises(BrowserError, match="Files of this machine can't be sent to pages"):
        tools["write"]("/etc/hostname", into='S("#plain")')
    # This one becomes a field for files when it is about to be written to.
    tools["write"]("/etc/hostname", into='S("#name")')
    browser.script("document.getElementById('plain').focus()")
    tools["write"]("/etc/hostname")
    counts = browser.script("return [...document.querySelectorAll('input')].map(e => e.files ? e.files.length : 0)")
    assert counts == [0, 0]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "javascript:alert(1)", "data:text/html,x", "chrome://version", "view-source:http://x", ""],
)
def test_only_the_web_is_opened(tools: Tools, url: str) -> None:
    with pytest.raises(ValueError, match="is no address of the web"):
        tools["go_to"](url)


def test_no_way_leads_to_this_machine(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    with FakeWebServer() as other:
        port = other.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"):
            with pytest.raises(BrowserError, match="is not on the public Internet"):
                tools["go_to"](f"http://{host}:{port}/article")
        with pytest.raises(BrowserError, match=r"127\.0\.0\.1 is not on the public Internet"):
            visit(tools, shop, f"inwards?to={other.url}/article")
        tools["go_to"](f"{shop.url}/men")
        reached = browser.script(
            "const [url, socket] = arguments; return Promise.all(["
            "fetch(url, {mode: 'no-cors'}).then(() => 'fetched', () => 0),"
            "new Promise(done => { const i = new Image(); i.onload = () => done('shown'); i.onerror = () => done(0);"
            "i.src = url; }), new Promise(done => { const w = new WebSocket(socket); w.onopen = () => done('open');"
            "w.onerror = () => done(0); })])",
            f"{other.url}/article",
            f"ws://127.0.0.1:{port}/",
        )
        assert reached == [0, 0, 0]
        assert other.connections == 0


def test_an_address_that_is_none_is_not_refused(browser: Browser) -> None:
    assert browser.why_refused("data://[") is None


def test_a_host_that_is_not_there(tools: Tools) -> None:
    with pytest.raises(BrowserError, match="can't be opened: there is no such host, or it does not answer"):
        tools["go_to"]("http://shop.invalid/")


def test_the_browser_knows_no_secrets(monkeypatch: pytest.MonkeyPatch, leftovers: Any) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-the-secret")
    with Browser.start(headless=True):
        processes = leftovers.processes()
        assert len(processes) > 3
        for number in processes:
            try:
                environment = Path("/proc", str(number), "environ").read_bytes()
            except OSError:
                continue
            assert b"sk-the-secret" not in environment
