"""The fake web in place of the services, and no tests where the libraries are not installed: those have a lane."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from smolagents_testing import FakeWebServer

LIBRARIES = ("bs4", "ddgs", "httpx", "markdownify", "pypdf")
collect_ignore_glob = [] if all(map(find_spec, LIBRARIES)) else ["test_*.py"]

KEYS = ("EXA_API_KEY", "SERPAPI_API_KEY", "SERPER_API_KEY", "BRAVE_API_KEY")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWebServer]:
    """Return a running fake web that all services' addresses lead to, its keys in the environment."""
    from ddgs.engines import ENGINES
    from ddgs.engines.duckduckgo import Duckduckgo
    from smolagents_tools_web import connections, endpoints, services

    with FakeWebServer() as server:
        paths = {"DUCKDUCKGO": "/duckduckgo/lite", "BING": "/bing", "EXA": "/exa", "SERPAPI": "/serpapi"}
        paths |= {"SERPER": "/serper", "BRAVE": "/brave", "WIKIPEDIA": "/wikipedia"}
        for name, path in paths.items():
            monkeypatch.setattr(endpoints, name, server.url + path)
        monkeypatch.setitem(ENGINES, "text", {"duckduckgo": Duckduckgo})
        monkeypatch.setattr(Duckduckgo, "search_url", f"{server.url}/duckduckgo/html")
        monkeypatch.setattr(services, "FIRST_WAIT", 0.0)
        for key in KEYS:
            monkeypatch.setenv(key, server.api_key)
        yield server
        services.close()
        connections.close()
