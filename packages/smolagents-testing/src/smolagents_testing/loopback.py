"""A small HTTP server on loopback, the base of fakes whose answers are streams: one thread, however many clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

Result = TypeVar("Result")

MAX_LINE_BYTES = 2**20
# A connection takes the event loop some rounds to begin, and to end.
CLOSING_ROUNDS = 10


@dataclass
class Request:
    """Hold one request.

    Args:
        method: Verb.
        path: Path, unquoted.
        query: Parameters of the URL.
        headers: Headers, their names in lower case.
        body: The body's bytes.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body or b"null")


@dataclass
class Reply:
    """Hold an answer.

    Args:
        status: HTTP status.
        body: Bytes, or what to send as JSON; None for nothing.
        chunks: Sent one by one instead of a body.
        content_type: What the body is.
    """

    status: int = 200
    body: Any = None
    chunks: AsyncIterator[bytes] | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class ConnectionCut(Exception):
    """Close the connection, in the middle of the answer as it may be."""


class LoopbackServer(ABC):
    """Serve HTTP on a free port of 127.0.0.1; use as a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._port = 0
        self._closing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def answer(self, request: Request) -> Reply:
        """Return the answer to a request.

        Raises:
            ConnectionCut: There is none.
        """

    @abstractmethod
    async def close(self) -> None:
        """End what the server has started."""

    @property
    def url(self) -> str:
        """Return the server's URL."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Any:
        self._thread.start()
        self._server = self.in_loop(lambda: asyncio.start_server(self._connected, "127.0.0.1", limit=MAX_LINE_BYTES))
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.in_loop(self._shut_down)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for _ in range(CLOSING_ROUNDS):  # what was accepted meanwhile is closed in rounds, too
            self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def in_loop(self, work: Callable[[], Any]) -> Any:
        """Do something in the server's thread and return what came of it."""

        async def run() -> Any:
            made = work()
            return await made if asyncio.iscoroutine(made) else made

        done: Future[Any] = asyncio.run_coroutine_threadsafe(run(), self._loop)
        return done.result(300)

    async def _shut_down(self) -> None:
        self._closing = True
        await stop_accepting(self._server.sockets)
        self._server.close()
        await self.close()
        for _ in range(CLOSING_ROUNDS):
            for writer in self._writers:
                writer.transport.abort()
            await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:
            return writer.transport.abort()
        self._writers.add(writer)
        task = self._loop.create_task(self._serve(reader, writer))
        self._serving.add(task)
        return task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read_request(reader)) is not None:
                await self._respond(request, reader, writer)
        except (ConnectionCut, ConnectionError, asyncio.IncompleteReadError):
            pass  # a client that went away, and a server that does, are what tests are about
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _respond(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = await self.answer(request)
        body = b""
        if reply.body is not None:
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        length = "Transfer-Encoding: chunked" if reply.chunks is not None else f"Content-Length: {len(body)}"
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", f"Content-Type: {reply.content_type}"]
        lines += [length, *(f"{name}: {value}" for name, value in reply.headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        if reply.chunks is not None:
            await _unless_client_leaves(reader, _send_chunks(reply.chunks, writer))


async def stop_accepting(listeners: Iterable[Any]) -> None:
    """Accept no more connections, and let asyncio finish with those that it has accepted.

    A server that is closed before that leaves their sockets to the garbage collector, whose warning hits any test.
    """
    for listener in listeners:
        asyncio.get_running_loop().remove_reader(listener.fileno())
    for _ in range(CLOSING_ROUNDS):
        await asyncio.sleep(0)


async def _send_chunks(chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> None:
    async for chunk in chunks:
        writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _unless_client_leaves(reader: asyncio.StreamReader, work: Any) -> None:
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, leaving):
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    if leaving.done() and not leaving.cancelled():
        leaving.exception()  # one that nobody has looked at is reported
    if working.cancelled():
        raise ConnectionCut
    working.result()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line:
        return None
    method, target, _ = line.decode("ascii").split()
    headers = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join([chunk async for chunk in _read_chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    return Request(method, unquote(url.path), dict(parse_qsl(url.query)), headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).partition(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
