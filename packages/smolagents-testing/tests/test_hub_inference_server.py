import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_testing import FakeHubInferenceServer
from smolagents_testing.hub_inference_server import TOKEN, HubModel


@pytest.fixture
def server() -> Iterator[FakeHubInferenceServer]:
    models = {"a/b": HubModel({"novita": "b-fast"}), "a/c": HubModel(gated=True)}
    with FakeHubInferenceServer(hub_models=models) as fake:
        fake.always("Hi")
        yield fake


def asked(
    server: FakeHubInferenceServer, method: str, path: str, model: str = "", token: str = TOKEN
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"))
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello"}]}) if model else None
    connection.request(method, path, body, {"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


@pytest.mark.parametrize(
    ("path", "model", "status"),
    [
        ("/v1/chat/completions", "a/b", 200),
        ("/novita/v3/openai/chat/completions", "b-fast", 200),
        ("/novita/v3/openai/chat/completions", "a/b", 400),
        ("/novita/v1/chat/completions", "b-fast", 404),
        ("/together/v1/chat/completions", "b-fast", 400),
        ("/v1/completions", "a/b", 404),
    ],
)
def test_providers_have_paths_and_models_of_their_own(
    server: FakeHubInferenceServer, path: str, model: str, status: int
) -> None:
    assert asked(server, "POST", path, model)[0] == status
    assert len(server.requests) == (status == 200)


def test_the_token_is_checked(server: FakeHubInferenceServer) -> None:
    assert asked(server, "POST", "/v1/chat/completions", "a/b", token="hf_other")[0] == 401


def test_pages_say_who_serves_a_model(server: FakeHubInferenceServer) -> None:
    status, page = asked(server, "GET", "/api/models/a/b?expand=inferenceProviderMapping")
    mapping = {"novita": {"status": "live", "providerId": "b-fast", "task": "conversational"}}
    assert (status, page["inferenceProviderMapping"]) == (200, mapping)
    assert asked(server, "GET", "/api/models/a/b")[1]["pipeline_tag"] == "text-generation"
    assert asked(server, "GET", "/api/models/a/c")[0] == 403
    assert asked(server, "GET", "/api/models/a/d")[0] == 404
