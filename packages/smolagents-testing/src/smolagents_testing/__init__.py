"""Scripted models, wire-level fake servers and conformance kits for smolagents and its plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_MODULES = {
    "ExecutorConformance": "executor_conformance",
    "FakeBedrockServer": "bedrock_server",
    "FakeBlaxelServer": "blaxel_server",
    "FakeE2BServer": "e2b_server",
    "FakeHubInferenceServer": "hub_inference_server",
    "FakeHubServer": "hub_server",
    "FakeModalServer": "modal_server",
    "FakeOllamaServer": "ollama_server",
    "FakeOpenAIServer": "openai_server",
    "FakeWebServer": "web_server",
    "HostedExecutorConformance": "hosted_conformance",
    "LocalModelConformance": "local_model_conformance",
    "ModelCall": "scripted",
    "ModelConformance": "model_conformance",
    "ScriptedModel": "scripted",
    "ToolConformance": "tool_conformance",
    "code": "scripted",
    "make_tiny_model": "tiny_models",
    "make_tiny_translation_model": "tiny_translation",
    "make_tiny_vision_model": "tiny_models",
    "make_tiny_whisper": "tiny_whisper",
    "tool_call": "scripted",
}

__all__ = [
    "ExecutorConformance",
    "FakeBedrockServer",
    "FakeBlaxelServer",
    "FakeE2BServer",
    "FakeHubInferenceServer",
    "FakeHubServer",
    "FakeModalServer",
    "FakeOllamaServer",
    "FakeOpenAIServer",
    "FakeWebServer",
    "HostedExecutorConformance",
    "LocalModelConformance",
    "ModelCall",
    "ModelConformance",
    "ScriptedModel",
    "ToolConformance",
    "code",
    "make_tiny_model",
    "make_tiny_translation_model",
    "make_tiny_vision_model",
    "make_tiny_whisper",
    "tool_call",
]

if TYPE_CHECKING:
    from smolagents_testing.bedrock_server import FakeBedrockServer
    from smolagents_testing.blaxel_server import FakeBlaxelServer
    from smolagents_testing.e2b_server import FakeE2BServer
    from smolagents_testing.executor_conformance import ExecutorConformance
    from smolagents_testing.hosted_conformance import HostedExecutorConformance
    from smolagents_testing.hub_inference_server import FakeHubInferenceServer
    from smolagents_testing.hub_server import FakeHubServer
    from smolagents_testing.local_model_conformance import LocalModelConformance
    from smolagents_testing.modal_server import FakeModalServer
    from smolagents_testing.model_conformance import ModelConformance
    from smolagents_testing.ollama_server import FakeOllamaServer
    from smolagents_testing.openai_server import FakeOpenAIServer
    from smolagents_testing.scripted import ModelCall, ScriptedModel, code, tool_call
    from smolagents_testing.tiny_models import make_tiny_model, make_tiny_vision_model
    from smolagents_testing.tiny_translation import make_tiny_translation_model
    from smolagents_testing.tiny_whisper import make_tiny_whisper
    from smolagents_testing.tool_conformance import ToolConformance
    from smolagents_testing.web_server import FakeWebServer
else:

    def __getattr__(name: str) -> Any:
        # One by one: pytest loads this package in every session, and a session uses little of it.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
