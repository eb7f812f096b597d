"""A fake of E2B for the tests, which are left out where E2B's SDK is not installed."""

import importlib.util
from collections.abc import Iterator

import pytest
from smolagents_testing import FakeE2BServer

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("e2b_code_interpreter") is None else []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeE2BServer]:
    """Return a running fake, which the SDK takes for E2B."""
    with FakeE2BServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
