"""A fake of Amazon Bedrock's Converse API: real HTTP on loopback and the real encoding of event streams.

boto3 talks to it as to the real thing (`endpoint_url=server.endpoint`). Requests that the real API would refuse are
refused. Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import binascii
import json
import re
import struct
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from smolagents.messages import ChatMessage, split_into_deltas

from smolagents_testing.openai_server import Dropped, Failure, FakeOpenAIServer, Handler, ServerRequest, Stalled
from smolagents_testing.openai_wire import sent_message

ACCESS_KEY_ID = "AKIAFAKE0123456789AB"
_NAMES = {400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException"}
_NAMES |= {429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException"}
_BLOCKS = {"text", "image", "document", "video", "toolUse", "toolResult", "guardContent", "cachePoint"}


class FakeBedrockServer(FakeOpenAIServer):
    """Serve `converse` and `converse_stream` from a script; used as `FakeOpenAIServer` is.

    It accepts `api_key` as a Bedrock API key, and requests that are signed for `ACCESS_KEY_ID` (the signature itself is
    not checked). It tells no reasoning tokens, as Bedrock doesn't.
    """

    def _make_handler(self) -> type[Handler]:
        return _Handler


class _Handler(Handler):
    def do_POST(self) -> None:  # noqa: N802 (a name of http.server)
        fake = self.server.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = re.fullmatch(r"/model/([^/]+)/(converse|converse-stream)", self.path)
        if path is None:
            return self._fail(Failure(404, f"There is no operation at {self.path}"))
        given = headers.get("authorization", "")
        if given != f"Bearer {fake.api_key}" and f"Credential={ACCESS_KEY_ID}/" not in given:
            return self._fail(Failure(403, f"Incorrect API key: {given.removeprefix('Bearer ')}"))
        body["modelId"], body["stream"] = unquote(path[1]), path[2] == "converse-stream"
        request = ServerRequest(self.path, headers, body, self.client_address)
        answer = fake._next(request)
        problem = refusal_of(body)
        return self._answer(request, Failure(400, problem) if problem else answer)

    def _reply(self, body: dict[str, Any], answer: Any) -> None:
        fake = self.server.fake
        stops = body.get("inferenceConfig", {}).get("stopSequences", []) if fake.honours_stop else []
        message = sent_message(answer, fake.usage, stops)
        if body["stream"]:
            return self._stream_events(events(message))
        return self._send(200, converse(message))

    def _reply_in_part(self, body: dict[str, Any], answer: Dropped | Stalled) -> None:
        if body["stream"]:
            message = sent_message(answer.message, self.server.fake.usage, [])
            self._stream_events(events(message)[: answer.after_events], whole=False)

    def _stream_events(self, items: list[tuple[str, dict[str, Any]]], whole: bool = True) -> None:
        self._stream_chunks("application/vnd.amazon.eventstream", [frame(*item) for item in items], whole)

    def _fail(self, failure: Failure) -> None:
        name = failure.code or _NAMES.get(failure.status, "InternalServerException")
        self._send(failure.status, {"message": failure.message}, {"x-amzn-ErrorType": name, **failure.headers})


def converse(message: ChatMessage) -> dict[str, Any]:
    """Return the body of a whole answer."""
    blocks: list[dict[str, Any]] = [{"text": message.content}] if message.content else []
    for call in message.tool_calls or ():
        use = {"toolUseId": call.id, "name": call.function.name, "input": call.function.arguments}
        blocks.append({"toolUse": use})
    return {
        "output": {"message": {"role": "assistant", "content": blocks}},
        "stopReason": "tool_use" if message.tool_calls else "end_turn",
        "usage": _usage(message),
        "metrics": {"latencyMs": 1},
    }


def events(message: ChatMessage) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a streamed answer, each with its type."""
    found: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]
    block = 0
    for delta in split_into_deltas(ChatMessage(message.role, message.content, tool_calls=message.tool_calls)):
        if delta.tool_calls:
            (call,) = delta.tool_calls
            block = 1 + (call.index or 0)
            if call.id and call.function:
                start = {"toolUse": {"toolUseId": call.id, "name": call.function.name}}
                found.append(("contentBlockStart", {"start": start, "contentBlockIndex": block}))
            piece: dict[str, Any] = {"toolUse": {"input": call.function.arguments if call.function else ""}}
        else:
            piece = {"text": delta.content}
        found.append(("contentBlockDelta", {"delta": piece, "contentBlockIndex": block}))
    stop = "tool_use" if message.tool_calls else "end_turn"
    found.append(("contentBlockStop", {"contentBlockIndex": block}))
    found.append(("messageStop", {"stopReason": stop}))
    found.append(("metadata", {"usage": _usage(message), "metrics": {"latencyMs": 1}}))
    return found


def frame(event: str, body: dict[str, Any]) -> bytes:
    """Return an event in the binary encoding of event streams: lengths, headers, payload, two checksums."""
    names = {":event-type": event, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in names.items()
    )
    payload = json.dumps(body).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", binascii.crc32(message))


def refusal_of(request: dict[str, Any]) -> str | None:
    """Return why the real API would refuse a request, or None."""
    messages = request.get("messages") or []
    roles = [message.get("role") for message in messages]
    if not messages or roles[0] != "user":
        return "A conversation must start with a user message. Try again with a conversation that does."
    if any(role not in ("user", "assistant") for role in roles):
        return f"Value at 'messages' failed to satisfy constraint: roles are user and assistant, not {set(roles)}"
    if any(here == after for here, after in pairwise(roles)):
        return "A conversation must alternate between user and assistant roles."
    blocks = [block for message in [*messages, {"content": request.get("system", [])}] for block in message["content"]]
    if any(len(block) != 1 or not block.keys() <= _BLOCKS for block in blocks):
        return "The content field of a message holds a block that is none."
    if any(block.get("text", "x") == "" for block in blocks):
        return "The text field in the ContentBlock object is blank. Add text to the text field, and try again."
    return None


def _usage(message: ChatMessage) -> dict[str, Any]:
    usage = message.token_usage
    assert usage is not None
    cached = usage.cached_input_tokens
    counts = {"inputTokens": usage.input_tokens - cached, "outputTokens": usage.output_tokens}
    total = usage.input_tokens + usage.output_tokens
    return {**counts, "totalTokens": total, **({"cacheReadInputTokens": cached} if cached else {})}
