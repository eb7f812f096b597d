"""A fake of an Ollama server: real HTTP on loopback, answers from a script, and a context that is too small.

It speaks Ollama's own API (`/api/chat`, `/api/generate`, `/api/tags`, `/api/show`, `/api/ps`, `/api/version`) and that
of OpenAI (`/v1/chat/completions`, `/v1/models`). As the real one does, it drops the oldest messages of a prompt that
outgrows the context and says nothing: only `prompt_eval_count` shows it. Source: https://docs.ollama.com/api
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from smolagents.messages import ChatMessage, ChatMessageToolCall, parse_json_if_needed, split_into_deltas
from smolagents.usage import TokenUsage

from smolagents_testing.openai_server import Dropped, Failure, FakeOpenAIServer, Handler, ServerRequest, Stalled
from smolagents_testing.openai_wire import completion, events, refusal_of, sent_message
from smolagents_testing.scripted import as_message

CONTEXT_LENGTH = 4096
TRAINED_CONTEXT = 131_072
_LETTERS_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4  # what the chat template writes around each
_CREATED = "2025-01-01T00:00:00.000000Z"
_NANOSECONDS = {"total_duration": 2_000_000, "load_duration": 500_000}
_NANOSECONDS |= {"prompt_eval_duration": 500_000, "eval_duration": 1_000_000}


class FakeOllamaServer(FakeOpenAIServer):
    """Serve models as Ollama does; used as `FakeOpenAIServer` is, except that any key will do.

    A function in the script gets the request as the model sees it: without the messages that the context has no room
    for. `server.requests` has all that was sent.

    Args:
        models: Names of the models that are there; others are answered as Ollama does.
        context_length: Tokens of context where a request sets no `num_ctx`; a token is four letters here.
        capabilities: What the models can do, of "completion", "tools", "vision" and "thinking".
        usage: Token usage of every answer that brings none; None counts.
        honours_stop: As in `FakeOpenAIServer`.
    """

    def __init__(
        self,
        models: tuple[str, ...] = ("llama3.2:latest",),
        context_length: int = CONTEXT_LENGTH,
        capabilities: tuple[str, ...] = ("completion", "tools"),
        usage: TokenUsage | None = None,
        honours_stop: bool = True,
    ) -> None:
        super().__init__(usage=usage, honours_stop=honours_stop, models=models)
        self.context_length = context_length
        self.capabilities = capabilities

    def _make_handler(self) -> type[Handler]:
        return _Handler

    def knows(self, model: str) -> bool:
        """Tell whether there is a model of this name; `:latest` may be left out."""
        return model in self.models or f"{model}:latest" in self.models


class _Handler(Handler):
    @property
    def fake(self) -> FakeOllamaServer:
        fake = self.server.fake
        assert isinstance(fake, FakeOllamaServer)
        return fake

    @property
    def native(self) -> bool:
        return not self.path.startswith("/v1/")

    def do_GET(self) -> None:  # noqa: N802 (a name of http.server)
        bodies: dict[str, Callable[[], Any]] = {
            "/api/version": lambda: {"version": "0.12.6"},
            "/api/tags": lambda: {"models": [_listed(name) for name in self.fake.models]},
            "/api/ps": lambda: {"models": [self._loaded(name) for name in self.fake.models]},
        }
        path = self.path.partition("?")[0]
        if path in bodies:
            self._send(200, bodies[path]())
        else:
            super().do_GET()

    def do_POST(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.partition("?")[0]
        if path not in ("/api/chat", "/api/generate", "/api/show", "/v1/chat/completions"):
            return self._send(404, {"error": f"404 page not found: {path}"})
        model = body.get("model") or body.get("name")
        if not model:
            return self._fail(Failure(400, "model is required"))
        if not self.fake.knows(model):
            return self._fail(Failure(404, f"model '{model}' not found"))
        return self._send(200, self._shown()) if path == "/api/show" else self._chat(body)

    def _chat(self, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = ServerRequest(self.path, headers, body, self.client_address)
        problem = self._refusal(body)
        seen = body if problem else {**body, "messages": _fitting(_messages(body), self._context(body))}
        answer = self.fake._next(request, seen)
        self._answer(request, Failure(400, problem) if problem else answer)

    def _refusal(self, body: dict[str, Any]) -> str | None:
        if body.get("tools") and "tools" not in self.fake.capabilities:
            return f"registry.ollama.ai/library/{body['model']} does not support tools"
        if not self.native:
            return refusal_of(body)
        if any(not isinstance(message.get("content", ""), str) for message in _messages(body)):
            return "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string"
        return None

    def _context(self, body: dict[str, Any]) -> int:
        asked = (body.get("options") or {}).get("num_ctx") if self.native else None
        return min(int(asked or self.fake.context_length), TRAINED_CONTEXT)

    def _reply(self, body: dict[str, Any], answer: Any) -> None:
        message = self._message(body, answer)
        if not self.native and body.get("stream"):
            return self._stream(events(body, message))
        if not self.native:
            return self._send(200, completion(body, message))
        if body.get("stream", True):
            return self._stream_lines(_lines(body, message))
        return self._send(200, _end(body, message))

    def _reply_in_part(self, body: dict[str, Any], answer: Dropped | Stalled) -> None:
        message = self._message(body, answer.message)
        if not self.native and body.get("stream"):
            self._stream(events(body, message)[: answer.after_events], whole=False)
        elif self.native and body.get("stream", True):
            self._stream_lines(_lines(body, message)[: answer.after_events], whole=False)

    def _message(self, body: dict[str, Any], answer: Any) -> ChatMessage:
        options = body if not self.native else body.get("options") or {}
        stops = (options.get("stop") or []) if self.fake.honours_stop else []
        message = sent_message(_parsed(answer), self.fake.usage, [stops] if isinstance(stops, str) else stops)
        usage = message.token_usage
        if usage is not None:  # it tells neither what it had cached nor what was reasoning
            message.token_usage = TokenUsage(usage.input_tokens, usage.output_tokens)
        else:
            context = self._context(body)
            prompt = sum(map(_tokens, _fitting(_messages(body), context)))
            said = message.content if isinstance(message.content, str) else str(message.tool_calls)
            message.token_usage = TokenUsage(min(prompt, context), -(-len(said) // _LETTERS_PER_TOKEN))
        return message

    def _stream_lines(self, items: list[dict[str, Any]], whole: bool = True) -> None:
        self._stream_chunks("application/x-ndjson", [json.dumps(item).encode() + b"\n" for item in items], whole)

    def _fail(self, failure: Failure) -> None:
        if self.native:
            return self._send(failure.status, {"error": failure.message}, failure.headers)
        kind = {400: "invalid_request_error", 404: "not_found_error"}.get(failure.status, "api_error")
        error = {"message": failure.message, "type": kind, "param": None, "code": failure.code}
        return self._send(failure.status, {"error": error}, failure.headers)

    def _loaded(self, name: str) -> dict[str, Any]:
        loaded = {"expires_at": _CREATED, "size_vram": 0, "context_length": self.fake.context_length}
        return {**_listed(name), **loaded}

    def _shown(self) -> dict[str, Any]:
        return {
            "modelfile": "",
            "parameters": 'stop "<|eot_id|>"',
            "template": "{{ .Prompt }}",
            "details": _DETAILS,
            "model_info": {"general.architecture": "llama", "llama.context_length": TRAINED_CONTEXT},
            "capabilities": list(self.fake.capabilities),
        }


_DETAILS = {"format": "gguf", "family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"}


def _listed(name: str) -> dict[str, Any]:
    return {"name": name, "model": name, "modified_at": _CREATED, "size": 1, "digest": "0" * 64, "details": _DETAILS}


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    if "messages" in body:
        return list(body["messages"])
    told = [("system", body.get("system")), ("user", body.get("prompt"))]  # /api/generate
    return [{"role": role, "content": text} for role, text in told if text]


def _tokens(message: dict[str, Any]) -> int:
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "".join(part.get("text", "") for part in content)
    return _TOKENS_PER_MESSAGE - (-len(content) // _LETTERS_PER_TOKEN)


def _fitting(messages: list[dict[str, Any]], context: int) -> list[dict[str, Any]]:
    """Return what Ollama leaves of a conversation: the system's messages, and the last ones that fit, at least one."""
    for start in range(len(messages)):
        kept = [message for message in messages[:start] if message.get("role") == "system"] + messages[start:]
        if sum(map(_tokens, kept)) <= context:
            return kept
    return kept if messages else []


def _lines(body: dict[str, Any], message: ChatMessage) -> list[dict[str, Any]]:
    """Return the objects of a streamed answer: the words, each call whole, and the counts last."""
    words = [delta.content or "" for delta in split_into_deltas(ChatMessage(message.role, message.content))]
    found = [_piece(body, word) for word in words]
    found += [_piece(body, "", [_call(call)]) for call in message.tool_calls or ()]
    return [*found, _end(body, ChatMessage(message.role, "", token_usage=message.token_usage))]


def _piece(body: dict[str, Any], text: str, calls: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    head = {"model": body["model"], "created_at": _CREATED, "done": False}
    if "prompt" in body:
        return {**head, "response": text}
    return {**head, "message": {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}}


def _end(body: dict[str, Any], message: ChatMessage) -> dict[str, Any]:
    usage = message.token_usage or TokenUsage(0, 0)
    counts = {"prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens}
    text = message.content if isinstance(message.content, str) else ""
    piece = _piece(body, text, [_call(call) for call in message.tool_calls or ()])
    return {**piece, "done": True, "done_reason": "stop", **_NANOSECONDS, **counts}


def _call(call: ChatMessageToolCall) -> dict[str, Any]:
    arguments = parse_json_if_needed(call.function.arguments)
    return {"id": call.id, "function": {"name": call.function.name, "arguments": arguments}}


def _parsed(answer: Any) -> ChatMessage:
    """Return an answer as Ollama reads what its model wrote: a call whose arguments are no JSON stays text."""
    message = as_message(answer)
    for call in message.tool_calls or ():
        arguments = parse_json_if_needed(call.function.arguments)
        if isinstance(arguments, str):
            return replace(
                message, content=f'{{"name": "{call.function.name}", "parameters": {arguments}', tool_calls=None
            )
    return message
