"""The browser's connections lead through the gate, and the gate leads to checked addresses only."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest
from smolagents_browser.gate import Gate
from smolagents_testing import FakeWebServer
from smolagents_testing.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def web() -> Iterator[FakeWebServer]:
    with FakeWebServer() as server:
        yield server


def connect(gate: Gate, host: str, port: int) -> tuple[socket.socket, int]:
    """Return a connection through the gate, and what the gate says to it."""
    name = host.encode()
    connection = socket.create_connection(("127.0.0.1", gate.port), PATIENCE_SECONDS)
    connection.sendall(b"\x05\x01\x00")
    assert connection.recv(2) == b"\x05\x00"
    connection.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
    return connection, connection.recv(10)[1]


def ask(gate: Gate, host: str, port: int) -> tuple[int, bytes]:
    """Return what the gate says to a connection, and what comes through it then."""
    connection, status = connect(gate, host, port)
    with connection:
        if status:
            assert connection.recv(1) == b""
            return status, b""
        connection.sendall(b"GET /article HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"</html>" not in received:
            data = connection.recv(65536)
            assert data, received
            received += data
        return status, received


def test_private_hosts_are_refused_unless_they_are_named(web: FakeWebServer) -> None:
    port = int(web.url.rpartition(":")[2])
    for allowed in ([], [f"127.0.0.1:{port + 1}"], ["localhost"]):
        gate = Gate(allowed)
        assert ask(gate, "127.0.0.1", port) == (2, b"")
        assert gate.refusals == {f"127.0.0.1:{port}": "127.0.0.1 is not on the public Internet"}
        gate.close()
    assert web.connections == 0
    for allowed in (["127.0.0.1"], [f"127.0.0.1:{port}"]):
        gate = Gate(allowed)
        status, received = ask(gate, "127.0.0.1", port)
        assert status == 0
        assert b"How tides work" in received
        gate.close()


def test_a_name_that_means_this_machine(web: FakeWebServer) -> None:
    port = int(web.url.rpartition(":")[2])
    gate = Gate()
    assert ask(gate, "LOCALHOST", port)[0] == 2
    assert ask(gate, "nobody.invalid", port)[0] == 1
    gate.close()
    gate = Gate(["LocalHost"])
    assert ask(gate, "localhost", port)[0] == 0
    gate.close()


@pytest.mark.parametrize("named", ["[::1]", "::1", "[::1]:9"])
def test_an_address_of_ipv6_is_named_as_in_urls(named: str) -> None:
    gate = Gate([named])
    connect(gate, "::1", 9)[0].close()  # whether this machine has such addresses makes no difference
    assert gate.refusals == {}
    gate.close()


def test_an_address_is_no_host() -> None:
    with pytest.raises(ValueError, match=r"'http://localhost:8000/' is no host: name private hosts as localhost or"):
        Gate(["http://localhost:8000/"])


def test_a_refusal_is_forgotten_once_the_host_can_be_reached(web: FakeWebServer) -> None:
    port = int(web.url.rpartition(":")[2])
    gate = Gate(["localhost"])
    gate.refusals[f"localhost:{port}"] = "localhost was at 10.0.0.1"
    assert ask(gate, "localhost", port)[0] == 0
    assert gate.refusals == {}
    gate.close()


def test_a_connection_ends_when_the_browser_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        gate = Gate([f"127.0.0.1:{port}"])
        connection, status = connect(gate, "127.0.0.1", port)
        with silent.accept()[0]:  # who never hangs up, and says nothing either
            assert (status, len(gate._tasks)) == (0, 1)
            connection.close()
            until(lambda: not gate._tasks)
        gate.close()


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b"\x05\x01\x02", b"\x05\x01\x00\x05\x02\x00\x01", b"\x05", b""]
)
def test_who_speaks_no_socks_is_hung_up_on(said: bytes) -> None:
    gate = Gate()
    with socket.create_connection(("127.0.0.1", gate.port), PATIENCE_SECONDS) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        try:
            while connection.recv(100):
                pass
        except ConnectionError:
            pass
    gate.close()


def test_connections_that_come_while_it_closes(caplog: pytest.LogCaptureFixture) -> None:
    request = b"\x05\x01\x00" + b"\x05\x01\x00\x03\x09localhost\x00\x50"
    for number in range(40):
        gate = Gate()
        gate._loop.call_soon_threadsafe(time.sleep, 0.05)
        connections = [socket.create_connection(("127.0.0.1", gate.port)) for _ in range(50)]
        for connection in connections:
            connection.sendall(request)
        time.sleep(number / 10_000)
        gate.close()
        for connection in connections:
            connection.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
