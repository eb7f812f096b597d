"""Between chat messages and the Converse API of Amazon Bedrock.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smolagents.messages import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
    MessageRole,
)
from smolagents.models.stopping import StreamCutter, remove_content_after_stop_sequences
from smolagents.usage import TokenUsage

# Parameters by their usual names, and what Converse calls them inside `inferenceConfig`.
INFERENCE = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}
# What Converse takes beside messages; everything else is a field of the model's own.
TOP_LEVEL = frozenset(
    {"guardrailConfig", "additionalModelRequestFields", "additionalModelResponseFieldPaths", "promptVariables"}
    | {"performanceConfig", "requestMetadata", "serviceTier", "outputConfig", "inferenceConfig", "toolConfig", "system"}
)
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}


def request(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `converse` for the parameters of a completion request.

    Raises:
        ValueError: A message holds what Converse doesn't take.
    """
    given = dict(parameters)
    messages = given.pop("messages")
    tools, choice = given.pop("tools", None), given.pop("tool_choice", None)
    arguments: dict[str, Any] = {"messages": [_message(message) for message in messages if message["role"] != "system"]}
    system = [block for message in messages if message["role"] == "system" for block in _content(message["content"])]
    if system:
        arguments["system"] = system
    inference = {INFERENCE[name]: given.pop(name) for name in list(given) if name in INFERENCE}
    own = {name: given.pop(name) for name in list(given) if name not in TOP_LEVEL}
    if tools:
        arguments["toolConfig"] = {"tools": [_tool(tool) for tool in tools], **_tool_choice(choice)}
    arguments |= given
    if inference:
        arguments["inferenceConfig"] = {**inference, **arguments.get("inferenceConfig", {})}
    if own:
        fields = arguments.get("additionalModelRequestFields", {})
        arguments["additionalModelRequestFields"] = {**own, **fields}
    return arguments


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": message["role"], "content": _content(message["content"])}


def _content(content: str | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    blocks = [_block(part) for part in parts if part.get("text") != ""]  # empty texts are refused
    return blocks or [{"text": " "}]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = part["type"]
    if kind == "text":
        return {"text": part["text"]}
    if kind == "image":
        return _image(base64.b64decode(part["image"]))
    if kind == "image_url":
        url = part["image_url"]["url"]
        if url.startswith("data:"):
            return _image(base64.b64decode(url.partition(",")[2]))
        raise ValueError(
            f"Amazon Bedrock takes the data of an image, not its address: load {url} as a PIL image first."
        )
    raise ValueError(f"Amazon Bedrock's models take text and images, and a message holds a part of type {kind!r}.")


def _image(data: bytes) -> dict[str, Any]:
    kind = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), "png")
    return {"image": {"format": kind, "source": {"bytes": data}}}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    function = tool["function"]
    schema = {"json": function["parameters"]}
    return {
        "toolSpec": {"name": function["name"], "description": function["description"], "inputSchema": schema},
    }


def _tool_choice(choice: Any) -> dict[str, Any]:
    """Return Converse's form of a choice in that of OpenAI; one that is Converse's already stays."""
    if isinstance(choice, Mapping):
        choice = {"tool": {"name": choice["function"]["name"]}} if "function" in choice else dict(choice)
        return {"toolChoice": choice}
    return {"toolChoice": {"any": {}}} if choice == "required" else {}


def answer(response: Mapping[str, Any], stop_sequences: Sequence[str] | None) -> ChatMessage:
    """Return the message of a response, cut at the first stop sequence.

    Raises:
        RuntimeError: The response holds no message.
    """
    if "message" not in response.get("output", {}):
        raise RuntimeError(f"Amazon Bedrock answered without a message: {str(dict(response))[:300]}")
    blocks = response["output"]["message"].get("content", [])
    calls = [
        ChatMessageToolCall(
            ChatMessageToolCallFunction(name=use["name"], arguments=use["input"]), id=use["toolUseId"], type="function"
        )
        for use in (block["toolUse"] for block in blocks if "toolUse" in block)
    ]
    texts = [block["text"] for block in blocks if "text" in block]
    content = remove_content_after_stop_sequences("".join(texts), stop_sequences) if texts else None
    return ChatMessage(
        MessageRole.ASSISTANT,
        content,
        tool_calls=calls or None,
        raw=response,
        token_usage=_usage(response.get("usage")),
    )


def _usage(usage: Mapping[str, Any] | None) -> TokenUsage | None:
    """Return the counts; Bedrock's own count of input leaves out what was read from a cache or written to one."""
    if usage is None:
        return None
    cached = usage.get("cacheReadInputTokens", 0)
    given = usage["inputTokens"] + cached + usage.get("cacheWriteInputTokens", 0)
    return TokenUsage(given, usage["outputTokens"], cached_input_tokens=cached)


class EventReader:
    """Turn the events of `converse_stream` into deltas, the text cut at the first stop sequence.

    Args:
        stop_sequences: Texts that end the answer.
    """

    def __init__(self, stop_sequences: Sequence[str] | None) -> None:
        self._cutter = StreamCutter(stop_sequences)
        self._usage: TokenUsage | None = None
        self._calls: dict[int, int] = {}  # of a block's number: that of its tool call
        self._ended = False

    def feed(self, event: Mapping[str, Any]) -> Iterator[ChatMessageStreamDelta]:
        """Yield what an event adds to the message."""
        self._ended = self._ended or "messageStop" in event
        if "metadata" in event:
            self._usage = _usage(event["metadata"].get("usage"))
        elif "contentBlockStart" in event:
            yield from self._start(event["contentBlockStart"])
        elif "contentBlockDelta" in event:
            yield from self._delta(event["contentBlockDelta"])

    def finish(self) -> Iterator[ChatMessageStreamDelta]:
        """Yield what is left when the stream has ended: text that was held back, and the usage.

        Raises:
            ConnectionError: The stream ended before the message did.
        """
        if not self._ended:
            raise ConnectionError("Amazon Bedrock closed the connection before the end of the answer.")
        rest = self._cutter.rest()
        if rest or self._usage is not None:
            yield ChatMessageStreamDelta(content=rest, token_usage=self._usage)

    def _start(self, block: Mapping[str, Any]) -> Iterator[ChatMessageStreamDelta]:
        use = block.get("start", {}).get("toolUse")
        if use is not None:
            number = self._calls[block["contentBlockIndex"]] = len(self._calls)
            yield _call_delta(number, "", use["name"], use["toolUseId"])

    def _delta(self, block: Mapping[str, Any]) -> Iterator[ChatMessageStreamDelta]:
        delta = block["delta"]
        if "toolUse" in delta:
            yield _call_delta(self._calls[block["contentBlockIndex"]], delta["toolUse"]["input"])
        elif text := self._cutter.feed(delta.get("text", "")):
            yield ChatMessageStreamDelta(content=text)


def _call_delta(number: int, arguments: str, name: str = "", call_id: str | None = None) -> ChatMessageStreamDelta:
    function = ChatMessageToolCallFunction(name=name, arguments=arguments)
    kind = "function" if call_id else None
    return ChatMessageStreamDelta(tool_calls=[ChatMessageToolCallStreamDelta(number, call_id, kind, function)])
