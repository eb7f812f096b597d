"""A fake web on loopback: search services, an encyclopedia, articles, and pages that mean harm to who reads them."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache
from typing import Any

from smolagents_testing import web_pages
from smolagents_testing.loopback import ConnectionCut, LoopbackServer, Reply, Request
from smolagents_testing.openai_server import Dropped, Failure
from smolagents_testing.web_pages import HITS, Hit

Raw = Callable[[asyncio.StreamWriter], Awaitable[None]]

DRIP_SECONDS = 0.05
DEPTH = 100_000
BOMB_MEGABYTES = 100
_HTML = "text/html; charset=utf-8"


class FakeWebServer(LoopbackServer):
    """Answer as search services and websites do, on a free port of 127.0.0.1; use as a context manager.

    The services are at `/duckduckgo/lite`, `/duckduckgo/html`, `/bing`, `/exa`, `/serpapi`, `/serper`, `/brave` and
    `/wikipedia`; pages at `/article`, `/article.pdf` and what `add` puts somewhere; harm under `/hostile/`, by the
    names that `hostile_pages` returns.

    Attributes:
        api_key: The key that services want which want one.
        hits: What searches find.
        articles: What the encyclopedia has, by title.
        requests: What came in, in order.
        connections: How many connections there were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.api_key = "key-of-the-fake-web"
        self.hits: Sequence[Hit] = HITS
        self.articles = {"Tide": "Tides rise and fall.\n\n== Causes ==\nThe Moon.", "Tidal power": "Power of tides."}
        self.requests: list[Request] = []
        self.connections = 0
        self._failures: deque[Failure | Dropped] = deque()
        self._pages: dict[str, Reply] = {
            "/article": Reply(body=web_pages.ARTICLE.encode(), content_type=_HTML),
            "/article.pdf": Reply(
                body=web_pages.pdf("Tides in short", "The Moon did it."), content_type="application/pdf"
            ),
        }

    def add(self, path: str, body: bytes | str, content_type: str = _HTML, status: int = 200, **headers: str) -> str:
        """Put a page at a path and return its address; headers may be spelled with underscores."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = Reply(status, data, content_type=content_type, headers=named)
        return self.url + path

    def fail(self, *failures: Failure | Dropped) -> None:
        """Answer the next requests with errors, one after the other."""
        self._failures.extend(failures)

    def hostile(self, name: str) -> str:
        """Return the address of a page that means harm."""
        if name not in hostile_pages():
            raise ValueError(f"There is no hostile page {name!r}; there are: {', '.join(hostile_pages())}")
        return f"{self.url}/hostile/{name}"

    async def answer(self, request: Request) -> Reply:
        """Return the answer to a request."""
        self.requests.append(request)
        if self._failures:
            failure = self._failures.popleft()
            if isinstance(failure, Dropped):
                raise ConnectionCut
            return Reply(failure.status, {"error": failure.message}, headers=failure.headers)
        if request.path in _HOSTILE:
            made = _HOSTILE[request.path]
            return made() if callable(made) else made
        if request.path == "/redirect":
            return Reply(302, b"", headers={"Location": request.query["to"]})
        if request.path in self._pages:
            return self._pages[request.path]
        service = _SERVICES.get(request.path)
        return service(self, request) if service else Reply(404, b"<h1>Not Found</h1>", content_type=_HTML)

    async def close(self) -> None:
        """End what the server has started: nothing but its connections."""

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        super()._connected(reader, writer)

    async def _respond(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = _RAW.get(request.path)
        if raw is None:
            return await super()._respond(request, reader, writer)
        self.requests.append(request)
        await raw(writer)
        raise ConnectionCut


def hostile_pages() -> list[str]:
    """Return the names of the pages that mean harm."""
    return [path.removeprefix("/hostile/") for path in (*_HOSTILE, *_RAW)]


def _json_service(
    key_of: Callable[[Request], str | None], found: Callable[[str, Sequence[Hit]], Any], status: int = 401
) -> Callable[[FakeWebServer, Request], Reply]:
    def answer(server: FakeWebServer, request: Request) -> Reply:
        key = key_of(request)
        if key != server.api_key:
            return Reply(status, {"error": f"Invalid API key: {key}"})
        query = request.query.get("q") or (request.json() or {}).get("q") or (request.json() or {}).get("query")
        if not query:
            return Reply(400, {"error": "Missing query"})
        return Reply(body=found(query, server.hits))

    return answer


def _duckduckgo(page: Callable[[Sequence[Hit]], str]) -> Callable[[FakeWebServer, Request], Reply]:
    return lambda server, request: Reply(body=page(server.hits).encode(), content_type=_HTML)


def _bing(server: FakeWebServer, request: Request) -> Reply:
    if request.query.get("format") != "rss":
        return Reply(body=b"<!DOCTYPE html><html>Bing</html>", content_type=_HTML)
    feed = web_pages.bing_rss(request.query["q"], server.hits[: int(request.query.get("count", 10))])
    return Reply(body=feed.encode(), content_type="text/xml; charset=utf-8")


def _wikipedia(server: FakeWebServer, request: Request) -> Reply:
    query = request.query
    if "user-agent" not in request.headers:
        return Reply(403, b"Please set a user-agent.", content_type="text/plain")
    if query.get("action") != "query" or query.get("formatversion") != "2":
        return Reply(body={"error": {"code": "badvalue", "info": "Unrecognized value for parameter."}})
    if query.get("list") == "search":
        words = query["srsearch"].lower().split()
        titles = [
            title for title, text in server.articles.items() if all(word in f"{title} {text}".lower() for word in words)
        ]
        return Reply(body=web_pages.wikipedia_search(titles[: int(query["srlimit"])]))
    text = server.articles.get(query["titles"])
    if text is not None and "exintro" in query:
        text = text.partition("\n\n== ")[0]
    if text is not None and "explaintext" not in query:
        text = f"<p>{text}</p>"
    return Reply(body=web_pages.wikipedia_page(query["titles"], text))


_SERVICES = {
    "/duckduckgo/lite": _duckduckgo(web_pages.duckduckgo_lite),
    "/duckduckgo/html": _duckduckgo(web_pages.duckduckgo_html),
    "/bing": _bing,
    "/exa": _json_service(lambda request: request.headers.get("x-api-key"), lambda _, hits: web_pages.exa(hits)),
    "/serpapi": _json_service(lambda request: request.query.get("api_key"), web_pages.serpapi),
    "/serper": _json_service(lambda request: request.headers.get("x-api-key"), web_pages.serper, 403),
    "/brave": _json_service(lambda request: request.headers.get("x-subscription-token"), web_pages.brave, 422),
    "/wikipedia": _wikipedia,
}


def _endless() -> Reply:
    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"<p>More and more.</p>" * 1000

    return Reply(chunks=chunks(), content_type=_HTML)


def _drip() -> Reply:
    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(DRIP_SECONDS)

    return Reply(chunks=chunks(), content_type=_HTML)


@cache
def _bomb() -> Reply:
    content = b"a" * 2**20
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    # After a full flush the same input always becomes the same output.
    megabyte = compressor.compress(content) + compressor.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(BOMB_MEGABYTES):
        checksum = zlib.crc32(content, checksum)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    trailer = struct.pack("<II", checksum, BOMB_MEGABYTES * len(content))
    body = head + megabyte * BOMB_MEGABYTES + compressor.flush() + trailer
    return Reply(body=body, content_type=_HTML, headers={"Content-Encoding": "gzip"})


def _deep(*tags: str) -> Callable[[], Reply]:
    def page() -> Reply:
        level = "".join(f"<{tag}>" for tag in tags).encode()
        return Reply(body=level * (DEPTH // len(tags)) + b"At the bottom.", content_type=_HTML)

    return page


async def _slow_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Drip: 1\r\n")
        await writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def _huge_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"x" * 2**20 + b"\r\n\r\n")
    await writer.drain()


async def _cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>Not all of")
    await writer.drain()


async def _no_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\x00\xff\r\n")
    await writer.drain()


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


_LATIN = "<p>Voilà un café à Besançon</p>".encode("latin-1")
_HOSTILE: dict[str, Reply | Callable[[], Reply]] = {
    "/hostile/endless": _endless,
    "/hostile/drip": _drip,
    "/hostile/bomb": _bomb,
    "/hostile/no-gzip": Reply(body=b"\x1f\x8bnot gzip", content_type=_HTML, headers={"Content-Encoding": "gzip"}),
    "/hostile/brotli": Reply(body=b"\x0b\x02\x80a", content_type=_HTML, headers={"Content-Encoding": "br"}),
    "/hostile/wrong-charset": Reply(body=_LATIN, content_type="text/html; charset=utf-8"),
    "/hostile/unknown-charset": Reply(body="<p>café</p>".encode(), content_type="text/html; charset=klingon"),
    "/hostile/redirect-loop": Reply(302, b"", headers={"Location": "/hostile/redirect-loop"}),
    "/hostile/redirect-to-file": Reply(302, b"", headers={"Location": "file:///etc/passwd"}),
    "/hostile/redirect-to-metadata": Reply(302, b"", headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    "/hostile/redirect-to-loopback": Reply(302, b"", headers={"Location": "http://localhost:1/"}),
    "/hostile/redirect-to-nowhere": Reply(302, b"", headers={"Location": "http://[::1"}),
    "/hostile/deep": _deep("div"),
    "/hostile/deep-tables": _deep("table", "tr", "td"),
    "/hostile/malformed": Reply(body=web_pages.MALFORMED.encode(), content_type=_HTML),
    "/hostile/binary": Reply(body=bytes(range(256)) * 100, content_type="text/plain; charset=utf-8"),
    "/hostile/no-pdf": Reply(body=b"%PDF-1.7\n" + b"1 0 obj <<" * 1000, content_type="application/pdf"),
    "/hostile/empty": Reply(body=b"", content_type=_HTML),
}
_RAW: dict[str, Raw] = {
    "/hostile/slow-headers": _slow_headers,
    "/hostile/huge-header": _huge_header,
    "/hostile/cut": _cut,
    "/hostile/no-http": _no_http,
    "/hostile/silent": _silent,
}
