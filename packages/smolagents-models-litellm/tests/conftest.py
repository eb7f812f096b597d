"""No tests where LiteLLM is not installed: it has a lane of its own, scripts/test-litellm."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore_glob = ["test_*.py"] if find_spec("litellm") is None else []

# Some tests import LiteLLM before a model does, and it would fetch its table of prices.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

# LiteLLM's, and none of ours: its types and pydantic, and an event loop that its logging makes and nobody closes.
_IGNORED = (
    "ignore:Items? '.*' on TypedDict",
    "ignore:Accessing the 'model_",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for warning in _IGNORED:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the keys out of the environment."""
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
