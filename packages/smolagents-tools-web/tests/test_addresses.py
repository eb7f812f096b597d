"""No visit leads to this machine or its network, whatever stands for the address and whoever names it."""

import shutil
import socket
import ssl
import subprocess
import threading
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from smolagents.addresses import is_public
from smolagents_testing import FakeWebServer
from smolagents_tools_web import VisitWebpageTool, connections

PUBLIC = "93.184.215.14"
PRIVATE = [
    *("127.0.0.1", "127.255.0.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
    *("192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
    *(
        "fec0::1",
        "ff02::1",
        "168.63.129.16",
        "2a00:1450::5efe:a00:1",
        "2a00:1450::200:5efe:127.0.0.1",
        "2001:db8::1",
        "100::1",
        "::ffff:0:10.0.0.1",
    ),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::6810:84e5", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_ipv6_hides_no_address(inner: IPv4Address) -> None:
    number = int(inner)
    for outer in (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert is_public(str(IPv6Address(outer))) == is_public(str(inner))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "0", "0.0.0.0", "[::1]", "[::]"),
        *("localhost", "LOCALHOST", "localhost.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "user:secret@127.0.0.1"),
        *("127.0.0.1%2f@127.0.0.1", "127。0。0。1", "１２７.0.0.1", "0177.0.0.1"),
    ],
)
def test_spellings_of_this_machine(host: str, web: FakeWebServer) -> None:
    port = web.url.rpartition(":")[2]
    assert "can't be read: " in VisitWebpageTool()(f"http://{host}:{port}/article")
    assert web.connections == 0


def test_allowed_hosts_are_allowed_by_name_alone(web: FakeWebServer) -> None:
    port = web.url.rpartition(":")[2]
    tool = VisitWebpageTool(private_hosts=["LOCALHOST", "[::1]"])
    assert "Moon" in tool(f"http://localhost:{port}/article")
    assert "127.0.0.1 is not on the public Internet" in tool(f"http://127.0.0.1:{port}/article")
    assert "not on the public Internet" in tool(f"http://localhost:{port}/redirect?to={web.url}/article")
    assert "not on the public Internet" in VisitWebpageTool()(f"http://localhost:{port}/article")  # though it is open


def test_a_proxy_of_the_environment_is_no_way_around(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, web.url)
    for url in ("http://169.254.169.254/latest", "http://no-such-host.invalid/"):
        assert "can't be read: " in VisitWebpageTool()(url)
    assert web.connections == 0


class Names:
    """Stand in for the resolver: a name's answers, one after the other. Addresses are looked up as always."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): found for name, found in answers.items()}
        self.asked: list[str] = []
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host not in self.answers:
            return self.real(host, port, *args, **kwargs)
        self.asked.append(host)
        answers = self.answers[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def test_a_name_that_changes_its_mind(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, rebinding_test=[[PUBLIC], ["127.0.0.1"]])
    connected: list[str] = []

    class Recorder:
        def connect_tcp(self, host: str, *args: Any) -> Any:
            import httpcore

            connected.append(host)
            raise httpcore.ConnectError("not in a test")

    with connections.time_limit(10), pytest.raises(Exception, match="not in a test"):
        backend = connections.CheckedBackend(Recorder(), frozenset())  # type: ignore[arg-type]
        backend.connect_tcp("rebinding.test", 80)
    assert (connected, names.asked) == ([PUBLIC], ["rebinding.test"])
    port = web.url.rpartition(":")[2]
    assert "which is not on the public Internet" in VisitWebpageTool()(f"http://rebinding.test:{port}/article")
    assert web.connections == 0


def test_one_private_address_among_public_ones(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, mixed_test=[[PUBLIC, "127.0.0.1"]])
    port = web.url.rpartition(":")[2]
    assert "mixed.test is at 127.0.0.1, which is not" in VisitWebpageTool()(f"http://mixed.test:{port}/article")
    assert web.connections == 0


def test_a_name_is_resolved_once_and_the_next_address_tried(
    web: FakeWebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(monkeypatch, two_test=[["127.0.0.9", "127.0.0.1"]])
    port = web.url.rpartition(":")[2]
    assert "Moon" in VisitWebpageTool(private_hosts=["two.test"])(f"http://two.test:{port}/article")
    assert names.asked == ["two.test"]
    assert web.requests[-1].headers["host"] == f"two.test:{port}"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_certificates_are_checked_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {key} -out {certificate} -subj /CN=s"
    subprocess.run([*command.split(), "-addext", "subjectAltName=DNS:secure.test"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    Names(monkeypatch, secure_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    tool = VisitWebpageTool(private_hosts=["secure.test", "other.test"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        serving = threading.Thread(target=_serve, args=(server, context, 3))
        serving.start()
        port = server.getsockname()[1]
        connections.close()
        assert "no connection to secure.test: " in tool(f"https://secure.test:{port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        connections.close()
        assert tool(f"https://secure.test:{port}/") == "Safe and sound."
        assert "no connection to other.test: " in tool(f"https://other.test:{port}/")
        serving.join()
    connections.close()


def _serve(server: socket.socket, context: ssl.SSLContext, times: int) -> None:
    for _ in range(times):
        accepted, _ = server.accept()
        with accepted:
            try:
                with context.wrap_socket(accepted, server_side=True) as secure:
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\nSafe and sound.")
            except OSError:  # a client that has no trust
                pass
