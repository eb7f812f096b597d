"""The connection to chromedriver, with an end to all waiting."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from smolagents_browser.errors import BrowserError, BrowserGone, PageTooSlow

COMMAND_SECONDS = 30
MAX_ANSWER_BYTES = 2**25


class BoundedConnection:
    """Pass commands on to chromedriver until the time is up that they may take together.

    Helium looks at elements one by one, so that on a page with a hundred thousand of them a single click would take
    hours, though each command is quick.

    Args:
        connection: Selenium's connection.
        config: Its configuration.
    """

    def __init__(self, connection: Any, config: Any) -> None:
        self._connection = connection
        self._config = config
        self._deadline = math.inf

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Let the commands of a `with` block take so long together."""
        self._deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            self._deadline = math.inf

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Wait for each command of a `with` block so long, and no longer."""
        before, self._config.timeout = self._config.timeout, seconds
        try:
            yield
        finally:
            self._config.timeout = before

    def execute(self, command: str, params: dict[str, Any]) -> Any:
        """Have chromedriver run a command.

        Raises:
            PageTooSlow: It takes too long, alone or together with those before it.
            BrowserGone: Chromedriver has ended.
            BrowserError: The answer is too long.
        """
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        if time.monotonic() > self._deadline:
            raise PageTooSlow(
                "This took too long, and was given up: the page is large or busy. Ask for something smaller."
            )
        try:
            return self._connection.execute(command, params)
        except ReadTimeoutError:
            raise PageTooSlow("The page does not react any more.") from None
        except HTTPError:
            raise BrowserGone from None


class _ShortAnswers:
    """Take no long answers from a server: a page decides what its title and its texts are, and how long.

    Args:
        pool: Urllib3's connections to the server.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def request(self, method: str, url: str, **options: Any) -> Any:
        answer = self._pool.request(method, url, preload_content=False, **options)
        size = int(answer.headers.get("Content-Length", 0))
        if size > MAX_ANSWER_BYTES:
            answer.close()
            raise BrowserError(f"The page answered with {size:,} bytes, which is too much to read. Go to another one.")
        return answer

    def clear(self) -> None:
        self._pool.clear()


def connect(address: str) -> BoundedConnection:
    """Return a connection to the chromedriver at an address."""
    from selenium.webdriver.chrome.remote_connection import ChromeRemoteConnection
    from selenium.webdriver.common.proxy import Proxy
    from selenium.webdriver.remote.client_config import ClientConfig

    config = ClientConfig(
        remote_server_addr=address,
        proxy=Proxy({"proxyType": "DIRECT"}),  # not the environment's
        timeout=COMMAND_SECONDS,
        init_args_for_pool_manager={"init_args_for_pool_manager": {"retries": False}},
    )
    connection: Any = ChromeRemoteConnection(address, client_config=config)
    connection._conn = _ShortAnswers(connection._conn)
    return BoundedConnection(connection, config)
