"""Say what to do about errors of LiteLLM that don't, and give back what it hides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smolagents.models.configuration import is_secret
from smolagents.models.retry import http_status

if TYPE_CHECKING:
    from smolagents_models_litellm.model import LiteLLMModel

_NO_KEY = re.compile(r"api[ _-]?key|credentials", re.IGNORECASE)
_TRACEBACK = "\nTraceback (most recent call last)"


@contextmanager
def explained(model: LiteLLMModel) -> Iterator[None]:
    """Name what is missing, a key or a package; LiteLLM calls both a fault of the server, to be tried again.

    Raises:
        ImportError: LiteLLM misses the package `mcp`, without which it takes no tools.
        litellm.AuthenticationError: No key is given.
    """
    try:
        yield
    except Exception as error:
        causes = list(_causes(error))
        _restore_headers(error)
        for cause in causes:
            if isinstance(cause, ImportError) and (cause.name or "").partition(".")[0] == "mcp":
                raise ImportError(f"LiteLLM takes no tools ({cause}). Mend it: pip install 'litellm[mcp]'") from error
        if hasattr(error, "cooldown_time"):  # of the router: it has the form of a wrong argument
            raise _rate_limit(model, error) from error
        missing = [] if model.has_key() or not _is_about_keys(error) else _missing_variables(model)
        if missing:
            raise _no_credentials(model, error, missing) from error
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            _add(error, f" Nobody answers at {model.address()}: is the server running, and api_base right?")
        raise


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):  # a chain may be circular
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _restore_headers(error: Exception) -> None:
    """Give an error's response the headers, `Retry-After` among them, that LiteLLM keeps beside it."""
    headers = getattr(error, "litellm_response_headers", None)
    response = getattr(error, "response", None)
    if headers and response is not None:
        response.headers.update(headers)


def _is_about_keys(error: Exception) -> bool:
    return http_status(error) in (401, 403) or _NO_KEY.search(str(error)) is not None


def _missing_variables(model: LiteLLMModel) -> list[str]:
    import litellm

    missing = [name for target in model.targets() for name in litellm.validate_environment(target)["missing_keys"]]
    return list(dict.fromkeys(missing)) if any(map(is_secret, missing)) else []


def _no_credentials(model: LiteLLMModel, error: Exception, missing: list[str]) -> Exception:
    from litellm.exceptions import AuthenticationError

    said = str(error).partition(_TRACEBACK)[0]
    advice = f"{said} No credentials for {model.model_id}: set {', '.join(missing)}, or pass api_key=…."
    target = model.targets()[0]
    refusal: Exception = AuthenticationError(advice, llm_provider=target.partition("/")[0], model=target)
    return refusal


def _rate_limit(model: LiteLLMModel, error: Any) -> Exception:
    from litellm.exceptions import RateLimitError

    passing: Exception = RateLimitError(str(error), llm_provider="", model=str(model.model_id))
    passing.response.headers["Retry-After"] = str(error.cooldown_time)  # type: ignore[attr-defined]
    return passing


def _add(error: Exception, advice: str) -> None:
    text = str(error).partition(_TRACEBACK)[0] + advice
    error.args = (text,)
    if hasattr(error, "message"):
        error.message = text
