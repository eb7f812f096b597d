"""Pages in a process of their own, Chromium to look at them, and no tests where Gradio is not installed."""

import os
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing.waiting import is_served, until

collect_ignore_glob = ["test_*.py"] if find_spec("gradio") is None or find_spec("playwright") is None else []

AGENT = """
import asyncio, re, time
from pathlib import Path
from PIL import Image
from smolagents import CodeAgent, ToolCallingAgent, tool
from smolagents.usage import TokenUsage
from smolagents_testing import ScriptedModel, tool_call
from smolagents_ui_gradio import GradioUI

def act(source, thought="I act."):
    return f"{thought}\\n<code>\\n{source}\\n</code>"

THINK = act("n = len('strawberry')\\nprint('counted', n)", "I count the letters first.")
ANSWER = act("final_answer(f'It has **{n}** letters.')", "Now I answer.")

def serve(replies, tools=(), kind=CodeAgent, **options):
    model = ScriptedModel(replies, usage=TokenUsage(10, 5, cost=0.01))
    options = {"name": "letter_counter", "description": "Counts letters.", "verbosity_level": -1, **options}
    GradioUI(kind(list(tools), model, **options)).launch(server_port=PORT)
"""

EMPTY = "document.querySelector('textarea').value === ''"


class Chat:
    """A page with a conversation, in a browser."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def text(self) -> str:
        """Return what the conversation shows."""
        return str(self.page.locator("#conversation").inner_text())

    def ask(self, text: str, taken: str = EMPTY) -> None:
        """Send a task, and see that the page took it."""
        self.page.locator("textarea").fill(text)
        self.send(taken)

    def send(self, taken: str = EMPTY) -> None:
        """Press Enter in the box, again if need be: until a task has ended Gradio takes no other, and shows no sign."""
        from playwright.sync_api import TimeoutError as TooLate

        for _ in range(20):
            self.page.keyboard.press("Enter")
            with suppress(TooLate):
                self.page.wait_for_function(taken, timeout=5_000)
                return
        raise AssertionError("the task was not taken")

    def finished(self, times: int = 1) -> None:
        """Wait until so many tasks are done, and the box is ready for the next one."""
        self.page.get_by_text("In all").nth(times - 1).wait_for()
        self.page.get_by_role("button", name="Submit").wait_for()

    def wait_for(self, text: str) -> None:
        """Wait for a text to be seen."""
        self.page.get_by_text(text).first.wait_for()

    def open(self, block: str, number: int = 0) -> None:
        """Open a block by its title, with the keyboard: under a mouse the page may move, which Gradio scrolls late."""
        title = self.blocks(block).nth(number)
        title.press("Enter")
        title.locator("xpath=following-sibling::*").first.wait_for()

    def blocks(self, title: str) -> Any:
        """Return the titles of all blocks that have this one."""
        return self.page.get_by_role("button").filter(has=self.page.get_by_text(title, exact=True))


@contextmanager
def _serving(program: str, port: int, folder: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    file = folder / f"page_{port}.py"
    file.write_text(f"PORT = {port}\n" + textwrap.dedent(program))
    with subprocess.Popen([sys.executable, str(file)], cwd=folder, **options) as process:
        try:
            until(lambda: is_served(port) or process.poll() is not None)
            assert process.poll() is None, "the program has ended, or serves nothing"
            yield process
        finally:
            process.kill()


# Of this process alone, and below those that the system gives to connections.
_PORTS = cycle(range(first := 20_000 + os.getpid() % 600 * 20, first + 20))


def _free_port() -> int:
    return next(filter(_is_free, _PORTS))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Run a program that serves a page at `PORT`, and return its process when it does."""
    with ExitStack() as stack:
        yield lambda program, port, **options: stack.enter_context(_serving(program, port, tmp_path, **options))


@pytest.fixture(scope="module")
def serve_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Run a program that serves a page at `PORT` for all tests of a module, and return the page's address."""
    with ExitStack() as stack:

        def run(program: str) -> str:
            port = _free_port()
            stack.enter_context(_serving(program, port, tmp_path_factory.mktemp("app")))
            return f"http://127.0.0.1:{port}"

        yield run


@pytest.fixture
def port() -> int:
    """Return a free port."""
    return _free_port()


@pytest.fixture
def serve(start: Callable[..., Any], port: int) -> Callable[[str], str]:
    """Run a program that serves a page at `PORT`, and return the page's address."""

    def run(program: str) -> str:
        start(program, port)
        return f"http://127.0.0.1:{port}"

    return run


@pytest.fixture
def with_agent() -> Callable[[str], str]:
    """Return a program with what it takes to `serve(replies)` at its beginning."""
    return lambda program: AGENT + textwrap.dedent(program)


@pytest.fixture
def serve_agent(serve: Callable[[str], str], with_agent: Callable[[str], str]) -> Callable[[str], str]:
    """Run a program that has what it takes to `serve(replies)`, and return the page's address."""
    return lambda program: serve(with_agent(program))


@pytest.fixture(scope="module")  # Playwright occupies the event loop of its thread, which tests without a page may need
def chromium() -> Iterator[Any]:
    """Return a headless Chromium."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "These tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=300_000)
        yield browser
        browser.close()


@pytest.fixture
def look(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Chat]]:
    """Open an address in a browser session of its own; nothing else may be asked for.

    With SCREENSHOTS in the environment, what a test leaves behind is to be seen in that folder.
    """
    contexts: list[Any] = []
    elsewhere: list[str] = []

    def open_page(
        address: str, width: int = 1200, beside: Chat | None = None, wait_for: str = "textarea", **options: Any
    ) -> Chat:
        size = {"width": width, "height": 900}
        context = beside.page.context if beside else chromium.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((address, "data:", "blob:")) else elsewhere.append(asked.url),
        )
        page.goto(address)
        page.wait_for_selector(wait_for)
        return Chat(page)

    yield open_page
    pages = [page for context in dict.fromkeys(contexts) for page in context.pages]
    if folder := os.environ.get("SCREENSHOTS"):
        for number, page in enumerate(pages):
            page.screenshot(path=Path(folder) / f"{request.node.name}_{number}.png")
    for context in dict.fromkeys(contexts):
        context.close()
    assert elsewhere == []
