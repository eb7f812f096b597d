"""Say what to do about what Blaxel refuses."""

from __future__ import annotations

from typing import Any

from smolagents.errors import SandboxError

KEYS_PAGE = "https://app.blaxel.ai/profile/security"
GONE = (
    "is gone with its sandbox, which was deleted or has reached the end of its lifetime (`ttl` sets it: '1h', '7d', …)"
)
ENDED = {"TERMINATED", "DELETING", "FAILED", "DEACTIVATED", "DEACTIVATING"}
NOT_ALLOWED = (401, 403)
NOT_FOUND = 404
TOO_MANY = 429


def is_gone(sandbox: Any) -> bool:
    """Tell whether Blaxel says that a sandbox is not there any more."""
    from blaxel.core import SandboxAPIError, SyncSandboxInstance

    try:
        return str(SyncSandboxInstance.get(sandbox.metadata.name).status) in ENDED
    except SandboxAPIError as error:  # some of them have no status
        return error.status_code == NOT_FOUND or "not found" in str(error).lower()
    except Exception:  # it can't be asked
        return False


def explained(error: Exception, key: str | None) -> SandboxError:
    """Return the error to raise for one that came while a sandbox was created."""
    import httpx
    from blaxel.core.authentication import CredentialsError

    text = str(error).replace(key, "***") if key else str(error)
    code, status = getattr(error, "code", None), getattr(error, "status_code", None)
    if isinstance(error, CredentialsError):
        return SandboxError(
            f"Blaxel needs credentials: set BL_API_KEY and BL_WORKSPACE, or run `bl login`; see {KEYS_PAGE}. ({text})"
        )
    if status in NOT_ALLOWED and code != "QUOTA_EXCEEDED":
        return SandboxError(
            f"Blaxel refuses the credentials: {text} Check BL_API_KEY and BL_WORKSPACE; see {KEYS_PAGE}."
        )
    if status == TOO_MANY or code == "QUOTA_EXCEEDED":
        return SandboxError(f"Blaxel gives no sandbox: {text}. Wait, or delete some that still run: bl get sandboxes.")
    if isinstance(error, (httpx.TransportError, OSError)):
        return SandboxError(f"Blaxel can't be reached: {text}. Check the network.")
    return SandboxError(f"Blaxel gives no sandbox: {type(error).__name__}: {text}")
