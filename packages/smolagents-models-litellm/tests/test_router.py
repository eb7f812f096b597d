"""The router: what it is made of, where its calls go, and how it fails."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import litellm
import pytest
from smolagents_models_litellm import LiteLLMRouterModel
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.openai_server import Failure

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def other_server() -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer() as server:
        yield server


def deployment(server: FakeOpenAIServer, group: str = "group", **params: Any) -> dict[str, Any]:
    known = {"model": "openai/m", "api_base": server.url, "api_key": server.api_key}
    return {"model_name": group, "litellm_params": {**known, **params}}


@pytest.mark.parametrize(
    ("model_list", "said"),
    [
        ([], r"model_list must be a list of deployments"),
        ({"model_name": "g"}, r"model_list must be a list of deployments"),
        (["openai/m"], r"model_list\[0\] must be a deployment"),
        ([{"model_name": "g", "litellm_params": "openai/m"}], r"model_list\[0\] must be a deployment"),
        ([{"model_name": "g"}], r"model_list\[0\] has no 'litellm_params'"),
        ([{"litellm_params": {"model": "openai/m"}}], r"model_list\[0\] has no 'model_name'"),
        ([{"model_name": "g", "litellm_params": {"api_key": "k"}}], r"\['litellm_params'\] has no 'model'"),
        (
            [{"model_name": "g", "litellm_params": {"model": "openai/m", "api_key": "os.environ/NO_SUCH_KEY"}}],
            r"\[0\]: 'api_key' is 'os.environ/NO_SUCH_KEY', but that environment variable is not set",
        ),
        (
            [{"model_name": "large", "litellm_params": {"model": "openai/m", "api_key": "k"}}],
            r"no group 'larg'\. Did you mean large\? Its groups: large",
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_said(model_list: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LiteLLMRouterModel("larg", model_list)


def test_groups_have_other_names(openai_server: FakeOpenAIServer) -> None:
    openai_server.always("Hi")
    by_alias = LiteLLMRouterModel(
        "alias", [deployment(openai_server)], client_kwargs={"model_group_alias": {"alias": "group"}}
    )
    by_pattern = LiteLLMRouterModel("openai/gpt-4.1", [deployment(openai_server, "openai/*", model="openai/*")])
    assert by_alias.generate(HELLO).content == by_pattern.generate(HELLO).content == "Hi"
    assert openai_server.requests[1].body["model"] == "gpt-4.1"


def test_the_router_is_made_of_the_constructors_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []

    class Router:
        def __init__(self, **kwargs: Any) -> None:
            made.append(kwargs)

        def get_model_list(self, model_name: str) -> list[str]:
            return [model_name]

    monkeypatch.setattr(litellm, "Router", Router)
    model_list = [{"model_name": "group", "litellm_params": {"model": "openai/m", "api_key": "k"}}]
    model = LiteLLMRouterModel("group", model_list, {"routing_strategy": "least-busy"}, temperature=0.5)
    assert isinstance(model.client, Router)
    assert made == [{"model_list": model_list, "num_retries": 0, "routing_strategy": "least-busy"}]


def test_another_group_takes_over(openai_server: FakeOpenAIServer, other_server: FakeOpenAIServer) -> None:
    openai_server.always(Failure(503, "Overloaded."))
    other_server.always("I take over.")
    both = [deployment(openai_server, "large"), deployment(other_server, "small")]
    model = LiteLLMRouterModel("large", both, client_kwargs={"fallbacks": [{"large": ["small"]}]})
    assert model.generate(HELLO).content == "I take over."
    assert asyncio.run(model.agenerate(HELLO)).content == "I take over."
    assert [len(server.requests) for server in (openai_server, other_server)] == [2, 2]


def test_attempts_are_not_multiplied(openai_server: FakeOpenAIServer) -> None:
    openai_server.always(Failure(503, "Overloaded."))
    ours = LiteLLMRouterModel("group", [deployment(openai_server)])
    ours.retryer.wait_seconds = 0.001
    with pytest.raises(litellm.ServiceUnavailableError, match="Overloaded"):
        ours.generate(HELLO)
    assert len(openai_server.requests) == ours.retryer.max_attempts
    openai_server.requests.clear()
    its_own = LiteLLMRouterModel("group", [deployment(openai_server)], client_kwargs={"num_retries": 1})
    its_own.retryer.wait_seconds = 3600.0
    with pytest.raises(litellm.ServiceUnavailableError, match="Overloaded"):
        its_own.generate(HELLO)
    assert len(openai_server.requests) == 2


def test_waits_until_a_deployment_may_be_asked_again(
    openai_server: FakeOpenAIServer, other_server: FakeOpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    for server in (openai_server, other_server):
        server.reply(Failure(429, "Too many requests."))
        server.always("At last.")
    both = [deployment(openai_server), deployment(other_server)]
    model = LiteLLMRouterModel("group", both, client_kwargs={"cooldown_time": 3})
    model.retryer.wait_seconds = 0.001
    assert model.generate(HELLO).content == "At last."
    assert re.search(r"No deployments available.*; trying again in (?!0\.0)\d\.\d s", caplog.text)
    assert sorted(len(server.requests) for server in (openai_server, other_server)) == [1, 2]


def test_saving_keeps_references_to_keys(openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_OF_THE_NORTH", openai_server.api_key)
    openai_server.always("Hi")
    both = [deployment(openai_server, api_key="os.environ/KEY_OF_THE_NORTH", rpm=6000), deployment(openai_server, "g")]
    model = LiteLLMRouterModel("group", both, client_kwargs={"allowed_fails": 2})
    saved = json.dumps(model.to_dict())
    assert openai_server.api_key not in saved
    again = LiteLLMRouterModel.from_dict(json.loads(saved))
    assert again.model_list[0] == both[0]
    assert again.client_kwargs == {"allowed_fails": 2}
    assert again.generate(HELLO).content == "Hi"
    assert openai_server.api_key in json.dumps(both), "the program's own list was changed"
