"""The wire format of OpenAI's chat completions: whole answers, streamed events, and what the API refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smolagents.messages import ChatMessage, ChatMessageStreamDelta, ChatMessageToolCall, split_into_deltas
from smolagents.models import remove_content_after_stop_sequences
from smolagents.usage import TokenUsage

from smolagents_testing.scripted import as_message

_ROLES = {"system", "developer", "user", "assistant", "tool"}
_PARTS = {"text", "image_url", "input_audio", "file", "refusal"}


def sent_message(answer: Any, usage: TokenUsage | None, stops: Sequence[str]) -> ChatMessage:
    """Return a scripted answer as the message that goes over the wire."""
    message = as_message(answer)
    calls = [replace(call, id=call.id or f"call_{number}") for number, call in enumerate(message.tool_calls or (), 1)]
    content = remove_content_after_stop_sequences(message.content, stops) if isinstance(message.content, str) else None
    return ChatMessage(message.role, content, tool_calls=calls or None, token_usage=message.token_usage or usage)


def completion(request: dict[str, Any], message: ChatMessage) -> dict[str, Any]:
    """Return the body of a whole answer."""
    body: dict[str, Any] = {"role": "assistant", "content": message.content, "refusal": None}
    if message.tool_calls:
        body["tool_calls"] = [_call(call) for call in message.tool_calls]
    choice: dict[str, Any] = {"index": 0, "message": body, "logprobs": None, "finish_reason": _finish_reason(message)}
    return {**_head(request, "chat.completion"), "choices": [choice], "usage": _usage(message)}


def events(request: dict[str, Any], message: ChatMessage) -> list[str]:
    """Return the events of a streamed answer; usage comes where the request asks for it."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [_delta(delta) for delta in split_into_deltas(replace(message, token_usage=None))]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": _finish_reason(message)})
    head = _head(request, "chat.completion.chunk")
    bodies: list[dict[str, Any]] = [{**head, "choices": [choice]} for choice in choices]
    if (request.get("stream_options") or {}).get("include_usage"):
        bodies.append({**head, "choices": [], "usage": _usage(message)})
    return [*map(json.dumps, bodies), "[DONE]"]


def refusal_of(request: dict[str, Any]) -> str | None:
    """Return why the real API would refuse a request, or None."""
    if not request.get("model"):
        return "you must provide a model parameter"
    if not request.get("messages"):
        return "[] is too short - 'messages'"
    if request.get("tool_choice") is not None and not request.get("tools"):
        return "'tool_choice' is only allowed when 'tools' are specified."
    if request.get("stream_options") is not None and not request.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    stops = request.get("stop")
    if isinstance(stops, list) and len(stops) > 4:
        return "Invalid 'stop': array too long. Expected an array with maximum length 4."
    return next((problem for problem in map(_refusal_of_message, request["messages"]) if problem), None)


def _refusal_of_message(message: dict[str, Any]) -> str | None:
    if message.get("role") not in _ROLES:
        return f"Invalid value: {message.get('role')!r}. Supported values are: {sorted(_ROLES)}."
    content = message.get("content")
    if isinstance(content, list):
        unknown = [part.get("type") for part in content if part.get("type") not in _PARTS]
        return f"Invalid value: {unknown[0]!r}. Supported values are: {sorted(_PARTS)}." if unknown else None
    if not isinstance(content, str) and not message.get("tool_calls"):
        return "Invalid value for 'content': expected a string, got null."
    return None


def _head(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-fake", "object": kind, "created": 1700000000, "model": request.get("model")}


def _finish_reason(message: ChatMessage) -> str:
    return "tool_calls" if message.tool_calls else "stop"


def _call(call: ChatMessageToolCall) -> dict[str, Any]:
    arguments = call.function.arguments
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": text}}


def _delta(delta: ChatMessageStreamDelta) -> dict[str, Any]:
    if not delta.tool_calls:
        return {"content": delta.content}
    call = delta.tool_calls[0]
    function: dict[str, Any] = {"arguments": call.function.arguments if call.function else ""}
    head: dict[str, Any] = {}
    if call.id:
        head = {"id": call.id, "type": "function"}
        function["name"] = call.function.name if call.function else ""
    return {"tool_calls": [{"index": call.index, **head, "function": function}]}


def _usage(message: ChatMessage) -> dict[str, Any]:
    usage = message.token_usage or TokenUsage(0, 0)
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        **({} if usage.cost is None else {"cost": usage.cost}),
    }
