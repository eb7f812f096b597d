"""Try a call again when its failure is likely to pass, and keep calls apart from each other."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

# A server that asks for a longer wait than this (s) has run out of a quota: waiting would look like hanging.
LONGEST_WAIT = 300.0
# Rate limits count by the minute: with the default backoff, six attempts span one.
MODEL_ATTEMPTS = 6

_PASSING_STATUS = frozenset({408, 425, 429, 529})
_RATE_LIMIT_TEXT = re.compile(r"\b429\b|rate.?limit|too many requests", re.IGNORECASE)
_DROPPED_NAMES = frozenset(
    {"APIConnectionError", "TransportError", "ConnectionError", "ConnectionClosedError", "Timeout", "TimeoutException"}
    | {"ReadTimeoutError", "ConnectTimeoutError", "ProtocolError", "IncompleteRead", "ClientConnectionError"}
)
# Nobody listens, no such host, no trust, or a request that can't be sent at all.
_LASTING_NAMES = frozenset(
    {"ConnectionRefusedError", "gaierror", "SSLCertVerificationError", "OfflineModeIsEnabled"}
    | {"LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "InvalidHeader", "MissingSchema"}
)


def is_passing_failure(error: BaseException) -> bool:
    """Tell whether a failed request may succeed when it is sent again.

    Rate limits, overloaded servers (5xx) and dropped connections pass; a bad request, a wrong key, a used-up quota and
    a server that refuses connections or has no address don't. Errors are recognised by their HTTP status or class
    name, so that this knows every SDK without importing one.
    """
    if any(not _LASTING_NAMES.isdisjoint(_class_names(cause)) for cause in _causes(error)):
        return False
    status = http_status(error)
    if status is not None:
        return (status in _PASSING_STATUS or 500 <= status < 600) and not _is_used_up(error)
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    if not _DROPPED_NAMES.isdisjoint(_class_names(error)):
        return True
    return bool(_RATE_LIMIT_TEXT.search(str(error))) and not _is_used_up(error)


def http_status(error: BaseException) -> int | None:
    """Return the HTTP status that an error of any SDK carries, if it carries one."""
    response = getattr(error, "response", None)
    candidates = [getattr(error, "status_code", None), getattr(error, "status", None), getattr(error, "code", None)]
    if isinstance(response, dict):
        candidates.append(response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
    else:
        candidates.append(getattr(response, "status_code", None))
    return next((status for status in candidates if type(status) is int and 100 <= status < 600), None)


def requested_wait(error: BaseException) -> float | None:
    """Return the seconds that the server asked to wait (`Retry-After`), if it did; errors may wrap each other."""
    waits = map(_wait_in_headers, _causes(error))
    return next((wait for wait in waits if wait is not None), None)


def _wait_in_headers(error: BaseException) -> float | None:
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None)
    if isinstance(response, dict):
        headers = response.get("ResponseMetadata", {}).get("HTTPHeaders")
    if headers is None or not hasattr(headers, "get"):
        return None
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            return max(0.0, float(value) * scale)
        except ValueError:
            return _seconds_until(value)
    return None


def _seconds_until(http_date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(http_date).timestamp() - time.time())
    except ValueError:
        return None


def _class_names(error: BaseException) -> list[str]:
    return [cls.__name__ for cls in type(error).__mro__]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):  # a chain may be circular
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _is_used_up(error: BaseException) -> bool:
    said = (f"{getattr(cause, 'code', '')} {getattr(cause, 'body', '')} {cause}" for cause in _causes(error))
    return any("insufficient_quota" in text for text in said)


class Retrying:
    """Call a function again while it fails in a way that may pass.

    The wait before attempt n + 1 is `wait_seconds * exponential_base**n`; jitter adds up to as much again at random, so
    that many clients don't come back at the same moment. A server's `Retry-After` goes before.

    Args:
        max_attempts: Number of calls in all.
        wait_seconds: Base of the wait.
        exponential_base: Factor from wait to wait.
        jitter: Whether to lengthen each wait at random.
        retry_predicate: Tells for an error whether to try again; without one, none is tried again.
        reraise: Accepted for compatibility: the last error always leaves as it is.
        before_sleep_logger: Logger and level that report each failure before the wait.
        after_logger: Logger and level that report how each call ended.
    """

    def __init__(
        self,
        max_attempts: int = 1,
        wait_seconds: float = 0.0,
        exponential_base: float = 2.0,
        jitter: bool = True,
        retry_predicate: Callable[[BaseException], bool] | None = None,
        reraise: bool = False,
        before_sleep_logger: tuple[logging.Logger, int] | None = None,
        after_logger: tuple[logging.Logger, int] | None = None,
    ) -> None:
        self.max_attempts = max_attempts
        self.wait_seconds = wait_seconds
        self.exponential_base = exponential_base
        self.jitter = jitter
        self.retry_predicate = retry_predicate
        self.reraise = reraise
        self.before_sleep_logger = before_sleep_logger
        self.after_logger = after_logger

    def __call__(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns, or raise its last error."""
        attempts = _Attempts(self, fn)
        while True:
            try:
                result = fn(*args, **kwargs)
            except Exception as error:
                wait = attempts.wait_after(error)
                if wait is None:
                    raise
            else:
                attempts.finish(None)
                return result
            time.sleep(wait)

    async def acall(self, fn: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """Return what the coroutine function returns, or raise its last error."""
        import asyncio

        attempts = _Attempts(self, fn)
        while True:
            try:
                result = await fn(*args, **kwargs)
            except Exception as error:
                wait = attempts.wait_after(error)
                if wait is None:
                    raise
            else:
                attempts.finish(None)
                return result
            await asyncio.sleep(wait)


class _Attempts:
    """Count the attempts of one call."""

    def __init__(self, policy: Retrying, fn: Callable[..., Any]) -> None:
        self.policy = policy
        self.name = getattr(fn, "__qualname__", type(fn).__name__)
        self.number = 1
        self.delay = policy.wait_seconds
        self.start = time.monotonic()

    def wait_after(self, error: Exception) -> float | None:
        """Return the seconds until the next attempt, or None if there is to be none."""
        policy = self.policy
        self.delay *= policy.exponential_base
        asked = requested_wait(error)
        wait = self.delay * (1 + policy.jitter * random.random()) if asked is None else asked
        passing = policy.retry_predicate is not None and policy.retry_predicate(error)
        if not passing or self.number >= policy.max_attempts or wait > LONGEST_WAIT:
            self.finish(error)
            return None
        if policy.before_sleep_logger:
            logger, level = policy.before_sleep_logger
            outlook = f"trying again in {wait:.1f} s (attempt {self.number + 1} of {policy.max_attempts})"
            logger.log(level, "%s failed: %s: %s; %s", self.name, type(error).__name__, error, outlook)
        self.number += 1
        return wait

    def finish(self, error: Exception | None) -> None:
        """Report how the call ended."""
        if self.policy.after_logger:
            logger, level = self.policy.after_logger
            seconds = time.monotonic() - self.start
            end = "succeeded" if error is None else f"gave up ({type(error).__name__})"
            logger.log(level, "%s %s at attempt %d after %.1f s", self.name, end, self.number, seconds)


class RateLimiter:
    """Keep calls apart by a minimal interval; safe to share between threads and tasks.

    Args:
        requests_per_minute: How many calls a minute may have; None sets no limit.
    """

    def __init__(self, requests_per_minute: float | None = None) -> None:
        if requests_per_minute is not None and requests_per_minute <= 0:
            raise ValueError(f"requests_per_minute must be positive, or None for no limit: {requests_per_minute}.")
        self._interval = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def throttle(self) -> None:
        """Wait for the next call's turn."""
        wait = self._book()
        if wait > 0:
            time.sleep(wait)

    async def athrottle(self) -> None:
        """Wait for the next call's turn without blocking the event loop."""
        wait = self._book()
        if wait > 0:
            import asyncio

            await asyncio.sleep(wait)

    def _book(self) -> float:
        """Take the next free turn and return the seconds until it comes."""
        if not self._interval:
            return 0.0
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
        return turn - now
