"""The small HTTP server that fakes are made on: streams, broken connections, and its end."""

import asyncio
import gc
import http.client
import socket
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest
from smolagents_testing.loopback import ConnectionCut, LoopbackServer, Reply, Request


class Server(LoopbackServer):
    """Say what was asked, stream, hang up, or wait for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.streaming = threading.Event()
        self.stopped = threading.Event()

    async def answer(self, request: Request) -> Reply:
        if request.path == "/cut":
            raise ConnectionCut
        if request.path == "/stream":
            return Reply(chunks=self.chunks(endless=request.query.get("endless") == "1"), content_type="text/plain")
        if request.path == "/wait":
            self.streaming.set()
            await asyncio.sleep(1000)
        return Reply(
            201, {"method": request.method, "path": request.path, "query": request.query, "body": request.json()}
        )

    async def chunks(self, endless: bool) -> AsyncIterator[bytes]:
        yield b"one "
        self.streaming.set()
        try:
            while endless:
                await asyncio.sleep(1000)
        finally:
            self.stopped.set()
        yield b"two"

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    yield connection
    connection.close()


def test_reads_requests_and_answers_one_after_the_other(connection: http.client.HTTPConnection) -> None:
    bodies = ['{"a": "ż"}'.encode(), iter([b"[1,", b" 2]"])]  # the second in chunks
    for body, expected in zip(bodies, [{"a": "ż"}, [1, 2]], strict=True):
        connection.request("PUT", "/some%20where?x=1", body)
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (201, "application/json")
        text = response.read()
        assert b'"path": "/some where", "query": {"x": "1"}' in text
        assert text.endswith(b'"body": {"a": "\\u017c"}}' if expected != [1, 2] else b'"body": [1, 2]}')


def test_streams(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/stream")
    assert connection.getresponse().read() == b"one two"


def test_a_client_that_leaves_ends_its_stream(server: Server, connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/stream?endless=1")
    response = connection.getresponse()
    assert response.read(4) == b"one "
    response.close()
    connection.close()
    assert server.stopped.wait(60)


def test_hangs_up(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/cut")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()


@pytest.mark.parametrize("path", ["/wait", "/stream?endless=1"])
def test_its_end_ends_what_goes_on(path: str) -> None:
    with Server() as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        connection.request("GET", path)
        assert server.streaming.wait(60)
    assert server.closed
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.getresponse().read()
    connection.close()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(server.url[17:]))):
        pass


def test_a_connection_that_comes_at_its_end_is_closed() -> None:
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        with Server() as server:
            server._loop.call_soon_threadsafe(time.sleep, 0.2)  # it comes upon the connection and its end at once
            client = socket.create_connection(("127.0.0.1", int(server.url[17:])))
        client.close()
        gc.collect()
    assert [str(complaint.message) for complaint in complaints] == []


def test_what_goes_wrong_inside_is_raised_where_it_was_asked_for(server: Server) -> None:
    with pytest.raises(ZeroDivisionError):
        server.in_loop(lambda: 1 // 0)
