"""Scripted models, wire-level fake servers and conformance kits for smolagents and its plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_MODULES = {
    "ExecutorConformance": "executor_conformance",
    "FakeBedrockServer": "bedrock_server",
    "FakeBlaxelServer": "blaxel_server",
    "FakeE2BServer": "e2b_server",
    "FakeModalServer": "modal_server",
    "FakeOpenAIServer": "openai_server",
    "ModelCall": "scripted",
    "ModelConformance": "model_conformance",
    "ScriptedModel": "scripted",
    "ToolConformance": "tool_conformance",
    "code": "scripted",
    "tool_call": "scripted",
}

__all__ = [
    "ExecutorConformance",
    "FakeBedrockServer",
    "FakeBlaxelServer",
    "FakeE2BServer",
    "FakeModalServer",
    "FakeOpenAIServer",
    "ModelCall",
    "ModelConformance",
    "ScriptedModel",
    "ToolConformance",
    "code",
    "tool_call",
]

if TYPE_CHECKING:
    from smolagents_testing.bedrock_server import FakeBedrockServer
    from smolagents_testing.blaxel_server import FakeBlaxelServer
    from smolagents_testing.e2b_server import FakeE2BServer
    from smolagents_testing.executor_conformance import ExecutorConformance
    from smolagents_testing.modal_server import FakeModalServer
    from smolagents_testing.model_conformance import ModelConformance
    from smolagents_testing.openai_server import FakeOpenAIServer
    from smolagents_testing.scripted import ModelCall, ScriptedModel, code, tool_call
    from smolagents_testing.tool_conformance import ToolConformance
else:

    def __getattr__(name: str) -> Any:
        # One by one: pytest loads this package in every session, and a session uses little of it.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
