"""Which model does the work, and what is said about it."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents.cli.arguments import Options, parse_arguments
from smolagents.cli.choice import Choice, choose_model
from smolagents.cli.models import FIREWORKS, load_model
from smolagents.cli.problems import UsageError
from smolagents.plugins import register, unregister
from smolagents_testing.openai_server import FakeOpenAIServer

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def server() -> Iterator[FakeOpenAIServer]:
    """A server that needs no real key, as local ones do."""
    with FakeOpenAIServer(api_key="none", models=("nomic-embed-text", "qwen3:8b", "llama3.2:latest")) as running:
        yield running


def chosen(*arguments: str) -> Choice:
    return choose_model(parse_arguments(["task", *arguments]))


def test_a_key_in_the_environment_decides(monkeypatch: pytest.MonkeyPatch, server: FakeOpenAIServer) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", server.endpoint)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")  # of a class that is not installed
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    choice = chosen()
    assert (choice.model_type, choice.model_id, choice.api_base) == ("OpenAIModel", "gpt-4.1", None)
    assert str(choice) == "OpenAIModel gpt-4.1 (OPENAI_API_KEY is set)"


def test_azure_needs_all_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://acme.openai.azure.com")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    with pytest.raises(UsageError):
        chosen()
    monkeypatch.setenv("AZURE_OPENAI_DEPLOYMENT", "my-gpt")
    assert (chosen().model_type, chosen().model_id) == ("AzureOpenAIModel", "my-gpt")


def test_a_local_server_that_answers(monkeypatch: pytest.MonkeyPatch, server: FakeOpenAIServer) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", f"lmstudio=http://127.0.0.1:9, ollama={server.endpoint}")
    choice = chosen()
    assert str(choice) == f"OpenAIModel qwen3:8b (Ollama answers at {server.url})"
    assert (choice.api_base, choice.api_key) == (server.url, "none")


def test_something_else_on_the_port_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeOpenAIServer(models=()) as empty, FakeOpenAIServer(models=("m",)) as full:
        monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", f"{empty.endpoint}/elsewhere,{empty.endpoint},{full.endpoint}/")
        assert chosen().api_base == full.url


def test_smolagents_model_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("SMOLAGENTS_MODEL", "replay/turns.jsonl")
    assert str(chosen()) == "ReplayModel turns.jsonl (SMOLAGENTS_MODEL names it)"
    assert str(chosen("--model", "openai/gpt-5")) == "OpenAIModel gpt-5"
    assert str(chosen("--model-type", "OpenAIModel")) == "OpenAIModel gpt-4.1"


@pytest.mark.parametrize(
    ("spec", "model_type", "model_id"),
    [
        ("openai/gpt-5", "OpenAIModel", "gpt-5"),
        ("hf/Qwen/Qwen3-32B", "InferenceClientModel", "Qwen/Qwen3-32B"),
        ("hf", "InferenceClientModel", None),
        ("anthropic/claude-sonnet-4-5", "LiteLLMModel", "anthropic/claude-sonnet-4-5"),
        ("litellm/groq/llama", "LiteLLMModel", "groq/llama"),
        ("OpenAIModel/gpt-5", "OpenAIModel", "gpt-5"),
        ("ReplayModel/folder/turns.jsonl", "ReplayModel", "folder/turns.jsonl"),
        ("replay//tmp/turns.jsonl", "ReplayModel", "/tmp/turns.jsonl"),
    ],
)
def test_specs(spec: str, model_type: str, model_id: str | None) -> None:
    choice = chosen("--model", spec)
    assert (choice.model_type, choice.model_id, choice.why) == (model_type, model_id, "")


def test_specs_of_local_servers(monkeypatch: pytest.MonkeyPatch, server: FakeOpenAIServer) -> None:
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", f"ollama={server.endpoint}")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-that-server")
    assert chosen("--model", "ollama").model_id == "qwen3:8b"
    choice = chosen("--model", "ollama/llama3.2")
    assert (choice.model_type, choice.model_id, choice.api_base) == ("OpenAIModel", "llama3.2", server.url)
    assert choice.api_key == "none"
    with pytest.raises(UsageError, match=r"no model qwen3:8\. Did you mean qwen3:8b\? Get it: ollama pull qwen3:8$"):
        chosen("--model", "ollama/qwen3:8")


def test_specs_that_a_plugin_knows() -> None:
    class Brain:
        model_id = "deep-thought"

        def generate(self, messages: Any, **kwargs: Any) -> None: ...

    class Plugin:
        def resolve_model(self, spec: str) -> Any:
            return Brain() if spec.startswith("acme:") else None

    from smolagents.hooks import hookimpl

    Plugin.resolve_model = hookimpl(Plugin.resolve_model)  # type: ignore[method-assign]
    plugin = Plugin()
    register(plugin, "acme")
    try:
        choice = chosen("--model", "acme:42")
        assert (str(choice), type(choice.load())) == ("Brain deep-thought", Brain)
        with pytest.raises(UsageError, match="unknown model 'other:42'"):
            chosen("--model", "other:42")
    finally:
        unregister(plugin)


def test_an_address_alone_asks_it_for_its_models(server: FakeOpenAIServer) -> None:
    choice = chosen("--api-base", server.url)
    assert (choice.model_type, choice.model_id, choice.api_key) == ("OpenAIModel", "qwen3:8b", "none")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("notaurl", r"--api-base 'notaurl' is no address\. Write it as https://HOST/v1"),
        ("localhost:11434/v1", r"is no address\. Did you mean http://localhost:11434/v1\? Write it as"),
        ("http://host:port/v1", r"is no address\. Write it as"),
        ("ftp://host/v1", r"is no address\. Write it as"),
        ("http://", r"is no address\. Write it as"),
    ],
)
@pytest.mark.parametrize("named", [[], ["--model", "openai/m"], ["--model", "hf/m"], ["--model-id", "m"]])
def test_an_address_that_is_none(address: str, said: str, named: list[str]) -> None:
    with pytest.raises(UsageError, match=said):
        chosen("--api-base", address, *named)


def test_a_local_server_at_another_address(server: FakeOpenAIServer) -> None:
    choice = chosen("--model", "ollama/llama3.2", "--api-base", server.url)
    assert (choice.model_type, choice.model_id, choice.api_base) == ("OpenAIModel", "llama3.2", server.url)


def test_an_address_gets_the_key_that_is_meant_for_it(
    monkeypatch: pytest.MonkeyPatch, server: FakeOpenAIServer
) -> None:
    assert chosen("--api-base", server.url, "--model-id", "m", "--api-key", "mine").api_key == "mine"
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    assert chosen("--api-base", server.url, "--model-id", "m").api_key is None  # the client takes OPENAI_API_KEY


def test_a_model_id_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen("--model-id", "Qwen/Qwen3-32B").model_type == "InferenceClientModel"
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    assert str(chosen("--model-id", "gpt-5")) == "OpenAIModel gpt-5 (OPENAI_API_KEY is set)"


@pytest.mark.parametrize(
    ("variable", "ways"),
    [
        (None, ["a provider's key: export OPENAI_API_KEY=…", "ollama serve", 'smolagent "…" --model openai/gpt-4.1']),
        (
            "GEMINI_API_KEY",
            [
                "GEMINI_API_KEY is set: pip install smolagents-models-litellm",
                "then in another terminal: ollama pull",
                "SMOLAGENTS_MODEL",
            ],
        ),
    ],
)
def test_three_ways_out(monkeypatch: pytest.MonkeyPatch, variable: str | None, ways: list[str]) -> None:
    if variable is not None:
        monkeypatch.setenv(variable, "key")
    with pytest.raises(UsageError) as error:
        chosen()
    first, *lines = str(error.value).splitlines()
    assert first == "no model to work with. Three ways out:"
    assert [line.split()[0] for line in lines] == ["1.", "2.", "3."]
    assert all(way in " ".join(line.split()) for way, line in zip(ways, lines, strict=True))


def test_ways_out_without_the_openai_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen("--model", "replay/turns.jsonl")  # imports what it takes, while it can be found
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if not folder.endswith("-packages")])
    with pytest.raises(UsageError) as error:
        chosen()
    _, first, second, _ = str(error.value).splitlines()
    assert first.endswith(":  pip install smolagents-models-openai && export OPENAI_API_KEY=…")
    assert ":  pip install smolagents-models-openai && OLLAMA" in second


def test_load_model_of_the_different_types(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    recording = tmp_path / "turns.jsonl"
    recording.write_text('"hello"\n')
    assert load_model("ReplayModel", str(recording)).model_id == str(recording)
    model = load_model("OpenAIServerModel", "m", api_base="http://127.0.0.1:9/v1", api_key="sk-secret")
    assert (model.model_id, model.client_kwargs["base_url"]) == ("m", "http://127.0.0.1:9/v1")
    with pytest.raises(ValueError, match="Unsupported model type: NoModel"):
        load_model("NoModel", "m")
    with pytest.raises(ImportError, match="pip install smolagents-models-litellm"):
        load_model("LiteLLMModel", "m")


def test_fireworks_is_used_where_only_its_key_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREWORKS_API_KEY", "fw-key")
    assert load_model("OpenAIModel", "m").client_kwargs["base_url"] == FIREWORKS
    monkeypatch.setenv("OPENAI_API_KEY", "sk-key")
    assert load_model("OpenAIModel", "m").client_kwargs.get("base_url") != FIREWORKS


def test_a_program_may_replace_load_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("smolagents.cli.load_model", lambda *args, **kwargs: asked.append((args, kwargs)) or "model")
    assert choose_model(Options(model_type="Mine", model_id="m", provider="p")).load() == "model"
    assert asked == [(("Mine", "m"), {"api_base": None, "api_key": None, "provider": "p"})]
