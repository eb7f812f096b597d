"""A clothing shop on loopback, for agents that work in a browser; its pages can be told apart by their colours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from smolagents_testing.loopback import LoopbackServer, Reply, Request

if TYPE_CHECKING:
    from PIL.Image import Image

_HTML = "text/html; charset=utf-8"
_PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")

COLOURS = {
    "home": (176, 0, 32),
    "men": (0, 105, 92),
    "sale": (230, 81, 0),
    "item": (74, 20, 140),
    "journal": (84, 110, 122),
    "sizes": (26, 35, 126),
    "cookies": (255, 214, 0),
    "newsletter": (0, 200, 83),
}
"""The colour of each page's banner, and of what lies over pages until somebody closes it, as red, green and blue."""

_PICTURE = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='500' height='500'><rect width='500' height='500' "
    f"fill='rgb{COLOURS['home']}'/></svg>"
)

BURIED = "The atelier in Lyon opens on Thursdays."
"""A sentence far down on `/journal`."""


@dataclass(frozen=True)
class Garment:
    """Hold what the shop sells.

    Args:
        slug: Its name in addresses.
        name: What it is called.
        details: What it is made of.
        dollars: Price for shoppers from the United States.
        euros: Price for shoppers from France.
        on_sale: Whether it is in the sale section.
    """

    slug: str
    name: str
    details: str
    dollars: str
    euros: str
    on_sale: bool = True


GARMENTS = (
    Garment(
        "linen-shirt",
        "Linen shirt",
        "100% European linen, mother-of-pearl buttons, made in Portugal",
        "$39.00",
        "36,00 €",
    ),
    Garment("wool-coat", "Wool coat", "80% wool, 20% cashmere, two inner pockets", "$180.00", "165,00 €"),
    Garment("denim-jacket", "Denim jacket", "Organic cotton, 12 oz", "$95.00", "88,00 €", on_sale=False),
)

_ENOUGH = 20_000  # pixels of a colour
_COUNTRIES = {"US": "United States", "FR": "France"}

_STYLE = """
body { margin: 0; font: 18px sans-serif; } .banner { color: white; padding: 30px; height: 60px; font-size: 32px; }
main { padding: 20px; }
.item { display: inline-block; border: 1px solid #999; padding: 20px; margin: 10px; width: 250px; }
.over { position: fixed; z-index: 10; } .veil { position: fixed; inset: 0; background: #0006; z-index: 5; }
"""

# Both come once per visitor, and go by their buttons; the newsletter goes by Escape as well.
_OVERLAYS = """
<div class="veil" id="veil"></div>
<div class="over" id="cookies" role="dialog" aria-label="Cookies" style="left: 150px; top: 250px; width: 700px;
 height: 300px; background: rgb{cookies}"><h2>We use cookies</h2><p>Some of them follow you around.</p>
<button onclick="done('all')">Accept all</button> <button onclick="done('none')">Only necessary cookies</button></div>
<dialog id="newsletter" style="background: rgb{newsletter}; width: 600px; height: 200px"><h2>Our newsletter</h2>
<input placeholder="Your address"> <button onclick="newsletter.close()">No thanks</button></dialog>
<script>function done(choice) {{ document.cookie = 'cookies=' + choice + '; path=/'; cookies.remove(); veil.remove(); }}
newsletter.showModal();</script>
"""

_HOSTILE = {
    "/hostile/busy": "<h1>Busy</h1><script>while (true) {}</script>",
    "/hostile/dialogs": "<h1>Dialogs</h1><script>while (true) alert('Call 555-0100 now!')</script>",
    "/hostile/stay": "<title>Stay</title><h1 onclick=1>Stay</h1><a href='/journal'>Leave</a>"
    "<script>onbeforeunload = e => { e.preventDefault(); return 'Stay!'; }</script>",
    "/hostile/circle": "<title>Circle</title><script>location.href = '/hostile/circle?' + Math.random()</script>",
    "/hostile/tabs": "<title>Tabs</title>"
    "<button onclick=\"for (let i = 0; i < 12; i++) window.open('/journal?' + i)\">Win</button>",
    "/hostile/download": "<title>Download</title><a href='/hostile/program.bin'>Get it</a>",
    "/hostile/file": "<title>File</title><label>Name <input id='name' onfocus=\"this.type='file'\" onchange="
    "\"document.title='got ' + this.files.length\"></label><input type='file' id='plain'>",
    "/hostile/many": "<title>Many</title><script>document.write('<a href=#>deal</a> '.repeat(8000))</script>",
}


class ShopSite(LoopbackServer):
    """Sell clothes on a free port of 127.0.0.1; use as a context manager.

    The way through it: `/` (a cookie banner and a newsletter lie over it), `/men`, `/men/sale`, `/item/linen-shirt`.
    `/journal` is long and opens `/sizes` in a new tab; the picture on `/late` takes its time. Prices are those of the
    country that is chosen, by `?country=FR` or the list on each page. What is under `/hostile/` tries to hang whoever
    looks at it.

    Attributes:
        requests: What came in, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []

    @property
    def host(self) -> str:
        """Return the host and port, as `private_hosts` takes them."""
        return self.url.partition("://")[2]

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [request.path for request in self.requests]

    async def answer(self, request: Request) -> Reply:
        """Return the page that a request is for."""
        self.requests.append(request)
        path = request.path
        if path in _HOSTILE:
            return Reply(body=_HOSTILE[path].encode(), content_type=_HTML)
        if path == "/hostile/endless":
            return Reply(chunks=_endless(), content_type=_HTML)
        if path == "/hostile/program.bin":
            disposition = {"Content-Disposition": "attachment; filename=program.bin"}
            return Reply(body=b"x" * 1000, content_type="application/octet-stream", headers=disposition)
        if path == "/hostile/inwards":
            return Reply(302, b"", headers={"Location": request.query["to"]})
        if path == "/favicon.ico":
            return Reply(body=_PIXEL, content_type="image/gif")
        if path == "/late":
            return Reply(body=b"<title>Late</title><img src='/late.svg' width=500 height=500>", content_type=_HTML)
        if path == "/late.svg":
            await asyncio.sleep(1)
            return Reply(body=_PICTURE.encode(), content_type="image/svg+xml")
        country = request.query.get("country") or _cookies(request).get("country", "US")
        page = _page(path, request, country if country in _COUNTRIES else "US")
        if page is None:
            return Reply(404, b"<title>Not found</title><h1>Not found</h1>", content_type=_HTML)
        return Reply(body=page.encode(), content_type=_HTML, headers={"Set-Cookie": f"country={country}; Path=/"})

    async def close(self) -> None:
        """End what the server has started: nothing but its connections."""


def shown_in(picture: Image) -> str | None:
    """Return what a picture shows, by its colours: a key of `COLOURS`, or None for no page of the shop."""
    colours = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    counts = {colour: count for count, colour in colours}
    seen = {name: counts.get(colour, 0) for name, colour in COLOURS.items()}
    over = [name for name in ("newsletter", "cookies") if seen[name] > _ENOUGH]
    name = over[0] if over else max(seen, key=lambda name: seen[name])
    return name if seen[name] > _ENOUGH else None


def _cookies(request: Request) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


async def _endless() -> AsyncIterator[bytes]:
    yield b"<!DOCTYPE html><title>Endless</title><h1>Wait for it</h1>"
    while True:
        await asyncio.sleep(0.2)
        yield b" "


def _page(path: str, request: Request, country: str) -> str | None:
    if path == "/":
        overlays = "" if "cookies" in _cookies(request) else _OVERLAYS.format(**COLOURS)
        return _framed("home", "The Shop", "<p><a href='/journal'>Journal</a></p>" + overlays, country)
    if path == "/men":
        return _framed("men", "Men", "<p>New in. <a href='/men/sale'>Sale</a></p>" + _list(False, country), country)
    if path == "/men/sale":
        return _framed("sale", "Men's sale", _list(True, country), country)
    if path == "/journal":
        filler = "".join(f"<p>Entry {number}: a day at the loom.</p>" for number in range(120))
        sizes = "<p><a href='/sizes' target='_blank'>Size guide</a></p>"
        return _framed("journal", "Journal", f"{sizes}{filler}<p>{BURIED}</p>{filler}<p>The loom rests.</p>", country)
    if path == "/sizes":
        return _framed("sizes", "Size guide", "<table><tr><td>M</td><td>50 cm</td></tr></table>", country)
    garment = next((garment for garment in GARMENTS if path == f"/item/{garment.slug}"), None)
    if garment is None:
        return None
    body = (
        f"<h2>{garment.name}</h2><p id='details'>{garment.details}</p><p class='price'>{_price(garment, country)}</p>"
    )
    return _framed("item", garment.name, body + "<button>Add to bag</button>", country)


def _price(garment: Garment, country: str) -> str:
    return garment.euros if country == "FR" else garment.dollars


def _list(on_sale: bool, country: str) -> str:
    return "".join(
        f"<div class='item'><a href='/item/{garment.slug}'>{garment.name}</a> <b>{_price(garment, country)}</b></div>"
        for garment in GARMENTS
        if garment.on_sale == on_sale
    )


def _framed(name: str, title: str, body: str, country: str) -> str:
    options = "".join(
        f"<option value='{code}'{' selected' if code == country else ''}>{escape(label)}</option>"
        for code, label in _COUNTRIES.items()
    )
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{_STYLE}</style></head>"
        f"<body><div class='banner' style='background: rgb{COLOURS[name]}'>{title}</div>"
        f"<nav><a href='/'>Home</a> <a href='/men'>Men</a> <label for='country'>Shopping from</label> "
        f"<select id='country' onchange=\"location.search = '?country=' + this.value\">{options}</select></nav>"
        f"<main>{body}</main></body></html>"
    )
