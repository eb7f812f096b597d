"""Nobody is logged in, and no tests where huggingface_hub is not installed: it comes with the lane for SDKs."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from smolagents_testing import FakeHubServer

collect_ignore_glob = ["test_*.py"] if find_spec("huggingface_hub") is None else []


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("HF_", "HUGGING_FACE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHubServer]:
    """A Hub on this machine that we are logged in to."""
    with FakeHubServer() as running, running.redirected():
        monkeypatch.setenv("HF_TOKEN", running.token)
        yield running
