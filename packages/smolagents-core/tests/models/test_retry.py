import asyncio
import logging
import threading
import time
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.models import RateLimiter, Retrying
from smolagents.models.retry import is_passing_failure, requested_wait


class HttpError(Exception):
    def __init__(self, status: int, headers: dict[str, str] | None = None, text: str = "failed") -> None:
        super().__init__(text)
        self.status_code = status
        self.response = SimpleNamespace(status_code=status, headers=headers or {})


class ErrorWithBody(HttpError):
    body = {"message": "You are out.", "code": "insufficient_quota"}


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def failing(*errors: Exception) -> Any:
    """Return a function that raises these errors, one a call, and then returns its argument."""
    left = list(errors)

    def function(value: str = "done") -> str:
        function.calls += 1  # type: ignore[attr-defined]
        if left:
            raise left.pop(0)
        return value

    function.calls = 0  # type: ignore[attr-defined]
    return function


class APIConnectionError(Exception):
    pass


class ClientError(Exception):
    """Looks like botocore's."""

    def __init__(self, status: int) -> None:
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {"retry-after": "3"}}}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *((HttpError(status), True) for status in (408, 429, 500, 502, 503, 504, 529)),
        *((HttpError(status), False) for status in (400, 401, 403, 404, 409, 413, 422)),
        (HttpError(400, text="429 rate limit"), False),
        (HttpError(429, text="insufficient_quota"), False),
        (ErrorWithBody(429), False),
        (ClientError(503), True),
        (ClientError(400), False),
        (ConnectionResetError("reset"), True),
        (ConnectionRefusedError("refused"), False),
        (TimeoutError("late"), True),
        (APIConnectionError("Connection error."), True),
        (caused(APIConnectionError("Connection error."), ConnectionRefusedError()), False),
        (Exception("Error code: 429"), True),
        (Exception("Rate limit reached"), True),
        (Exception("rate_limit_exceeded"), True),
        (Exception("Too Many Requests"), True),
        (Exception("14290 tokens"), False),
        (ValueError("bad"), False),
        (KeyError("x"), False),
    ],
    ids=repr,
)
def test_what_may_pass(error: Exception, expected: bool) -> None:
    assert is_passing_failure(error) is expected


def test_circular_causes_end() -> None:
    error = APIConnectionError("a")
    error.__context__ = caused(ValueError("b"), error)
    assert is_passing_failure(error)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": formatdate(0, usegmt=True)}, 0.0),
    ],
)
def test_servers_ask_to_wait(headers: dict[str, str], expected: float | None) -> None:
    assert requested_wait(HttpError(429, headers)) == expected


def test_servers_ask_to_wait_until_a_date() -> None:
    wait = requested_wait(HttpError(429, {"retry-after": formatdate(time.time() + 1000, usegmt=True)}))
    assert wait is not None
    assert 900 < wait <= 1000
    assert requested_wait(ClientError(503)) == 3.0
    assert requested_wait(ValueError()) is None


def run(retrying: Retrying, function: Any, asynchronous: bool, *args: Any) -> Any:
    if not asynchronous:
        return retrying(function, *args)

    async def call(*args: Any) -> Any:
        return function(*args)

    return asyncio.run(retrying.acall(call, *args))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_tries_until_it_works(asynchronous: bool) -> None:
    function = failing(ConnectionError(), ConnectionError())
    retrying = Retrying(max_attempts=3, retry_predicate=lambda error: True)
    assert run(retrying, function, asynchronous, "value") == "value"
    assert function.calls == 3


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_last_error_leaves_as_it_is(asynchronous: bool) -> None:
    function = failing(ValueError("one"), ValueError("two"), ValueError("three"))
    with pytest.raises(ValueError, match="two"):
        run(Retrying(max_attempts=2, retry_predicate=lambda error: True), function, asynchronous)
    assert function.calls == 2


@pytest.mark.parametrize(
    "retrying",
    [Retrying(max_attempts=5), Retrying(max_attempts=5, retry_predicate=lambda error: False), Retrying()],
)
def test_tries_once_what_the_predicate_refuses(retrying: Retrying) -> None:
    function = failing(ValueError("one"))
    with pytest.raises(ValueError, match="one"):
        retrying(function)
    assert function.calls == 1


def test_waits_grow_and_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("test_retry")
    caplog.set_level(logging.INFO, logger="test_retry")
    retrying = Retrying(
        max_attempts=3,
        wait_seconds=0.01,
        exponential_base=3.0,
        jitter=False,
        retry_predicate=lambda error: True,
        before_sleep_logger=(logger, logging.INFO),
        after_logger=(logger, logging.INFO),
    )
    assert retrying(failing(ValueError("no"), HttpError(429, {"retry-after": "0"}))) == "done"
    first, second, last = caplog.messages
    assert "ValueError: no; trying again in 0.0 s (attempt 2 of 3)" in first
    assert "attempt 3 of 3" in second
    assert "succeeded at attempt 3" in last


def test_gives_up_when_asked_to_wait_for_long() -> None:
    function = failing(HttpError(429, {"retry-after": "86400"}))
    with pytest.raises(HttpError):
        Retrying(max_attempts=3, retry_predicate=lambda error: True)(function)
    assert function.calls == 1


def test_interrupts_are_not_tried_again() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Retrying(max_attempts=3, retry_predicate=lambda error: True)(interrupt)


def test_no_limit_books_no_turn() -> None:
    limiter = RateLimiter()
    assert [limiter._book() for _ in range(3)] == [0.0, 0.0, 0.0]
    limiter.throttle()
    asyncio.run(limiter.athrottle())


def test_calls_are_kept_apart_in_threads_too() -> None:
    limiter = RateLimiter(requests_per_minute=1)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.append(limiter._book())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The turns lie a minute apart, whatever the clock did between the bookings.
    assert [round(wait / 60) for wait in sorted(waits)] == list(range(8))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_throttling_waits_for_the_turn(asynchronous: bool) -> None:
    limiter = RateLimiter(requests_per_minute=6000)
    start = time.monotonic()
    for _ in range(4):
        if asynchronous:
            asyncio.run(limiter.athrottle())
        else:
            limiter.throttle()
    assert time.monotonic() - start >= 0.03


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_is_positive(limit: float) -> None:
    with pytest.raises(ValueError, match="requests_per_minute"):
        RateLimiter(limit)
