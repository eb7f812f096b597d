"""A fake of Hugging Face's inference: its router, its providers, and the page of the Hub that says who serves what.

The client of huggingface_hub talks to it as to the real thing: as to a server of one's own (`base_url=server.url`), or
with its routing between providers, whose addresses are fixed in its code and lead here inside `redirected()`. Sources:
https://huggingface.co/docs/inference-providers and the client's own requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import unquote

from smolagents.usage import TokenUsage

from smolagents_testing.openai_server import Failure, FakeOpenAIServer, Handler, ServerRequest
from smolagents_testing.openai_wire import refusal_of

TOKEN = "hf_fake0123456789abcdef"
# Those of providers that have not the usual one.
_PATHS = {
    "cohere": "compatibility/v1/chat/completions",
    "deepinfra": "v1/openai/chat/completions",
    "fireworks-ai": "inference/v1/chat/completions",
    "groq": "openai/v1/chat/completions",
    "novita": "v3/openai/chat/completions",
    "zai-org": "api/paas/v4/chat/completions",
}
_SERVED = {"novita": "fake/hosted-model", "together": "fake/other-model", "hf-inference": "fake/model"}


@dataclass
class HubModel:
    """Describe a model of the Hub.

    Args:
        providers: The providers that serve it, with the name that each has for it.
        gated: Whether its page is closed to whoever has not accepted its terms.
        pipeline_tag: What it does.
    """

    providers: Mapping[str, str] = field(default_factory=lambda: dict(_SERVED))
    gated: bool = False
    pipeline_tag: str = "text-generation"


class FakeHubInferenceServer(FakeOpenAIServer):
    """Serve chat completions by the paths of the router and its providers; used as `FakeOpenAIServer` is.

    Args:
        api_key: The only token that is accepted.
        usage: Token usage of every answer that brings none.
        honours_stop: Whether answers end at the request's stop sequences.
        hub_models: The models of the Hub, by name.
    """

    def __init__(
        self,
        api_key: str = TOKEN,
        usage: TokenUsage = TokenUsage(10, 5),
        honours_stop: bool = True,
        hub_models: Mapping[str, HubModel] | None = None,
    ) -> None:
        super().__init__(api_key, usage, honours_stop)
        self.hub_models = dict(hub_models or {"fake/model": HubModel()})

    @contextmanager
    def redirected(self) -> Iterator[None]:
        """Lead what huggingface_hub sends to Hugging Face and to providers here, for as long as the block lasts."""
        from huggingface_hub import constants
        from huggingface_hub.inference import _providers as providers
        from huggingface_hub.inference._providers import _common, hf_inference

        with ExitStack() as patched:

            def patch(owner: Any, name: str, path: str) -> None:
                patched.enter_context(mock.patch.object(owner, name, f"{self.endpoint}{path}"))

            patch(constants, "ENDPOINT", "")
            patch(constants, "INFERENCE_PROXY_TEMPLATE", "/{provider}")
            patch(providers.CONVERSATIONAL_AUTO_ROUTER, "base_url", "")
            for name, tasks in providers.PROVIDERS.items():
                if "conversational" in tasks:  # where a key of the provider's own leads
                    patch(tasks["conversational"], "base_url", f"/{name}")
            # What the real Hub, or another of these servers, said about models.
            _common._fetch_inference_provider_mapping.cache_clear()
            hf_inference._check_supported_task.cache_clear()
            yield

    def _make_handler(self) -> type[Handler]:
        return _Handler

    def refusal_of_route(self, path: str, model: str) -> Failure | None:
        """Return why a request for a model is refused on a path, or None."""
        provider, found = _route(path)
        if not found:
            return Failure(404, f"Not Found: {path}")
        if provider == "":  # a server of one's own, or the router that chooses
            return None
        served = {known.providers.get(provider) for known in self.hub_models.values()}
        if model not in served:
            return Failure(400, f"Model {model} is not supported by {provider}", code="model_not_supported")
        return None


class _Handler(Handler):
    def do_GET(self) -> None:  # noqa: N802 (a name of http.server)
        path, _, query = self.path.partition("?")
        model_id = unquote(path).removeprefix("/api/models/")
        if model_id == unquote(path):
            return super().do_GET()
        fake = self.server.fake
        assert isinstance(fake, FakeHubInferenceServer)
        if (model := fake.hub_models.get(model_id)) is None:
            return self._refuse_page(404, "RepoNotFound", "Repository not found")
        if model.gated:
            message = f"Access to model {model_id} is restricted. You must have access to it."
            return self._refuse_page(403, "GatedRepo", message)
        page: dict[str, Any] = {"id": model_id, "tags": ["conversational"]}
        if "inferenceProviderMapping" in query:
            page["inferenceProviderMapping"] = {
                provider: {"status": "live", "providerId": name, "task": "conversational"}
                for provider, name in model.providers.items()
            }
        else:
            page["pipeline_tag"] = model.pipeline_tag
        return self._send(200, page)

    def do_POST(self) -> None:  # noqa: N802
        fake = self.server.fake
        assert isinstance(fake, FakeHubInferenceServer)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if key != fake.api_key:
            return self._fail(Failure(401, f"Incorrect API key provided: {key}."))
        refused = fake.refusal_of_route(self.path, body.get("model", ""))
        if refused is not None:
            return self._fail(refused)
        answer = fake._next(request := ServerRequest(self.path, headers, body, self.client_address))
        problem = refusal_of(body)
        return self._answer(request, Failure(400, problem) if problem else answer)

    def _refuse_page(self, status: int, code: str, message: str) -> None:
        self._send(status, {"error": message}, {"X-Error-Code": code, "X-Error-Message": message})


def _route(path: str) -> tuple[str, bool]:
    """Return the provider that a path leads to, "" for the router itself, and whether the path exists."""
    if path == "/v1/chat/completions":
        return "", True
    if re.fullmatch(r"/hf-inference/models/.+/v1/chat/completions", path):
        return "hf-inference", True
    provider, _, rest = path.removeprefix("/").partition("/")
    return provider, rest == _PATHS.get(provider, "v1/chat/completions")
