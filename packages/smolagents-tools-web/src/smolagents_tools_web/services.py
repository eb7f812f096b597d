"""Ask a web service: one HTTP client for all tools, failures that pass tried again, and errors without keys."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smolagents.models.redaction import redacted
from smolagents.models.retry import Retrying, is_passing_failure, requested_wait

from smolagents_tools_web.bodies import ENCODINGS, BrokenBody, TooSlow, read_body

if TYPE_CHECKING:
    import httpx

USER_AGENT = "Mozilla/5.0 (compatible; smolagents-tools-web)"
ATTEMPTS = 3
FIRST_WAIT = 0.5  # s
# The agent waits for the answer: what comes later than this is a failure that it should know about.
LONGEST_WAIT = 10.0
TIME_LIMIT = 30.0
MAX_BYTES = 5 * 2**20
_SHOWN = 200  # characters of a service's own explanation

_making = threading.Lock()
_clients: dict[int, httpx.Client] = {}


class ServiceError(RuntimeError):
    """Report that a web service did not answer as it should.

    Args:
        message: What happened.
        response: The answer, if there was one.
    """

    def __init__(self, message: str, response: httpx.Response | None = None) -> None:
        super().__init__(message)
        self.response = response


def ask(
    service: str,
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    secret: str | None = None,
) -> str:
    """Return the text that a service answers.

    Args:
        service: Its name, for errors.
        method: HTTP verb.
        url: Its address.
        params: Parameters of the URL.
        headers: More headers.
        json: Body of the request.
        secret: The key among these, which no error shows.

    Raises:
        ServiceError: There was no good answer, after as many attempts as make sense.
    """
    import httpx

    retrying = Retrying(max_attempts=ATTEMPTS, wait_seconds=FIRST_WAIT, retry_predicate=_is_worth_waiting_for)
    request = {"params": dict(params or {}), "headers": dict(headers or {}), "json": json}
    with redacted([secret] if secret else []):
        try:
            return str(retrying(_answer, service, method, url, request))
        # What follows is not chained: the text of the original has the URL, which may have the key.
        except TooSlow:
            raise ServiceError(f"{service} did not answer within {TIME_LIMIT:g} s.") from None
        except BrokenBody as error:
            raise ServiceError(f"{service} sent an answer that can't be read: {error}.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServiceError(f"{service} can't be reached: {str(error) or type(error).__name__}.") from None


def api_key(argument: str | None, variable: str, service: str) -> str:
    """Return the key of a service, from an argument or the environment.

    Raises:
        ValueError: There is none.
    """
    key = argument or os.environ.get(variable)
    if not key:
        raise ValueError(f"Missing API key for {service}. Make sure you have '{variable}' in your env variables.")
    return key


def close() -> None:
    """Close the connections that are kept open for the next request."""
    with _making:
        for client in _clients.values():
            client.close()
        _clients.clear()


def _answer(service: str, method: str, url: str, request: dict[str, Any]) -> str:
    deadline = time.monotonic() + TIME_LIMIT
    with _client().stream(method, url, **request) as response:
        encoding = response.headers.get("content-encoding", "")
        body, is_whole = read_body(response.iter_raw(), encoding, MAX_BYTES, deadline)
    text = body.decode("utf-8", "replace")
    if not response.is_success:
        raise ServiceError(_refusal(service, response, text), response)
    if not is_whole:
        raise BrokenBody(f"it is longer than {MAX_BYTES} bytes")
    return text


def _client() -> httpx.Client:
    # One for each process: a connection that two of them use after a fork mixes up their answers.
    import httpx

    with _making:
        if os.getpid() not in _clients:
            headers = {"User-Agent": USER_AGENT, "Accept-Encoding": ENCODINGS}
            _clients[os.getpid()] = httpx.Client(headers=headers, timeout=TIME_LIMIT / 2)
        return _clients[os.getpid()]


def _is_worth_waiting_for(error: BaseException) -> bool:
    return is_passing_failure(error) and (requested_wait(error) or 0.0) <= LONGEST_WAIT


def _refusal(service: str, response: httpx.Response, text: str) -> str:
    text = " ".join(text.split())
    said = f": {text[:_SHOWN]}" if text and not text.startswith("<") else ""
    hint = ""
    if response.status_code in (401, 403):
        hint = " Check the API key."
    elif response.status_code == 429:
        hint = " Wait before the next search, or use another service."
    return f"{service} answered {response.status_code} {response.reason_phrase}{said}.{hint}"
