"""Say what to do about what E2B refuses."""

from __future__ import annotations

from smolagents.errors import SandboxError

KEYS_PAGE = "https://e2b.dev/dashboard?tab=keys"
GONE = (
    "is gone with its sandbox, which was killed or has reached the end of its lifetime (300 seconds unless `timeout` "
    "says otherwise: executor_kwargs={'timeout': <seconds>})"
)


def is_gone(error: Exception) -> bool:
    """Tell whether an error of the SDK means that the sandbox is not there any more."""
    from e2b import SandboxNotFoundException
    from e2b.exceptions import SandboxNotRunningException

    return isinstance(error, (SandboxNotFoundException, SandboxNotRunningException))


def explained(error: Exception, key: str | None) -> Exception:
    """Return the error to raise for one that came while a sandbox was created."""
    import httpx
    from e2b import AuthenticationException, RateLimitException

    text = str(error).replace(key, "***") if key else str(error)
    if isinstance(error, TypeError):
        return TypeError(f"E2B's Sandbox.create does not take these arguments (executor_kwargs): {text}")
    if isinstance(error, AuthenticationException) and not key:
        return SandboxError(
            "E2B needs an API key: set the environment variable E2B_API_KEY, or pass api_key "
            f"(executor_kwargs={{'api_key': …}}). Keys are made at {KEYS_PAGE}."
        )
    if isinstance(error, AuthenticationException):
        return SandboxError(
            f"E2B refuses the API key: {text}. Check E2B_API_KEY, or the api_key that was passed; keys are made at "
            f"{KEYS_PAGE}."
        )
    if isinstance(error, RateLimitException):
        return SandboxError(f"E2B gives no sandbox: {text}. Wait, or end some that still run: e2b sandbox list.")
    if isinstance(error, (httpx.TransportError, OSError)):
        return SandboxError(f"E2B can't be reached: {text}. Check the network, and E2B_DOMAIN if it is set.")
    return SandboxError(f"E2B gives no sandbox: {type(error).__name__}: {text}")
