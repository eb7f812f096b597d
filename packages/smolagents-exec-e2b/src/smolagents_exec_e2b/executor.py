"""`executor_type="e2b"`: actions run in a cloud sandbox of E2B."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smolagents.sandbox.hosted import HostedExecutor, Lease, SandboxGone
from smolagents.sandbox.session import START_SECONDS
from smolagents.sandbox.source import bootstrap_input

from smolagents_exec_e2b.errors import KEYS_PAGE, explained
from smolagents_exec_e2b.transport import E2BTransport

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger


class E2BExecutor(HostedExecutor):
    """Run actions in a cloud sandbox of E2B; tools stay in this process and are called back.

    The sandbox is created with the executor, as `executor.sandbox` (an `e2b_code_interpreter.Sandbox`), and deleted by
    `cleanup`, when the program forgets the executor, and when the program ends. A program that is killed leaves it to
    its lifetime.

    Args:
        additional_imports: Modules that the code needs, or requirements as pip takes them. What the sandbox lacks of
            them is installed there.
        logger: Where to tell the user what takes long.
        allow_pickle: Let values that have no plain form cross as pickles, by which the sandbox can run any code here.
        timeout_seconds: Seconds that one action may run; None for no deadline.
        max_print_outputs_length: Length in characters to which an action's prints are cut.
        **kwargs: Arguments of `e2b_code_interpreter.Sandbox.create`: `api_key`, `template`, `envs`, …, and `timeout`,
            the sandbox's lifetime in seconds (300 by default), at the end of which E2B ends it, used or not.

    Raises:
        SandboxError: E2B gives no sandbox, or a package can't be installed; says what to do.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        *,
        timeout_seconds: float | None = None,
        max_print_outputs_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(additional_imports, logger, allow_pickle, timeout_seconds, max_print_outputs_length)
        self._options = kwargs
        self.open()

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return whether there is a key."""
        found = "E2B_API_KEY is set" if os.environ.get("E2B_API_KEY") else f"missing: set E2B_API_KEY, see {KEYS_PAGE}"
        return {"key": found}

    def create_sandbox(self) -> Lease:
        """Return a new sandbox."""
        from e2b_code_interpreter import Sandbox

        try:
            sandbox = Sandbox.create(**self._options)
        except Exception as error:
            raise explained(error, self._options.get("api_key") or os.environ.get("E2B_API_KEY")) from None
        return Lease(sandbox, _kill)

    def start_worker_in(self, lease: Lease) -> E2BTransport:
        """Start a worker as a process of the sandbox."""
        transport = E2BTransport(lease)
        with contextlib.suppress(OSError):  # told when its greeting is read
            transport.write(bootstrap_input(), START_SECONDS)
        if not lease.held:
            raise SandboxGone(f"The E2B sandbox {transport.ending()}.")
        return transport


def _kill(sandbox: Any) -> None:
    sandbox.kill()
