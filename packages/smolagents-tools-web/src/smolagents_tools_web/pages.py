"""Download a page of the web: bounded in time and bytes, and never from a place that is not public."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from smolagents.addresses import ForbiddenAddress
from smolagents.models.retry import Retrying

from smolagents_tools_web.bodies import ENCODINGS, BrokenBody, TooSlow, read_body
from smolagents_tools_web.connections import CONNECT_TIMEOUT, pool, time_limit
from smolagents_tools_web.services import USER_AGENT

if TYPE_CHECKING:
    import httpx

MAX_URL_CHARACTERS = 8000
MAX_REDIRECTS = 10
_ATTEMPTS = 2
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Language": "en,*;q=0.5",
    "Accept-Encoding": ENCODINGS,
}
_CONTROLS = {*range(0x20), 0x7F}


class Unreadable(Exception):
    """Report why a page can't be read, in words for the model."""


class Page(NamedTuple):
    """Hold a page.

    Args:
        url: Where it is, after redirects.
        content_type: What the server says that it is.
        body: Its bytes.
        is_whole: Whether these are all of them.
    """

    url: str
    content_type: str
    body: bytes
    is_whole: bool


class PageReader:
    """Download pages.

    Args:
        private_hosts: Hosts that may be visited though their addresses are not public.
        seconds: How long a visit may take in all.
        max_bytes: How much of a page to read.
    """

    def __init__(
        self, private_hosts: frozenset[str] = frozenset(), seconds: float = 30.0, max_bytes: int = 10 * 2**20
    ) -> None:
        self.private_hosts = private_hosts
        self.seconds = seconds
        self.max_bytes = max_bytes

    def read(self, url: str) -> Page:
        """Return the page at an address, after following its redirects.

        Raises:
            Unreadable: There is none that can be read.
        """
        import httpcore
        import httpx

        target = _parsed(url)
        retrying = Retrying(max_attempts=_ATTEMPTS, retry_predicate=_was_dropped)
        cookies = httpx.Cookies()  # for this visit: some sites set one and redirect to the same page
        try:
            with time_limit(self.seconds) as deadline:
                for _ in range(MAX_REDIRECTS + 1):
                    found = retrying(self._visit, target, cookies, deadline)
                    if isinstance(found, Page):
                        return found
                    target = found
        except ForbiddenAddress as error:
            raise Unreadable(f"{error}. Only public pages can be visited.") from error
        except httpcore.ConnectTimeout as error:
            raise Unreadable(f"no connection to {target.host} within {CONNECT_TIMEOUT:g} s.") from error
        except (TooSlow, httpcore.TimeoutException) as error:
            raise Unreadable(f"the server did not send all of it within {self.seconds:g} s.") from error
        except httpcore.ConnectError as error:
            raise Unreadable(f"no connection to {target.host}: {error}.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, BrokenBody) as error:
            raise Unreadable(f"the server sent something that can't be read: {error}.") from error
        raise Unreadable(f"it redirects more than {MAX_REDIRECTS} times, at last to {target}.")

    def _visit(self, url: httpx.URL, cookies: httpx.Cookies, deadline: float) -> Page | httpx.URL:
        """Return the page, or the address that it redirects to."""
        import httpcore
        import httpx

        request = httpx.Request("GET", url, headers=_HEADERS, cookies=cookies)
        timeouts = {"connect": CONNECT_TIMEOUT, "read": self.seconds, "write": self.seconds, "pool": self.seconds}
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        headers, connections = list(request.headers.raw), pool(self.private_hosts)
        with connections.stream("GET", target, headers=headers, extensions={"timeout": timeouts}) as raw:
            response = httpx.Response(raw.status, headers=raw.headers, request=request)
            cookies.extract_cookies(response)
            if response.has_redirect_location:
                return _parsed(response.headers["location"], base=url)
            if not response.is_success:
                raise Unreadable(f"the server answered {_status(raw.status)}.")
            encoding = response.headers.get("content-encoding", "")
            body, is_whole = read_body(raw.iter_stream(), encoding, self.max_bytes, deadline)
            return Page(str(url), response.headers.get("content-type", ""), body, is_whole)


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address, which may lack the scheme.

    Raises:
        Unreadable: It is none of a web page.
    """
    import httpx

    text = url.strip()
    if len(text) > MAX_URL_CHARACTERS or not _CONTROLS.isdisjoint(map(ord, text)):
        raise Unreadable(f"this is no address of a web page: {text[:100]!r}.")
    if base is None and "://" not in text and not text.lower().startswith(("data:", "file:", "javascript:", "mailto:")):
        text = f"https://{text}"
    try:
        parsed = httpx.URL(text) if base is None else base.join(text)
        is_complete = parsed.scheme in ("http", "https") and bool(parsed.host)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreadable(f"this is no address of a web page: {text[:200]!r} ({error}).") from error
    if parsed.port is not None and not 0 < parsed.port < 2**16:  # the system would take it modulo 65536
        raise Unreadable(f"there is no port {parsed.port}.")
    if not is_complete:
        raise Unreadable(f"only addresses that begin with http:// or https:// can be visited, not {text[:200]!r}.")
    return parsed


def _was_dropped(error: BaseException) -> bool:
    """Tell whether a connection ended in between, as those do that a server has just found idle for too long."""
    import httpcore

    return isinstance(error, (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError))


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)
