"""Errors of LiteLLM that hide what to do say it here, and are not tried again where that is of no use."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import litellm
import pytest
from smolagents_models_litellm import LiteLLMModel
from smolagents_testing import FakeOpenAIServer

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("model_id", "variable"),
    [
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("azure/my-deployment", "AZURE_API_BASE"),
        ("cerebras/llama-3.3-70b", "CEREBRAS_API_KEY"),
        ("fireworks_ai/x", "FIREWORKS_AI_API_KEY"),
        ("gemini/gemini-2.5-pro", "GEMINI_API_KEY"),
        ("gpt-4.1", "OPENAI_API_KEY"),
        ("perplexity/sonar", "PERPLEXITYAI_API_KEY"),
    ],
)
def test_missing_keys_are_named_at_once(model_id: str, variable: str, caplog: pytest.LogCaptureFixture) -> None:
    model = LiteLLMModel(model_id)
    said = rf"(?i)(missing|not set).*No credentials for {model_id}: set .*{variable}"
    with pytest.raises(litellm.AuthenticationError, match=said) as caught:
        model.generate(HELLO)
    assert "Traceback" not in str(caught.value)
    with pytest.raises(litellm.AuthenticationError, match=said):
        asyncio.run(model.agenerate(HELLO))
    assert "trying again" not in caplog.text


@pytest.mark.parametrize("model_id", ["mistral/m", "groq/m", "deepseek/m", "openrouter/m", "together_ai/m", "xai/m"])
def test_missing_keys_that_only_the_server_misses(openai_server: FakeOpenAIServer, model_id: str) -> None:
    variable = r"(MISTRAL|GROQ|DEEPSEEK|OPENROUTER|TOGETHERAI|XAI)_API_KEY"
    with pytest.raises(litellm.AuthenticationError, match=rf"Incorrect API key provided.*set {variable}"):
        LiteLLMModel(model_id, api_base=openai_server.url).generate(HELLO)


def test_a_model_of_no_provider_is_an_error_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(litellm.BadRequestError, match="You passed model=nonsense"):
        LiteLLMModel("nonsense").generate(HELLO)
    assert "trying again" not in caplog.text


def test_an_unreachable_server_is_named_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with FakeOpenAIServer() as server:
        url = server.url
    model = LiteLLMModel("openai/m", api_base=url, api_key="k")
    with pytest.raises(litellm.InternalServerError, match=rf"Nobody answers at {url}: is the server running"):
        model.generate(HELLO)
    with pytest.raises(litellm.InternalServerError, match=rf"Nobody answers at {url}: is the server running"):
        asyncio.run(model.agenerate(HELLO))
    assert "trying again" not in caplog.text


CALL_WITH_TOOLS = """
import asyncio, sys
sys.modules["mcp"] = None  # as if it were not there
from smolagents import LiteLLMModel, LiteLLMRouterModel, FinalAnswerTool
deployment = {"model": "openai/m", "api_base": "http://127.0.0.1:9/v1", "api_key": "k"}
messages = [{"role": "user", "content": "Hello"}]
for model in (
    LiteLLMModel("openai/m", api_base="http://127.0.0.1:9/v1", api_key="k"),
    LiteLLMRouterModel("group", [{"model_name": "group", "litellm_params": deployment}]),
):
    for ask in (model.generate, lambda *args, **kwargs: asyncio.run(model.agenerate(*args, **kwargs))):
        try:
            ask(messages, tools_to_call_from=[FinalAnswerTool()])
        except ImportError as error:
            print(error)
"""


def test_tools_without_mcp_name_the_package() -> None:
    program = [sys.executable, "-c", CALL_WITH_TOOLS]
    done = subprocess.run(program, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    said = done.stdout.splitlines()
    assert len(said) == 4, done.stderr
    assert all("LiteLLM takes no tools" in line and "pip install 'litellm[mcp]'" in line for line in said)
    assert "trying again" not in done.stderr


def test_tools_need_nothing_else(openai_server: FakeOpenAIServer) -> None:
    """LiteLLM, openai and mcp of the same environment work together."""
    import mcp
    import openai

    assert (mcp.__name__, openai.__name__) == ("mcp", "openai")
    openai_server.reply("Hi")
    tool: dict[str, Any] = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}}
    model = LiteLLMModel("openai/m", api_base=openai_server.url, api_key=openai_server.api_key)
    model.generate(HELLO, tools=[{"type": "function", "function": tool}])
    assert openai_server.requests[0].body["tools"][0]["function"]["name"] == "f"
