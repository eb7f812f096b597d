"""The model keeps the promises of every model: at a server of one's own, and through the SDK's routing."""

from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_models_hf import InferenceClientModel
from smolagents_testing import FakeHubInferenceServer, ModelConformance


class Kit(ModelConformance):
    key_variable = "HF_TOKEN"
    impatient = {"timeout": 0.2}
    route: dict[str, Any] = {}

    def make_server(self) -> FakeHubInferenceServer:
        return FakeHubInferenceServer()

    def make_model(self, server: FakeHubInferenceServer, **options: Any) -> InferenceClientModel:
        return InferenceClientModel("fake/model", **{"api_key": server.api_key, **self.route, **options})


class TestAtOwnServer(Kit):
    def make_model(self, server: FakeHubInferenceServer, **options: Any) -> InferenceClientModel:
        return super().make_model(server, **{"base_url": server.url, **options})


class RoutedKit(Kit):
    @pytest.fixture(autouse=True)
    def wrong_key_of_the_right_form(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # The SDK refuses another for the router by itself.
        monkeypatch.setattr("smolagents_testing.model_conformance_server.WRONG_KEY", "hf_wrong9876543210fedcba")

    @pytest.fixture
    def server(self) -> Iterator[FakeHubInferenceServer]:
        with self.make_server() as server, server.redirected():
            yield server


class TestByTheRouter(RoutedKit):
    """The provider is Hugging Face's choice."""


class TestAtNovita(RoutedKit):
    route = {"provider": "novita"}


class TestAtHFInference(RoutedKit):
    route = {"provider": "hf-inference"}
