"""A Modal of our own for all tests; without the SDK there are none."""

import importlib.util
import os
from collections.abc import Iterator

import pytest

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("modal") is None else []


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[object]:
    """Return the server that the SDK of this process talks to."""
    from smolagents_testing.modal_server import FakeModalServer

    with pytest.MonkeyPatch.context() as patch, FakeModalServer() as running:
        for name in [name for name in os.environ if name.startswith("MODAL_")]:
            patch.delenv(name)
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running
