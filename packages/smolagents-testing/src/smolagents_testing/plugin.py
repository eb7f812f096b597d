"""Fixtures of the pytest plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from smolagents_testing.openai_server import FakeOpenAIServer
    from smolagents_testing.scripted import ScriptedModel

pytest.register_assert_rewrite(
    "smolagents_testing.executor_calls",
    "smolagents_testing.executor_conformance",
    "smolagents_testing.executor_lifecycle",
    "smolagents_testing.hosted_conformance",
    "smolagents_testing.model_conformance",
    "smolagents_testing.model_conformance_async",
    "smolagents_testing.model_conformance_parts",
    "smolagents_testing.model_conformance_server",
    "smolagents_testing.readme",
    "smolagents_testing.tool_conformance",
)


@pytest.fixture
def scripted_model() -> Callable[..., ScriptedModel]:
    """Return what makes a model of replies: `scripted_model("first", "second", per_run=True)`."""
    from smolagents_testing.scripted import ScriptedModel

    def make(*replies: Any, **options: Any) -> ScriptedModel:
        return ScriptedModel(replies, **options)

    return make


@pytest.fixture
def openai_server() -> Iterator[FakeOpenAIServer]:
    """Return a running fake of the OpenAI and Azure OpenAI APIs."""
    from smolagents_testing.openai_server import FakeOpenAIServer

    with FakeOpenAIServer() as server:
        yield server


@pytest.fixture(params=["local", "process"])
def executor_type(request: pytest.FixtureRequest) -> str:
    """Return the types of executor that core brings, one after the other."""
    from smolagents import plugins

    if not plugins.available(request.param):
        pytest.skip(f"this machine has no executor {request.param}")
    return str(request.param)
