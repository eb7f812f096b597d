"""The fake web speaks HTTP, in the formats of the services that it stands for."""

import http.client
import json
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from smolagents_testing import FakeWebServer
from smolagents_testing.openai_server import Failure
from smolagents_testing.web_pages import Hit, pdf
from smolagents_testing.web_server import hostile_pages


@pytest.fixture
def web() -> Iterator[FakeWebServer]:
    with FakeWebServer() as server:
        yield server


def get(url: str, body: Any = None, **headers: str) -> str:
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, data, named), timeout=30) as response:
        text: str = response.read().decode()
    return text


def test_searches(web: FakeWebServer) -> None:
    web.hits = [Hit("A & B", "https://a.example/?x=1&y=2", "Some text.")]
    assert "uddg=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y%3D2&amp;" in get(f"{web.url}/duckduckgo/lite?q=a")
    assert 'href="https://a.example/?x=1&amp;y=2"' in get(f"{web.url}/duckduckgo/html?q=a")
    (item,) = ElementTree.fromstring(get(f"{web.url}/bing?q=a&format=rss")).iter("item")
    assert [item.findtext("title"), item.findtext("link")] == ["A & B", "https://a.example/?x=1&y=2"]
    key = web.api_key
    answers = [
        json.loads(get(f"{web.url}/exa", {"query": "a"}, x_api_key=key))["results"][0]["title"],
        json.loads(get(f"{web.url}/serpapi?q=a&api_key={key}"))["organic_results"][0]["title"],
        json.loads(get(f"{web.url}/serper", {"q": "a"}, X_API_KEY=key))["organic"][0]["title"],
        json.loads(get(f"{web.url}/brave?q=a", X_Subscription_Token=key))["web"]["results"][0]["title"],
    ]
    assert answers == ["A & B"] * 4
    assert [request.path for request in web.requests][:2] == ["/duckduckgo/lite", "/duckduckgo/html"]


@pytest.mark.parametrize(("path", "status"), [("/exa", 401), ("/serpapi?q=a", 401), ("/serper", 403), ("/brave", 422)])
def test_keys_are_checked(web: FakeWebServer, path: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(web.url + path)
    refused.value.close()
    assert refused.value.code == status


def test_encyclopedia(web: FakeWebServer) -> None:
    query = f"{web.url}/wikipedia?action=query&format=json&formatversion=2"
    hits = json.loads(get(f"{query}&list=search&srsearch=tides&srlimit=5"))["query"]["search"]
    assert [hit["title"] for hit in hits] == ["Tide", "Tidal power"]
    (page,) = json.loads(get(f"{query}&titles=Tide&explaintext=1&exintro=1"))["query"]["pages"]
    assert page["extract"] == "Tides rise and fall."
    (page,) = json.loads(get(f"{query}&titles=None"))["query"]["pages"]
    assert page["missing"] is True
    assert json.loads(get(f"{web.url}/wikipedia?action=query"))["error"]["code"] == "badvalue"


def test_pages_and_failures(web: FakeWebServer) -> None:
    address = web.add("/here", "Hello", "text/plain", X_Mine="yes")
    with urllib.request.urlopen(address, timeout=30) as response:
        assert (response.read(), response.headers["X-Mine"]) == (b"Hello", "yes")
    web.fail(Failure(503, headers={"Retry-After": "7"}))
    with pytest.raises(urllib.error.HTTPError) as failed:
        get(address)
    failed.value.close()
    assert (failed.value.code, failed.value.headers["Retry-After"]) == (503, "7")
    assert get(f"{web.url}/redirect?to=/here") == "Hello"
    assert len(web.requests) == 4
    assert web.connections == 4


def test_pdf_files_are_complete() -> None:
    made = pdf("One", "Two (2", compressed=False)
    start = int(made.rpartition(b"startxref\n")[2].split()[0])
    assert made[start:].startswith(b"xref\n0 8\n")
    offsets = [int(line[:10]) for line in made[start:].splitlines()[3:10]]
    assert [made[offset:].split(b" ", 1)[0] for offset in offsets] == [b"%d" % number for number in range(1, 8)]


def test_the_bomb_is_one(web: FakeWebServer) -> None:
    with urllib.request.urlopen(web.hostile("bomb"), timeout=30) as response:
        body = response.read()
    assert len(body) < 2**20
    decoder = zlib.decompressobj(wbits=31)
    size = 0
    while not decoder.eof:
        size += len(decoder.decompress(body, 2**20))
        body = decoder.unconsumed_tail
    assert size == 100 * 2**20


def test_what_never_ends(web: FakeWebServer) -> None:
    for name in ("endless", "drip"):
        with urllib.request.urlopen(web.hostile(name), timeout=30) as response:
            assert response.read(10)
    with pytest.raises(http.client.IncompleteRead):
        get(web.hostile("cut"))
    with pytest.raises(http.client.BadStatusLine):
        get(web.hostile("no-http"))


def test_unknown_names(web: FakeWebServer) -> None:
    assert {"bomb", "silent"} <= set(hostile_pages())
    with pytest.raises(ValueError, match="'kind'; there are: endless"):
        web.hostile("kind")
