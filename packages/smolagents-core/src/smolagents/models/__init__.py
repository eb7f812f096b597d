"""Models, and the messages that they take and return; `smolagents.models.X` also gives the plugins' models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents.media import encode_image_base64, make_image_url
from smolagents.messages import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
    MessageRole,
    agglomerate_stream_deltas,
    parse_json_if_needed,
    tool_role_conversions,
)
from smolagents.models.base import CODEAGENT_RESPONSE_FORMAT, REMOVE_PARAMETER, Model
from smolagents.models.cleaning import get_clean_message_list
from smolagents.models.schema import get_tool_json_schema
from smolagents.models.stopping import remove_content_after_stop_sequences, supports_stop_parameter
from smolagents.plugins import module_getattr
from smolagents.usage import TokenUsage

# What not every program needs is imported when it is asked for.
_LAZY = {
    "ApiModel": "api",
    "AsyncCompletionModel": "completing",
    "ClientPerLoop": "async_client",
    "CompletionModel": "completing",
    "MODEL_REGISTRY": "registry",
    "RateLimiter": "retry",
    "RecordingModel": "recording",
    "ReplayModel": "replay",
    "Retrying": "retry",
    "as_model": "adapters",
    "resolve_model": "resolving",
}

__all__ = [
    "CODEAGENT_RESPONSE_FORMAT",
    "MODEL_REGISTRY",
    "REMOVE_PARAMETER",
    "ApiModel",
    "AsyncCompletionModel",
    "ChatMessage",
    "ChatMessageStreamDelta",
    "ChatMessageToolCall",
    "ChatMessageToolCallFunction",
    "ChatMessageToolCallStreamDelta",
    "ClientPerLoop",
    "CompletionModel",
    "MessageRole",
    "Model",
    "RateLimiter",
    "RecordingModel",
    "ReplayModel",
    "Retrying",
    "TokenUsage",
    "agglomerate_stream_deltas",
    "as_model",
    "encode_image_base64",
    "get_clean_message_list",
    "get_tool_json_schema",
    "make_image_url",
    "parse_json_if_needed",
    "remove_content_after_stop_sequences",
    "resolve_model",
    "supports_stop_parameter",
    "tool_role_conversions",
]

if TYPE_CHECKING:
    from smolagents.models.adapters import as_model
    from smolagents.models.api import ApiModel
    from smolagents.models.async_client import ClientPerLoop
    from smolagents.models.completing import AsyncCompletionModel, CompletionModel
    from smolagents.models.recording import RecordingModel
    from smolagents.models.registry import MODEL_REGISTRY
    from smolagents.models.replay import ReplayModel
    from smolagents.models.resolving import resolve_model
    from smolagents.models.retry import RateLimiter, Retrying
else:
    _plugin_name = module_getattr(__name__, "models")

    def __getattr__(name: str) -> Any:
        if name not in _LAZY:
            return _plugin_name(name)
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
        return value
