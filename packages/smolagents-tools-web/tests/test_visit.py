"""Visits of pages, of those that mean harm as well: a text for the model comes back, soon, and memory stays small."""

import contextlib
import socket
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from smolagents_testing import FakeWebServer
from smolagents_testing.openai_server import Dropped
from smolagents_testing.web_pages import pdf
from smolagents_tools_web import VisitWebpageTool, converter
from smolagents_tools_web.pages import PageReader

HERE = ["127.0.0.1"]
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"


def visiting(**limits: float) -> VisitWebpageTool:
    """Return a tool that may visit the fake web, with other limits than usual."""
    tool = VisitWebpageTool(private_hosts=HERE)
    tool._reader = PageReader(frozenset(HERE), **limits)  # type: ignore[arg-type]
    return tool


def test_an_article(web: FakeWebServer) -> None:
    text = visiting()(f"{web.url}/article")
    assert "\n\n# How tides work\n\n" in text
    assert text.count("How tides work") == 1
    assert f"[Home]({web.url}/) [About]({web.url}/about/)" in text
    assert f"The **Moon** pulls on the sea; so does the [Sun]({web.url}/sun.html). *Twice a day* the water" in text
    assert "| Place | Range (m) |\n| --- | --- |\n| Bay of Fundy | 16 |" in text
    assert "* flood\n* ebb" in text
    assert "height = a * cos(w_t * t)" in text
    assert "café – 潮" in text
    for hidden in ("track(", "teal", "base64", "javascript:"):
        assert hidden not in text


def test_other_kinds(web: FakeWebServer) -> None:
    visit = visiting()
    assert visit(f"{web.url}/article.pdf") == "Tides in short\n\nThe Moon did it."
    data = '{"b": [1, 2],\n "a": "<b>"}'
    assert visit(web.add("/data", data, "application/json")) == data
    assert visit(web.add("/plain", "x < y\n  <html>", "text/plain")) == "x < y\n  <html>"
    assert visit(web.add("/feed", "<rss>ü</rss>", "application/rss+xml")) == "<rss>ü</rss>"
    assert visit(web.add("/none", "<!DOCTYPE html><p>Hi</p>", "")) == "Hi"
    assert visit(web.add("/pdf", b"\n" + pdf("Hi", compressed=False), "application/octet-stream")) == "Hi"
    assert "a file of type image/png (8 bytes)" in visit(web.add("/image", b"\x89PNG\r\n\x1a\n", "image/png"))


def test_length(web: FakeWebServer) -> None:
    tool = VisitWebpageTool(max_output_length=1000, private_hosts=HERE)
    text = tool(web.add("/long", "<p>0123456789</p>" * 1000))
    assert text.endswith("[Only the first 1000 of 11998 characters are shown.]")
    assert len(text) < 1100
    many = tool(web.add("/long.pdf", pdf(*["A line of text. " * 20] * 30), "application/pdf"))
    assert "of 30 pages]" in many or "characters are shown" in many
    assert VisitWebpageTool().max_output_length == 40000
    hidden = tool(web.add("/hidden", f"<p>Shown</p>{' ' * converter.MAX_HTML_CHARACTERS}<p>Not read</p>"))
    assert hidden == "Shown\n\n[Only the first 2097152 of 2097179 characters of HTML were read.]"


def test_errors_of_servers(web: FakeWebServer) -> None:
    visit = visiting()
    assert visit(f"{web.url}/none") == f"The page {web.url}/none can't be read: the server answered 404 Not Found."
    assert "answered 503 Service Unavailable." in visit(web.add("/busy", "", status=503))
    assert "no connection to 127.0.0.1: " in visit("http://127.0.0.1:1/")
    for port in (0, 65536 + 80):
        assert f"there is no port {port}" in visit(f"http://127.0.0.1:{port}/")
    assert "no connection to no-such-host.invalid" in visit("no-such-host.invalid/page")


HOSTILE = {
    "endless": "bytes of the page were read.]",
    "drip": "did not send all of it within 1 s",
    "slow-headers": "did not send all of it within 1 s",
    "silent": "did not send all of it within 1 s",
    "bomb": "bytes of the page were read.]",
    "no-gzip": "no valid gzip or deflate data",
    "brotli": "the encoding 'br', which was not asked for",
    "wrong-charset": "Voilà un café à Besançon",
    "unknown-charset": "café",
    "redirect-loop": "redirects more than 10 times",
    "redirect-to-file": "only addresses that begin with http:// or https:// can be visited, not 'file:///etc/passwd'",
    "redirect-to-metadata": "169.254.169.254 is not on the public Internet. Only public pages can be visited.",
    "redirect-to-loopback": "localhost is at 127.0.0.1, which is not on the public Internet.",
    "redirect-to-nowhere": "no address of a web page",
    "deep": "At the bottom.",
    "deep-tables": "At the bottom.",
    "malformed": "Last words",
    "binary": "says that it is text, but is a binary file (25600 bytes)",
    "no-pdf": "a PDF file that can't be read",
    "empty": "it has no text.",
    "huge-header": "the server sent something that can't be read",
    "cut": "the server sent something that can't be read",
    "no-http": "the server sent something that can't be read",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_pages_that_mean_harm(name: str, web: FakeWebServer) -> None:
    never_ends, is_cut = "within 1 s" in HOSTILE[name], name in ("bomb", "endless")
    visit = visiting(seconds=1.0 if never_ends else 60.0, max_bytes=2 ** (17 if is_cut else 20))
    tracemalloc.start()
    try:
        text = visit(web.hostile(name))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert HOSTILE[name] in text
    assert len(text) < 41_000
    assert peak < 40 * 2**20  # the bomb is 100 MiB, and what is never-ending has more


def test_every_harm_is_tried(web: FakeWebServer) -> None:
    from smolagents_testing.web_server import hostile_pages

    assert sorted(HOSTILE) == sorted(hostile_pages())


def test_a_bomb_in_a_pdf_file(web: FakeWebServer) -> None:
    text = visiting()(web.add("/bomb.pdf", pdf("a" * (100 * 2**20)), "application/pdf"))
    assert len(text) < 41_000


RAW = {  # a mebibyte of each, and then silence
    "interim responses without end": (
        b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 4096 + b"\r\n\r\n",
        b"",
        "did not send all of it within 1 s",
    ),
    "chunks without end": (b"1;" + b"x" * 9 + b"\r\na\r\n", CHUNKED, "did not send all of it within 1 s"),
    "a chunk extension without end": (b"x" * 4096, CHUNKED + b"1;", "sent something that can't be read"),
    "trailers without end": (b"X: 1\r\n" * 999, CHUNKED + b"2\r\nHi\r\n0\r\n", "sent something that can't be read"),
}


@pytest.mark.parametrize("name", RAW)
def test_protocols_that_mean_harm(name: str) -> None:
    piece, start, says = RAW[name]

    def serve() -> None:
        while True:
            accepted, _ = listening.accept()
            with accepted, contextlib.suppress(OSError):
                if is_over.is_set():
                    return
                accepted.sendall(start + piece * (2**20 // len(piece)))
                while accepted.recv(4096):  # until the other side gives up
                    pass

    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        serving = pool.submit(serve)
        address = listening.getsockname()
        tracemalloc.start()
        try:
            assert says in visiting(seconds=1.0 if "within 1 s" in says else 60.0)("http://{}:{}/".format(*address))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            is_over.set()
            socket.create_connection(address).close()
        assert peak < 40 * 2**20
        serving.result()


def test_redirects(web: FakeWebServer) -> None:
    web.add("/dir/page", '<a href="next">Next</a>')
    visit = visiting()
    assert visit(f"{web.url}/redirect?to=/dir/page") == f"[Next]({web.url}/dir/next)"
    assert visit(f"{web.url}/redirect?to={web.url}/dir/page") == f"[Next]({web.url}/dir/next)"
    web.add("/lost", "Nothing here.", status=302)
    assert "answered 302 Found" in visit(f"{web.url}/lost")


def test_cookies_last_for_a_visit(web: FakeWebServer) -> None:
    web.add("/enter", "", status=302, Location="/article", Set_Cookie="seen=1; Path=/")
    visit = visiting()
    assert "Moon" in visit(f"{web.url}/enter")
    assert web.requests[-1].headers["cookie"] == "seen=1"
    visit(f"{web.url}/article")
    assert "cookie" not in web.requests[-1].headers


def test_connections_are_reused(web: FakeWebServer) -> None:
    for _ in range(3):  # without the time that it takes to turn a page into text: connections are not kept for long
        visiting()._reader.read(f"{web.url}/article")
    assert (len(web.requests), web.connections) == (3, 1)


def test_a_dropped_connection_is_tried_again(web: FakeWebServer) -> None:
    visit = visiting()
    visit(f"{web.url}/article")
    web.fail(Dropped())
    assert "Moon" in visit(f"{web.url}/article")
    web.fail(Dropped(), Dropped())
    assert "can't be read" in visit(f"{web.url}/article")


def test_many_at_once(web: FakeWebServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(visiting(), [f"{web.url}/article"] * 8))
    assert len(set(texts)) == 1
    assert "Moon" in texts[0]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=50),
        st.text(st.characters(codec="ascii"), max_size=30).map("http://127.0.0.1:1/".__add__),
        st.from_regex(r"(https?://)?[\[\]:.@%0-9a-fx/\\?#-]{0,30}", fullmatch=True),
    )
)
def test_no_address_raises(url: str) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(8, "no such host")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)  # nothing that hypothesis makes up is to be looked up
        assert "can't be read: " in VisitWebpageTool()(url)
