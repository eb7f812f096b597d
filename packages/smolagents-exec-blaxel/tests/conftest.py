"""A fake of Blaxel for the tests, which are left out where Blaxel's SDK is not installed."""

import importlib.util
from collections.abc import Iterator

import pytest
from smolagents_testing import FakeBlaxelServer

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("blaxel") is None else []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBlaxelServer]:
    """Return a running fake, which the SDK takes for Blaxel."""
    with FakeBlaxelServer(by_line=True) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with server.as_blaxel():
            yield server
