"""The executor whose worker runs in a sandbox of Modal."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolagents.sandbox.hosted import HostedExecutor, Lease
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input
from smolagents.sandbox.transport import Transport

from smolagents_exec_modal.calls import TOKENS, TOKENS_PAGE, blocking, explained
from smolagents_exec_modal.transport import ModalTransport

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

HEARTBEAT_SECONDS = 15.0
# A sandbox lives so long at most, and so long after its worker has ended.
LIFE_SECONDS = 3600
IDLE_SECONDS = 60
TERMINATE_SECONDS = 10.0

_leases: weakref.WeakSet[Lease] = weakref.WeakSet()


class ModalExecutor(HostedExecutor):
    """Run actions in a sandbox of Modal; tools stay in this process and are called back.

    The sandbox starts with the executor. It is terminated by `cleanup`, when the program forgets the executor, and when
    the program ends; if the program is killed, the worker notices within a minute, and Modal ends the idle sandbox.
    A worker that is lost, or that does not stop at its deadline, is replaced together with its sandbox.

    Args:
        additional_imports: Packages that the code needs, or requirements as pip takes them. They become a part of the
            default image; with an image of your own, what it lacks is installed in the sandbox.
        logger: Where to tell the user something.
        allow_pickle: Let values that have no plain form cross as pickles, by which the sandbox can run any code here.
        app_name: Name of the Modal app that the sandbox belongs to; made if there is none.
        port: Not used: no port of the sandbox is open.
        create_kwargs: Arguments for `modal.Sandbox.create`: `image`, `timeout` (seconds that the sandbox may live, an
            hour by default), `idle_timeout`, `secrets`, `cpu`, `memory`, `gpu`, `block_network`, `client`, …. The image
            needs `python3`, 3.8 or newer; by default it is a slim Debian with this Python's version.
        timeout_seconds: Seconds that one action may run; None for no deadline but the sandbox's own.
        max_print_outputs_length: Length in characters to which an action's prints are cut.

    Raises:
        SandboxError: Modal gives no sandbox: it does not know the token, say.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        app_name: str = "smolagent-executor",
        port: int = 8888,
        create_kwargs: Mapping[str, Any] | None = None,
        *,
        timeout_seconds: float | None = None,
        max_print_outputs_length: int | None = None,
    ) -> None:
        super().__init__(additional_imports, logger, allow_pickle, timeout_seconds, max_print_outputs_length)
        self.app_name = app_name
        self.create_kwargs = dict(create_kwargs or {})
        self.open()

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return whether there is a token."""
        from modal.config import config

        if config.get("token_id") and config.get("token_secret"):
            return {"token": "is set"}
        return {"token": f"missing: set {' and '.join(TOKENS)}, or run `modal token new`; see {TOKENS_PAGE}"}

    def configuration(self) -> dict[str, Any]:
        """Return what a worker is told when it starts."""
        return {**super().configuration(), "heartbeat_seconds": HEARTBEAT_SECONDS}

    def create_sandbox(self) -> Lease:
        """Return a new sandbox that does nothing yet."""
        import modal

        options = {"timeout": LIFE_SECONDS, "idle_timeout": IDLE_SECONDS, **self.create_kwargs}
        client = options.get("client")

        def create() -> Any:
            if "app" not in options:
                options["app"] = modal.App.lookup(self.app_name, create_if_missing=True, client=client)
            if "image" not in options:
                options["image"] = self._default_image()
            # A command of our own, since an image may bring one that ends or does something.
            return modal.Sandbox.create("sleep", str(options["timeout"]), **options)

        with explained(f"start a sandbox for the app {self.app_name!r}"):
            lease = Lease(create(), _terminate)
        # Registered after the SDK's own work at the end, so that it comes before: nothing can be terminated afterwards.
        atexit.unregister(_release_all)
        atexit.register(_release_all)
        _leases.add(lease)
        return lease

    def _default_image(self) -> Any:
        import modal
        from smolagents.tools.imports import distributions

        packages = [*self._requirements(), *distributions(self._modules())]
        image = modal.Image.debian_slim()
        return image.pip_install(*packages) if packages else image

    def start_worker_in(self, lease: Lease) -> Transport:
        """Start a worker in a sandbox; the SDK can't end it alone, so the sandbox ends with it."""
        from modal.stream_type import StreamType

        def start() -> Any:
            command = ("python3", "-u", "-c", BOOTSTRAP)
            return lease.sandbox.exec(*command, text=False, stderr=StreamType.DEVNULL)

        with explained("start a worker in the sandbox"):
            process = blocking(start)
        return ModalTransport(process, bootstrap_input(), lease.release, HEARTBEAT_SECONDS)

    def new_session(self) -> ModalExecutor:
        """Return an executor with the same configuration, without tools and variables."""
        return type(self)(
            self.additional_imports,
            self.logger,
            self.allow_pickle,
            self.app_name,
            create_kwargs=self.create_kwargs,
            timeout_seconds=self.timeout_seconds,
            max_print_outputs_length=self.max_print_outputs_length,
        )


def _terminate(sandbox: Any) -> None:
    # Not for ever: Modal may be out of reach, and objects are forgotten in any thread, the SDK's own too.
    blocking(sandbox.terminate, TERMINATE_SECONDS)


def _release_all() -> None:
    for lease in list(_leases):
        lease.release()
