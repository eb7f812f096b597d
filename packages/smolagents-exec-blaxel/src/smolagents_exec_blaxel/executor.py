"""`executor_type="blaxel"`: actions run in a cloud sandbox of Blaxel."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smolagents.errors import SandboxError
from smolagents.sandbox.hosted import HostedExecutor, Lease, SandboxGone
from smolagents.sandbox.session import START_SECONDS
from smolagents.sandbox.source import bootstrap_input

from smolagents_exec_blaxel.errors import KEYS_PAGE, explained, is_gone
from smolagents_exec_blaxel.transport import BlaxelTransport

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

IDLE_LIFETIME = "30m"
NAME_TAKEN = 409


class BlaxelExecutor(HostedExecutor):
    """Run actions in a cloud sandbox of Blaxel; tools stay in this process and are called back.

    The sandbox is created with the executor, as `executor.sandbox` (a `blaxel.core.SyncSandboxInstance`), and deleted
    by `cleanup`, when the program forgets the executor, and when the program ends. A program that is killed leaves it
    to its lifetime.

    Args:
        additional_imports: Modules that the code needs, or requirements as pip takes them. What the sandbox lacks of
            them is installed there.
        logger: Where to tell the user what takes long.
        allow_pickle: Let values that have no plain form cross as pickles, by which the sandbox can run any code here.
        sandbox_name: Name of the sandbox. One of that name that exists already is used, and is not deleted.
        image: Image of the sandbox; it must have `python3`, 3.8 or newer.
        memory: Memory of the sandbox in megabytes.
        ttl: Time after which Blaxel deletes the sandbox, used or not: "1h", "7d". Without it, 30 minutes after it was
            used last.
        region: Where it runs, such as "us-pdx-1"; `BL_REGION` by default.
        timeout_seconds: Seconds that one action may run; None for no deadline.
        max_print_outputs_length: Length in characters to which an action's prints are cut.

    Raises:
        SandboxError: Blaxel gives no sandbox, or a package can't be installed; says what to do.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        sandbox_name: str | None = None,
        image: str = "blaxel/jupyter-notebook",
        memory: int = 4096,
        ttl: str | None = None,
        region: str | None = None,
        *,
        timeout_seconds: float | None = None,
        max_print_outputs_length: int | None = None,
    ) -> None:
        super().__init__(additional_imports, logger, allow_pickle, timeout_seconds, max_print_outputs_length)
        self.sandbox_name = sandbox_name
        self.image = image
        self.memory = memory
        self.ttl = ttl
        self.region = region
        self.open()

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return whether there are credentials."""
        from blaxel.core import get_credentials

        credentials = get_credentials()
        if credentials is None or not credentials.workspace:
            return {"credentials": f"missing: set BL_API_KEY and BL_WORKSPACE, or run `bl login`; see {KEYS_PAGE}"}
        return {"credentials": f"for the workspace {credentials.workspace}"}

    def create_sandbox(self) -> Lease:
        """Return a new sandbox, or the one that has the name already."""
        from blaxel.core import SyncSandboxInstance

        wanted: dict[str, Any] = {
            "name": self.sandbox_name or f"smolagents-{uuid.uuid4().hex[:12]}",
            "image": self.image,
            "memory": self.memory,
        }
        if self.region is not None:
            wanted["region"] = self.region
        if self.ttl is not None:
            wanted["ttl"] = self.ttl
        else:
            policy = {"type": "ttl-idle", "value": IDLE_LIFETIME, "action": "delete"}
            wanted["lifecycle"] = {"expiration_policies": [policy]}
        try:
            return Lease(SyncSandboxInstance.create(wanted), _delete)
        except Exception as error:
            if self.sandbox_name is None or getattr(error, "status_code", None) != NAME_TAKEN:
                raise explained(error, os.environ.get("BL_API_KEY")) from None
        try:
            return Lease(SyncSandboxInstance.get(self.sandbox_name), _keep)
        except Exception as error:
            raise explained(error, os.environ.get("BL_API_KEY")) from None

    def start_worker_in(self, lease: Lease) -> BlaxelTransport:
        """Start a worker as a process of the sandbox."""
        transport = BlaxelTransport(lease)
        if transport.ready(START_SECONDS):
            with contextlib.suppress(OSError):  # told when its greeting is read
                transport.write(bootstrap_input(), START_SECONDS)
            return transport
        transport.close()
        ending = transport.ending()
        if not lease.held:
            raise SandboxGone(f"The Blaxel sandbox {ending}.")
        raise SandboxError(f"No worker starts in the Blaxel sandbox: it {ending}.")


def _delete(sandbox: Any) -> None:
    try:
        sandbox.delete()
    except Exception:
        if not is_gone(sandbox):
            raise


def _keep(sandbox: Any) -> None:
    """Leave a sandbox that somebody else has made."""
