"""One spelling of models for programs and for the command line."""

from collections.abc import Iterator
from typing import Any

import pytest
from smolagents.errors import MissingPluginError
from smolagents.models import resolve_model
from smolagents.models.servers import advice_on_context
from smolagents.plugins import FIRST_PARTY, available, register, unregister
from smolagents_models_openai import AzureOpenAIModel, OpenAIModel
from smolagents_testing import FakeOllamaServer, FakeOpenAIServer, ScriptedModel


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenAIServer]:
    """A server that needs no real key, as local ones do, where Ollama would be."""
    with FakeOpenAIServer(api_key="none", models=("qwen3:8b", "llama3.2:latest")) as running:
        monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", f"ollama={running.endpoint}, vllm=http://127.0.0.1:9")
        yield running


def test_provider_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    model = resolve_model("openai/gpt-4.1", temperature=0.2)
    assert type(model) is OpenAIModel
    assert (model.model_id, model.kwargs["temperature"]) == ("gpt-4.1", 0.2)
    assert resolve_model("openai").model_id == "gpt-4.1"
    assert resolve_model("OpenAIModel/org/some-model").model_id == "org/some-model"
    azure = resolve_model("azure/mine", azure_endpoint="https://acme.openai.azure.com", api_version="1", api_key="k")
    assert (type(azure), azure.model_id) == (AzureOpenAIModel, "mine")


def test_local_server(server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-must-not-be-sent")
    server.reply("Hello.")
    model = resolve_model("ollama/llama3.2")
    assert model.generate([{"role": "user", "content": "Hi"}]).content == "Hello."
    assert resolve_model("ollama").model_id == "qwen3:8b"
    assert "sk-must-not-be-sent" not in str([request.headers for request in server.requests])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("opnai/gpt-4.1", r"unknown model 'opnai/gpt-4.1'\. Did you mean openai\?.*PREFIX/ID"),
        ("ollama/lama3.2", r"no model lama3.2\. Did you mean llama3.2\? Get it: ollama pull lama3.2"),
        (
            "Qwen/Qwen3-32B",
            r"unknown model 'Qwen/Qwen3-32B'\. If it is one of the Hugging Face Hub: hf/Qwen/Qwen3-32B\.",
        ),
        (
            "vllm",
            r"vLLM does not answer at http://127.0.0.1:9/v1 with a model\. You can start it: vllm serve MODEL; or",
        ),
    ],
)
@pytest.mark.usefixtures("server")
def test_what_cannot_be_had(spec: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        resolve_model(spec)


@pytest.mark.parametrize(
    ("spec", "model_type"),
    [
        ("hf/Qwen/Qwen3-32B", "InferenceClientModel"),
        ("bedrock/amazon.nova-pro-v1:0", "AmazonBedrockModel"),
        ("transformers/Qwen/Qwen3-0.6B", "TransformersModel"),
        ("mlx/mlx-community/Qwen3-0.6B-4bit", "MLXModel"),
        ("litellm/groq/llama-3.3-70b", "LiteLLMModel"),
        ("anthropic/claude-sonnet-4-5", "LiteLLMModel"),
    ],
)
def test_missing_plugin_is_named(spec: str, model_type: str) -> None:
    if available(model_type):
        pytest.skip("it is installed here")
    with pytest.raises(MissingPluginError, match=f"pip install {FIRST_PARTY[model_type]}"):
        resolve_model(spec)


def test_a_class_without_a_default_needs_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ValueError, match=r"'openai' names no model: write openai/ID"):
        resolve_model("openai", api_key="k")
    assert resolve_model("openai", api_key="k", model_id="gpt-4.1").model_id == "gpt-4.1"


def test_local_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", "")
    with FakeOllamaServer() as server:
        server.reply("Hello.")
        model = resolve_model("ollama/llama3.2", api_base=server.url)
        assert model.generate([{"role": "user", "content": "Hi"}]).content == "Hello."
        model.client.close()  # else the garbage collector complains of its connection, in whatever test it comes


def test_local_server_without_the_plugin_that_talks_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", "ollama=http://127.0.0.1:9")
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "smolagents-models-openai")
    with pytest.raises(ImportError, match="smolagents-models-openai"):
        resolve_model("ollama/llama3.2")


def test_vllm_is_a_server_or_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", "vllm=http://127.0.0.1:9")
    if not available("VLLMModel"):
        both = r"vllm serve org/model;.* in this process: pip install smolagents-models-vllm"
        with pytest.raises(ValueError, match=both):
            resolve_model("vllm/org/model")
    with FakeOpenAIServer(api_key="none", models=("org/model",)) as server:
        monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", f"vllm={server.endpoint}")
        server.reply("Hello.")
        assert resolve_model("vllm/org/model").generate([{"role": "user", "content": "Hi"}]).content == "Hello."


class Mine:
    @staticmethod
    def resolve_model(spec: str) -> Any:
        return ScriptedModel(["Mine."]) if spec.startswith("mine/") else None


def test_what_a_plugin_knows() -> None:
    from smolagents.hooks import hookimpl

    plugin = type("Plugin", (), {"resolve_model": staticmethod(hookimpl(Mine.resolve_model))})()
    register(plugin, name="mine")
    try:
        assert resolve_model("mine/x").generate([{"role": "user", "content": "Hi"}]).content == "Mine."
        with pytest.raises(ValueError, match="takes no options: leave out temperature"):
            resolve_model("mine/x", temperature=1)
    finally:
        unregister(plugin)


def test_advice_on_context_is_for_ollama_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeOllamaServer(context_length=2048) as server:
        assert "gives llama3.2 no more than 2,048 tokens" in advice_on_context(server.url, "llama3.2")
        assert "gives llama3.2:latest no more than 2,048" in advice_on_context(f"{server.url}/", "llama3.2:latest")
        # What is not loaded yet may get more, which only shows then.
        assert "may give other no more than 4,096 tokens" in advice_on_context(server.url, "other")
    assert advice_on_context(server.url, "llama3.2") == "", "nobody answers"
    with FakeOpenAIServer() as other:
        assert advice_on_context(other.url, "llama3.2") == ""
    assert advice_on_context("https://api.example/v1", "llama3.2") == ""
