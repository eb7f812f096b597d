"""Pages in a process of their own, Chromium to look at them, and no tests where Gradio is not installed."""

import shutil
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

collect_ignore_glob = ["test_*.py"] if find_spec("gradio") is None or find_spec("playwright") is None else []


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Run a program that serves a page at `PORT` and return the page's address."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(program: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        file = tmp_path / f"page_{port}.py"
        file.write_text(f"PORT = {port}\n" + textwrap.dedent(program))
        process = subprocess.Popen([sys.executable, str(file)], cwd=tmp_path)
        processes.append(process)
        deadline = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return f"http://127.0.0.1:{port}"
            except OSError:
                assert process.poll() is None, "the program has ended"
                assert time.monotonic() < deadline, "the page is not served"
                time.sleep(0.1)

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return a headless Chromium."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "These tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a browser session of its own and return the page; nothing else may be asked for."""
    contexts: list[Any] = []
    elsewhere: list[str] = []

    def open_page(address: str, width: int = 1200) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((address, "data:", "blob:")) else elsewhere.append(request.url)
            ),
        )
        page.goto(address)
        page.wait_for_selector("textarea")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert elsewhere == []
