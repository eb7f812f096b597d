from collections.abc import Callable

import pytest
import smolagents_testing
from smolagents_testing import FakeOpenAIServer, ScriptedModel


def test_fixtures(scripted_model: Callable[..., ScriptedModel], openai_server: FakeOpenAIServer) -> None:
    model = scripted_model("a", "b", per_run=True)
    assert [model.generate([]).content for _ in range(2)] == ["a", "a"]
    assert openai_server.url.endswith("/v1")


@pytest.mark.parametrize("name", smolagents_testing.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(smolagents_testing, name).__name__ == name


def test_other_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        smolagents_testing.nothing
