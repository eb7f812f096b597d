"""What the search tools ask for, what they make of the answers, and what they say when there is none."""

import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
from smolagents import Tool
from smolagents_testing import FakeWebServer
from smolagents_testing.openai_server import Dropped, Failure
from smolagents_testing.web_pages import DUCKDUCKGO_CHALLENGE as CHALLENGE, Hit
from smolagents_tools_web import (
    ApiWebSearchTool,
    DuckDuckGoSearchTool,
    GoogleSearchTool,
    WebSearchTool,
    WikipediaSearchTool,
)
from smolagents_tools_web.services import ServiceError

TOOLS: dict[str, Any] = {
    "duckduckgo": WebSearchTool,
    "bing": lambda: WebSearchTool(engine="bing"),
    "exa": lambda: WebSearchTool(engine="exa"),
    "ddgs": lambda: DuckDuckGoSearchTool(rate_limit=None),
    "serpapi": GoogleSearchTool,
    "serper": lambda: GoogleSearchTool(provider="serper"),
    "brave": lambda: ApiWebSearchTool(rate_limit=None),
}
QUERY = "how do tides work? ÄÖ & co"
KEYED = {"exa": "EXA_API_KEY", "serpapi": "SERPAPI_API_KEY", "serper": "SERPER_API_KEY", "brave": "BRAVE_API_KEY"}


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest, web: FakeWebServer) -> Tool:
    return TOOLS[request.param]()


def test_results(tool: Tool, web: FakeWebServer) -> None:
    text = tool(query=QUERY)
    assert text.startswith("## Search Results\n\n[")
    for hit in web.hits:
        _, _, rest = text.partition(f"[{hit.title}]({hit.url})\n")
        assert hit.text in rest.partition("\n\n")[0], text
    assert "shop.example" not in text
    assert "<" not in text.replace("3 < 4", "")
    request = web.requests[-1]
    body = dict(parse_qsl(request.body.decode())) if request.body[:1] != b"{" else request.json()
    assert QUERY in {**request.query, **body}.values()


def test_no_results(tool: Tool, web: FakeWebServer) -> None:
    web.hits = ()
    if isinstance(tool, ApiWebSearchTool):
        assert tool(query="xyzzy") == "No results found."
        return
    with pytest.raises(ValueError, match="No results found for 'xyzzy'"):
        tool(query="xyzzy")


@pytest.mark.parametrize("name", sorted(set(TOOLS) - {"ddgs"}))
def test_failures_that_pass_are_tried_again(name: str, web: FakeWebServer) -> None:
    tool = TOOLS[name]()
    web.fail(Dropped(), Failure(429, headers={"Retry-After": "0"}))
    assert "[Spring tide]" in tool(query="tide")
    assert len(web.requests) == 3
    web.fail(Failure(500, "The engine\n is tired."), Failure(500, "The engine is tired."), Failure(500, "Tired."))
    with pytest.raises(ServiceError, match=r"answered 500 Internal Server Error.*Tired"):
        tool(query="tide")
    assert len(web.requests) == 6


def test_a_long_wait_is_not_waited_for(web: FakeWebServer) -> None:
    web.fail(Failure(429, "Slow down.", headers={"Retry-After": "3600"}))
    with pytest.raises(ServiceError, match=r"answered 429 .*Slow down.*Wait before the next search"):
        WebSearchTool()(query="tide")
    assert len(web.requests) == 1


@pytest.mark.parametrize("name", KEYED)
def test_keys(name: str, web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "wrong-key-of-mine"
    monkeypatch.setenv(KEYED[name], secret)
    tool = TOOLS[name]()
    with pytest.raises(ServiceError, match=r"Check the API key|answered 422") as failure:
        tool(query="tide")
    everything = f"{failure.value} {failure.value.__cause__} {tool!r} {tool.to_dict()}"
    assert secret not in everything
    assert failure.value.__suppress_context__ or failure.value.__context__ is None
    assert len(web.requests) == 1
    monkeypatch.delenv(KEYED[name])
    with pytest.raises(ValueError, match=f"Make sure you have '{KEYED[name]}'"):
        TOOLS[name]()(query="tide")


def test_unreachable_services_say_so(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smolagents_tools_web.endpoints.SERPAPI", "http://127.0.0.1:1/search")
    with pytest.raises(ServiceError, match=r"SerpApi can't be reached: .*refused") as failure:
        GoogleSearchTool()(query="tide")
    assert web.api_key not in str(failure.value)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("endless", "longer than"),
        ("bomb", "longer than"),
        ("brotli", "not asked for"),
        ("no-gzip", "no valid gzip"),
        ("drip", "did not answer within 0.5 s"),
        ("silent", "can't be reached: timed out"),
        ("huge-header", "can't be reached"),
        ("no-http", "can't be reached"),
    ],
)
def test_services_that_misbehave(page: str, problem: str, web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from smolagents_tools_web import services

    if page in ("drip", "silent"):
        monkeypatch.setattr("smolagents_tools_web.services.TIME_LIMIT", 0.5)
        services.close()
    monkeypatch.setattr("smolagents_tools_web.endpoints.BRAVE", web.hostile(page))
    with pytest.raises(ServiceError, match=problem):
        ApiWebSearchTool(rate_limit=None)(query="tide")


@pytest.mark.parametrize("body", ["[]", "<html>", '{"web": 3}', '{"web": {"results": [null, 3]}}', "[" * 100_000])
def test_answers_of_another_shape(body: str, web: FakeWebServer) -> None:
    tool = ApiWebSearchTool(web.add("/other", body), rate_limit=None)
    if body.startswith("{"):
        assert tool(query="tide") == "No results found."
    else:
        with pytest.raises(ValueError, match="no JSON object"):
            tool(query="tide")


def test_another_api(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    class MyApi(ApiWebSearchTool):
        def extract_results(self, data: dict[str, Any]) -> list[dict[str, Any]]:
            return [{"title": item["t"], "url": item["u"], "description": ""} for item in data["items"]]

    monkeypatch.setenv("MY_KEY", "mine")
    endpoint = web.add("/mine", '{"items": [{"t": "One\\nline", "u": "https://one.example/"}]}')
    tool = MyApi(endpoint, api_key_name="MY_KEY", headers={"X-Mine": "mine"}, params={"n": 3}, rate_limit=None)
    assert tool("x") == "## Search Results\n\n[One line](https://one.example/)"
    assert web.requests[-1].query == {"n": "3", "q": "x"}
    assert web.requests[-1].headers["x-mine"] == "mine"


def test_what_google_is_asked_for(web: FakeWebServer) -> None:
    text = GoogleSearchTool()(query="tide", filter_year=2021)
    assert "Date published: Nov 3, 2025\nSource: Ocean\nThe Moon" in text
    assert web.requests[-1].query["tbs"] == "cdr:1,cd_min:01/01/2021,cd_max:12/31/2021"
    GoogleSearchTool("serper")(query="tide", filter_year=2021)
    assert web.requests[-1].json() == {"q": "tide", "tbs": "cdr:1,cd_min:01/01/2021,cd_max:12/31/2021"}
    web.hits = ()
    with pytest.raises(ValueError, match=r"year=2021.*do not filter on year"):
        GoogleSearchTool()(query="tide", filter_year=2021)


def test_unknown_choices() -> None:
    with pytest.raises(ValueError, match=r"'altavista'\. Known engines: duckduckgo, bing, exa"):
        WebSearchTool(engine="altavista")
    with pytest.raises(ValueError, match=r"'bing'\. Known providers: serpapi, serper"):
        GoogleSearchTool("bing")
    for wrong in ({"content_type": "image"}, {"extract_format": "PDF"}, {"language": "en.evil.example/"}):
        with pytest.raises(ValueError):
            WikipediaSearchTool(**wrong)


def test_number_of_results(web: FakeWebServer) -> None:
    web.hits = tuple(Hit(f"Page {number}", f"https://p.example/{number}", "Text.") for number in range(30))
    for tool in (WebSearchTool(max_results=4), WebSearchTool(4, "bing"), WebSearchTool(4, "exa")):
        assert tool(query="x").count("https://") == 4
    assert DuckDuckGoSearchTool(max_results=4, rate_limit=None)(query="x").count("](https://") == 4


def test_the_parts_of_web_search(web: FakeWebServer) -> None:
    tool = WebSearchTool()
    hit = web.hits[0]
    first = {"title": hit.title, "link": hit.url, "description": hit.text}
    for search in (tool.search, tool.search_duckduckgo, tool.search_bing, tool.search_exa):
        assert search("tide")[0] == first
    assert tool.parse_results([first]) == f"## Search Results\n\n[{hit.title}]({hit.url})\n{hit.text}"


def test_a_puzzle_is_told(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smolagents_tools_web.endpoints.DUCKDUCKGO", web.add("/puzzle", CHALLENGE, status=202))
    with pytest.raises(ServiceError, match=r"WebSearchTool\(engine='bing'\)"):
        WebSearchTool()(query="tide")
    monkeypatch.setattr("smolagents_tools_web.endpoints.BING", web.add("/consent", "<!DOCTYPE html>Agree?"))
    with pytest.raises(ServiceError, match="in place of a feed"):
        WebSearchTool(engine="bing")(query="tide")
    monkeypatch.setattr("smolagents_tools_web.endpoints.BING", web.add("/cut", "<rss><channel><item>"))
    with pytest.raises(ServiceError, match="can't be read"):
        WebSearchTool(engine="bing")(query="tide")


def test_rate_limit(web: FakeWebServer) -> None:
    for tool in (DuckDuckGoSearchTool(rate_limit=20), ApiWebSearchTool(rate_limit=20)):
        begin = time.monotonic()
        for _ in range(5):
            tool(query="tide")
        assert time.monotonic() - begin >= 4 / 20
    assert "[Spring tide]" in ApiWebSearchTool(rate_limit=0)(query="tide")
    assert "[Spring tide]" in DuckDuckGoSearchTool(rate_limit=0)(query="tide")


def test_ddgs_failures(web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from ddgs.engines.duckduckgo import Duckduckgo

    monkeypatch.setattr(Duckduckgo, "search_url", "http://127.0.0.1:1/")
    with pytest.raises(ServiceError, match="The search failed: "):
        DuckDuckGoSearchTool()(query="tide")
    monkeypatch.setattr(Duckduckgo, "search_url", web.hostile("silent"))
    with pytest.raises(ServiceError, match=r"in time|timed out"):
        DuckDuckGoSearchTool(timeout=1)(query="tide")


def test_connections_are_reused(web: FakeWebServer) -> None:
    for _ in range(3):
        WebSearchTool()(query="tide")
        WebSearchTool(engine="bing")(query="tide")
    assert len(web.requests) == 6
    assert web.connections == 1


def test_wikipedia(web: FakeWebServer) -> None:
    text = WikipediaSearchTool()(query="causes")
    assert text == (
        "✅ **Wikipedia Page:** Tide\n\n**Content:** Tides rise and fall.\n\n== Causes ==\nThe Moon.\n\n"
        "🔗 **Read more:** https://en.wikipedia.example/wiki/Tide"
    )
    assert web.requests[-1].headers["user-agent"] == "Smolagents (myemail@example.com)"
    summary = WikipediaSearchTool(user_agent="Me (me@me.example)", content_type="summary", extract_format="HTML")
    assert "**Content:** <p>Tides rise and fall.</p>\n" in summary(query="tides")
    assert web.requests[-1].headers["user-agent"] == "Me (me@me.example)"
    assert "**Other pages:** Tidal power" in WikipediaSearchTool()(query="tid")
    assert WikipediaSearchTool()(query="xyzzy") == "No Wikipedia page found for 'xyzzy'. Try a different query."
    web.articles["Long"] = "word " * 20_000
    assert len(WikipediaSearchTool()(query="long")) < 41_000


def test_wikipedia_refuses(web: FakeWebServer) -> None:
    refusal = '{"error": {"code": "x", "info": "Nothing to search for."}}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smolagents_tools_web.endpoints.WIKIPEDIA", web.add("/refuses", refusal, "application/json"))
        with pytest.raises(ServiceError, match="Nothing to search for"):
            WikipediaSearchTool()(query="")


def test_languages_of_wikipedia() -> None:
    from smolagents_tools_web import endpoints

    assert endpoints.WIKIPEDIA.format(language="fr") == "https://fr.wikipedia.org/w/api.php"
