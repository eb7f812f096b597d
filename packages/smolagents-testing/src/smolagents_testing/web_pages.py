"""What a fake web is made of: the answers of search services in their own formats, articles, and a PDF file."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Hit:
    """Hold a search result.

    Args:
        title: What the page is called.
        url: Its address.
        text: What it says.
        date: When it was published, as the service shows it.
    """

    title: str
    url: str
    text: str
    date: str = "Nov 3, 2025"


HITS = (
    Hit("Tides – how they work & why", "https://ocean.example/tides?lang=en&page=1", "The Moon pulls on the sea."),
    Hit("Spring tide", "https://en.wikipedia.example/wiki/Spring_tide", "A tide just after a new or full moon."),
    Hit("Tide tables (2025)", "https://tables.example/", "High and low water, day by day: 3 < 4."),
)

ARTICLE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>How tides work</title>
<style>body { color: teal }</style><script>track("visitor");</script></head>
<body><nav><a href="/">Home</a> <a href="/about/">About</a></nav>
<h1>How tides work</h1>
<p>The <b>Moon</b> pulls on the sea; so does the <a href="sun.html">Sun</a>. <em>Twice a day</em> the water rises.</p>
<table><tr><th>Place</th><th>Range (m)</th></tr><tr><td>Bay of Fundy</td><td>16</td></tr>
<tr><td>Balti&shy;c Sea</td><td>0.1</td></tr></table>
<ul><li>flood</li><li>ebb</li></ul><pre><code>height = a * cos(w_t * t)</code></pre>
<p><img
src="data:image/png;base64,AAAA" alt="A chart"> <a href="javascript:alert(1)">Print</a> café – 潮</p></body></html>
"""

MALFORMED = """<html><title>Broken</title><body <p>One<p>Two <b>bold <i>both</b> still</i> <table>
<td>cell<tr><td>other</table> <a href="http://[::1">bad link</a> <a href=/x?a=1&b=2>link</a> &nosuch;
&#xFFFFFFFF; <!-- never closed? --> <![CDATA[x]]> <?pi?>
<div style="x:y" style=z class>Last words"""


def duckduckgo_lite(hits: Sequence[Hit]) -> str:
    """Return DuckDuckGo's page of results for small devices, an advertisement first."""
    advertisement = (
        '<tr class="result-sponsored"><td valign="top">1.&nbsp;</td><td><a rel="nofollow" '
        "href=\"https://duckduckgo.com/y.js?ad_domain=shop.example\" class='result-link'>Buy tides now</a></td></tr>"
        "<tr class=\"result-sponsored\"><td>&nbsp;</td><td class='result-snippet'>Cheap tides.</td></tr>"
    )
    rows = "".join(
        f"""<tr><td valign="top">{number}.&nbsp;</td><td>
        <a rel="nofollow" href="//duckduckgo.com/l/?uddg={quote(hit.url, safe="")}&amp;rut=0a1b"
        class='result-link'>{escape(hit.title)}</a>
        </td></tr><tr><td>&nbsp;&nbsp;&nbsp;</td><td class='result-snippet'>
        {escape(hit.text).replace("tide", "<b>tide</b>")}
        </td></tr><tr><td>&nbsp;</td><td><span class='link-text'>{escape(hit.url.partition("://")[2])}</span></td></tr>"""
        for number, hit in enumerate(hits, 2)
    )
    return (
        "<!DOCTYPE html><html><head><title>at DuckDuckGo</title></head><body><form action='/lite/' method='post'>"
        f"<input name='q'></form><table border='0'>{advertisement}{rows}</table>"
        "<table><tr><td>Feedback</td></tr></table></body></html>"
    )


def duckduckgo_html(hits: Sequence[Hit]) -> str:
    """Return DuckDuckGo's page of results without scripts."""
    rows = "".join(
        f"""<div class="result results_links web-result"><div class="links_main links_deep result__body">
        <h2 class="result__title">
        <a rel="nofollow" class="result__a" href="{escape(hit.url)}">{escape(hit.title)}</a></h2>
        <a class="result__snippet" href="{escape(hit.url)}">{escape(hit.text)}</a></div></div>"""
        for hit in hits
    )
    return f"<html><body><div id='links' class='results'>{rows}</div></body></html>"


DUCKDUCKGO_CHALLENGE = """<html><body><form id="img-form" action="//duckduckgo.com/anomaly.js?sv=lite"><div
class="anomaly-modal__mask">Unfortunately, bots use DuckDuckGo too. Select all squares containing a duck:</div>
</form></body></html>"""


def bing_rss(query: str, hits: Sequence[Hit]) -> str:
    """Return Bing's feed of results."""
    items = "".join(
        f"<item><title>{escape(hit.title)}</title><link>{escape(hit.url)}</link><description>{escape(hit.text)}</description>"
        "<pubDate>Mon, 03 Nov 2025 10:00:00 GMT</pubDate></item>"
        for hit in hits
    )
    return (
        f'<?xml version="1.0" encoding="utf-8" ?><rss version="2.0"><channel><title>Bing: {escape(query)}</title>'
        f"<link>http://www.bing.com:80/search?q={quote(query)}&amp;format=rss</link>{items}</channel></rss>"
    )


def exa(hits: Sequence[Hit]) -> dict[str, Any]:
    """Return Exa's answer."""
    results = [
        {
            "id": hit.url,
            "title": hit.title,
            "url": hit.url,
            "publishedDate": "2025-11-03T00:00:00.000Z",
            "text": hit.text,
        }
        for hit in hits
    ]
    return {"requestId": "r1", "resolvedSearchType": "neural", "results": results, "costDollars": {"total": 0.005}}


def serpapi(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """Return SerpApi's answer."""
    results = [
        {
            "position": position,
            "title": hit.title,
            "link": hit.url,
            "snippet": hit.text,
            "date": hit.date,
            "source": "Ocean",
        }
        for position, hit in enumerate(hits, 1)
    ]
    state = "Results for exact spelling" if hits else "Fully empty"
    answer: dict[str, Any] = {"search_information": {"organic_results_state": state, "query_displayed": query}}
    return answer | ({"organic_results": results} if hits else {"error": "Google hasn't returned any results."})


def serper(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """Return Serper's answer."""
    results = [
        {"title": hit.title, "link": hit.url, "snippet": hit.text, "date": hit.date, "position": position}
        for position, hit in enumerate(hits, 1)
    ]
    return {"searchParameters": {"q": query, "type": "search", "engine": "google"}, "organic": results, "credits": 1}


def brave(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """Return Brave's answer, the words that were searched for emphasised as Brave does it."""
    results = [
        {
            "type": "search_result",
            "title": hit.title,
            "url": hit.url,
            "description": escape(hit.text).replace("tide", "<strong>tide</strong>"),
            "profile": {"name": "Ocean"},
        }
        for hit in hits
    ]
    answer: dict[str, Any] = {"type": "search", "query": {"original": query}}
    return answer | ({"web": {"type": "search", "results": results}} if hits else {})


def wikipedia_search(titles: Sequence[str]) -> dict[str, Any]:
    """Return the answer of Wikipedia's search."""
    hits = [{"ns": 0, "title": title, "pageid": number} for number, title in enumerate(titles, 1)]
    return {"batchcomplete": True, "query": {"searchinfo": {"totalhits": len(hits)}, "search": hits}}


def wikipedia_page(title: str, text: str | None) -> dict[str, Any]:
    """Return Wikipedia's answer with the text of an article, or that there is no such article."""
    if text is None:
        return {"batchcomplete": True, "query": {"pages": [{"ns": 0, "title": title, "missing": True}]}}
    url = f"https://en.wikipedia.example/wiki/{quote(title.replace(' ', '_'))}"
    return {"batchcomplete": True, "query": {"pages": [{"pageid": 1, "title": title, "extract": text, "fullurl": url}]}}


def pdf(*pages: str, compressed: bool = True) -> bytes:
    """Return a PDF file that has a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        content = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text.encode("latin-1")
        data = zlib.compress(content) if compressed else content
        filter_ = b" /Filter /FlateDecode" if compressed else b""
        resources = b"<< /Font << /F1 3 0 R >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources %s /Contents %d 0 R >>"
            % (resources, 5 + 2 * number)
        )
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), filter_, data))
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + trailer
