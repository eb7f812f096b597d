"""Models behind a web API: paced requests, and new attempts where a failure is likely to pass."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from smolagents.messages import tool_role_conversions
from smolagents.models.base import Model
from smolagents.models.redaction import redacted
from smolagents.models.retry import MODEL_ATTEMPTS, RateLimiter, Retrying, is_passing_failure
from smolagents.models.servers import check_address
from smolagents.pickling import bound_state

_ADDRESSES = ("api_base", "base_url", "azure_endpoint")
_logger = logging.getLogger("smolagents.models")


def _retrying(max_attempts: int) -> Retrying:
    return Retrying(
        max_attempts=max_attempts,
        wait_seconds=1.0,
        retry_predicate=is_passing_failure,
        reraise=True,
        before_sleep_logger=(_logger, logging.WARNING),
    )


class ApiModel(Model):
    """Call a model behind a web API; the base of the models that do.

    A subclass defines `create_client`, and in `generate` calls the client through `self.retryer` after
    `self._apply_rate_limit()`.

    Args:
        model_id: Name of the model at its provider.
        custom_role_conversions: Roles to replace before sending; this replaces the default, which sends tool calls
            as the assistant's and their results as the user's messages.
        client: Client to use instead of one of our own.
        requests_per_minute: Limit that the requests are spread over.
        retry: Whether to try again after rate limits, server errors (5xx) and dropped connections.
        **kwargs: As in `Model`.

    Raises:
        ValueError: An address that the subclass was given (its attributes `api_base`, `base_url`, `azure_endpoint`) is
            none.
    """

    custom_role_conversions: Mapping[Any, Any] = tool_role_conversions
    requests_per_minute: float | None = None
    retry: bool = True
    rate_limiter = RateLimiter()
    retryer = _retrying(MODEL_ATTEMPTS)

    def __init__(
        self,
        model_id: str,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        client: Any | None = None,
        requests_per_minute: float | None = None,
        retry: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_id=model_id, **kwargs)
        self.custom_role_conversions = custom_role_conversions or tool_role_conversions
        self.requests_per_minute = requests_per_minute
        self.retry = retry
        self.rate_limiter = RateLimiter(requests_per_minute)
        self.retryer = _retrying(MODEL_ATTEMPTS if retry else 1)
        for name in _ADDRESSES:
            address = getattr(self, name, None)
            if isinstance(address, str):
                check_address(address, name)
        self.client = client if client is not None else self.create_client()

    def __getstate__(self) -> object:
        why = (
            f"{type(self).__name__} can't be pickled or deep-copied: its client and its rate limit belong to this "
            "process. Agents can share a model, so for another user of an agent there is agent.copy(); for another "
            "process there are agent.save(folder), agent.to_dict() and model.to_dict()."
        )
        return bound_state(super().__getstate__(), RateLimiter, why)

    def create_client(self) -> Any:
        """Return the client of the provider's SDK."""
        raise NotImplementedError(f"{type(self).__name__} must define create_client(), or be given client=….")

    def _apply_rate_limit(self) -> None:
        """Wait until the next request may be sent."""
        self.rate_limiter.throttle()

    def _credentials(self) -> Iterable[str]:
        """Return the texts that no error may show."""
        return ()

    def _explained(self) -> AbstractContextManager[None]:
        """Return a context that makes errors of the SDK say what to do; it leaves their class as it is."""
        return nullcontext()

    def _request(self, send: Callable[..., Any], **parameters: Any) -> Any:
        """Send a request, at the allowed pace, again after failures that pass."""

        def attempt() -> Any:
            self._apply_rate_limit()
            with redacted(self._credentials()), self._explained():
                return send(**parameters)

        return self.retryer(_named(attempt, self))

    async def _arequest(self, send: Callable[..., Awaitable[Any]], **parameters: Any) -> Any:
        """Do the same as `_request` with a coroutine function."""

        async def attempt() -> Any:
            await self.rate_limiter.athrottle()
            with redacted(self._credentials()), self._explained():
                return await send(**parameters)

        return await self.retryer.acall(_named(attempt, self))


def _named(attempt: Callable[..., Any], model: Model) -> Callable[..., Any]:
    attempt.__qualname__ = repr(model)
    return attempt
