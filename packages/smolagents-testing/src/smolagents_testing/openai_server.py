"""A fake of the OpenAI and Azure OpenAI APIs: real HTTP on loopback, answers from a script.

Chat completions and transcriptions take their answers from the same script.

The official SDKs talk to it as to the real thing, so that tests exercise all of a model's client code. Requests that
the real API would refuse are refused. Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from smolagents.messages import ChatMessage, ChatMessageToolCall
from smolagents.usage import TokenUsage

from smolagents_testing import openai_transcriptions
from smolagents_testing.openai_wire import completion, events, refusal_of, sent_message

API_KEY = "sk-fake-0123456789abcdef"


@dataclass
class Failure:
    """Answer with an HTTP error.

    Args:
        status: HTTP status.
        message: Text of the error.
        code: Error code of the API, e.g. "insufficient_quota".
        headers: More headers, e.g. `{"Retry-After": "0"}`.
    """

    status: int
    message: str = "The fake server was told to fail."
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Dropped:
    """Close the connection instead of answering.

    Args:
        after_events: Number of events of the answer's stream to send before.
        message: The answer whose stream breaks.
    """

    after_events: int = 0
    message: str = "This answer breaks off."


@dataclass
class Delayed:
    """Answer late.

    Args:
        seconds: How late; a client that goes away is noticed at once.
        answer: What to answer then.
    """

    seconds: float
    answer: Any = "Sorry to be late."


@dataclass
class Stalled:
    """Begin a streamed answer and then say nothing more.

    Args:
        after_events: Number of events to send before.
        seconds: How long to be silent before the connection is closed; a client that goes away is noticed at once.
        message: The answer whose stream stalls.
    """

    after_events: int = 3
    seconds: float = 30.0
    message: str = "This answer gets stuck."


@dataclass
class Garbled:
    """Answer with success and a text that is no answer of the API, as a proxy in between may.

    Args:
        text: What to send.
        content_type: What it claims to be.
    """

    text: str = "<html><body>Please sign in.</body></html>"
    content_type: str = "text/html"


Answer: TypeAlias = (
    "str | ChatMessage | ChatMessageToolCall | list[ChatMessageToolCall] | Failure | Dropped | Delayed | Stalled "
    "| Garbled | Callable[[dict[str, Any]], Any]"
)


@dataclass
class ServerRequest:
    """Record one request.

    Args:
        path: Path and query.
        headers: Headers, their names in lower case.
        body: What the JSON says, or the fields of a form.
        connection: Tells the connections of clients apart.
        disconnected: Set when the client went away before the answer.
    """

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    connection: tuple[str, int]
    disconnected: threading.Event = field(default_factory=threading.Event)


class FakeOpenAIServer:
    """Serve the chat completions of a script; use as a context manager.

    Args:
        api_key: The only key that is accepted.
        usage: Token usage of every answer that brings none.
        honours_stop: Whether answers end at the request's stop sequences; some real servers ignore them.
        models: Names that `/v1/models` lists.
    """

    def __init__(
        self,
        api_key: str = API_KEY,
        usage: TokenUsage | None = TokenUsage(10, 5),
        honours_stop: bool = True,
        models: tuple[str, ...] = ("fake-model",),
    ) -> None:
        self.api_key = api_key
        self.usage = usage
        self.honours_stop = honours_stop
        self.models = models
        self.requests: list[ServerRequest] = []
        self._script: deque[Any] = deque()
        self._always: Any = None
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._http = _Server(("127.0.0.1", 0), self._make_handler())
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> FakeOpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        """Return the server's URL, as `azure_endpoint` takes it."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """Return the URL of the API, as `api_base` takes it."""
        return f"{self.endpoint}/v1"

    def reply(self, *answers: Answer) -> None:
        """Add answers to the script: texts, messages, tool calls, failures, or functions of the request's body."""
        with self._lock:
            self._script.extend(answers)

    def always(self, answer: Answer) -> None:
        """Give this answer whenever the script is at its end."""
        self._always = answer

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> None:
        """Wait until so many requests have arrived."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} requests have arrived in {timeout} s, not {count}.")

    def _make_handler(self) -> type[Handler]:
        return Handler

    def _next(self, request: ServerRequest, seen: dict[str, Any] | None = None) -> Any:
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
            answer = self._script.popleft() if self._script else self._always
        if answer is None:
            return Failure(400, f"The fake server's script ended before request {len(self.requests)}.")
        return answer(request.body if seen is None else seen) if callable(answer) else answer


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # the default of 5 lets the sixth of many clients wait for a second
    fake: FakeOpenAIServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be quiet about clients that went away, which tests do on purpose."""


class Handler(BaseHTTPRequestHandler):
    """Answer one client; a fake of another API brings its own paths and forms of answers."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        """List the models."""
        if self.path.partition("?")[0] != "/v1/models":
            return self._send(404, {"error": {"message": f"Unknown request URL: GET {self.path}"}})
        models = [{"id": name, "object": "model", "owned_by": "fake"} for name in self.server.fake.models]
        return self._send(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        """Answer a request for a completion or a transcription."""
        fake = self.server.fake
        data = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        hears = path.endswith(openai_transcriptions.PATH)
        azure = path.startswith("/openai/deployments/")
        if not (hears or path.endswith("/chat/completions")) or (azure and "api-version=" not in query):
            return self._fail(Failure(404, f"Unknown request URL: POST {self.path}"))
        key = headers.get("api-key", "") if azure else headers.get("authorization", "").removeprefix("Bearer ")
        if key != fake.api_key:
            return self._fail(Failure(401, f"Incorrect API key provided: {key}.", code="invalid_api_key"))
        body = openai_transcriptions.form_of(headers["content-type"], data) if hears else json.loads(data)
        request = ServerRequest(self.path, headers, body, self.client_address)
        answer = fake._next(request)
        if hears:
            refusal = openai_transcriptions.refusal_of(body)
        else:
            refusal = (400, problem) if (problem := refusal_of(body)) else None
        return self._answer(request, Failure(*refusal) if refusal else answer)

    def _answer(self, request: ServerRequest, answer: Any) -> None:
        body = request.body
        if isinstance(answer, Dropped | Stalled) and answer.after_events:
            try:
                self._reply_in_part(body, answer)
            except ConnectionError:
                return request.disconnected.set()
        if isinstance(answer, Delayed | Stalled) and self._client_leaves(answer.seconds):
            request.disconnected.set()
            return self._drop()
        if isinstance(answer, Dropped | Stalled):
            return self._drop()
        if isinstance(answer, Delayed):
            return self._answer(request, answer.answer)
        if isinstance(answer, Failure):
            return self._fail(answer)
        if isinstance(answer, Garbled):
            return self._send_text(200, answer.text, {"Content-Type": answer.content_type})
        return self._reply(body, answer)

    def _reply_in_part(self, body: dict[str, Any], answer: Dropped | Stalled) -> None:
        if body.get("stream"):
            message = sent_message(answer.message, self.server.fake.usage, ())
            self._stream(events(body, message)[: answer.after_events], whole=False)

    def _reply(self, body: dict[str, Any], answer: Any) -> None:
        if "file" in body:
            return self._send(200, openai_transcriptions.transcription(answer))
        fake = self.server.fake
        stops = body.get("stop") if fake.honours_stop else ()
        message = sent_message(answer, fake.usage, [stops] if isinstance(stops, str) else stops or ())
        if body.get("stream"):
            return self._stream(events(body, message))
        return self._send(200, completion(body, message))

    def _fail(self, failure: Failure) -> None:
        error = {"message": failure.message, "type": "fake_error", "param": None, "code": failure.code}
        self._send(failure.status, {"error": error}, failure.headers)

    def _send(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send_text(status, json.dumps(body), {"Content-Type": "application/json", **(headers or {})})

    def _send_text(self, status: int, text: str, headers: dict[str, str]) -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, items: list[str], whole: bool = True) -> None:
        self._stream_chunks("text/event-stream", [f"data: {item}\n\n".encode() for item in items], whole)

    def _stream_chunks(self, content_type: str, chunks: list[bytes], whole: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for data in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        if whole:
            self.wfile.write(b"0\r\n\r\n")

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _client_leaves(self, seconds: float) -> bool:
        """Wait, and tell whether the client closed the connection meanwhile."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        try:
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except ConnectionError:
            return True
