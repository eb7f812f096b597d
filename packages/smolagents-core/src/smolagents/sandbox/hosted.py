"""The base class of executors whose worker runs in a sandbox that a provider hosts.

The sandbox outlives its workers: one that is lost is replaced in the same sandbox, where files and packages stay. A
sandbox that is lost itself is replaced by a new one.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import warnings
import weakref
from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from smolagents.errors import SandboxError
from smolagents.sandbox.executor import RemotePythonExecutor
from smolagents.sandbox.session import START_ATTEMPTS
from smolagents.sandbox.transport import Transport, WorkerGone

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

_MODULE = re.compile(r"\w+(\.\w+)*(\.\*)?")
_MISSING = "[name for name in {modules!r} if __import__('importlib.util').util.find_spec(name) is None]"


class SandboxGone(SandboxError):
    """Report a sandbox that its provider has ended."""


class Lease:
    """Hold a sandbox until it is deleted, or is lost.

    Args:
        sandbox: What stands for it in the provider's SDK.
        delete: Deletes it; called once, and only by the process that has created the sandbox.
    """

    def __init__(self, sandbox: Any, delete: Callable[[Any], object]) -> None:
        self.sandbox = sandbox
        self._delete = delete
        self._owner = os.getpid()
        self._held = True

    @property
    def held(self) -> bool:
        """Tell whether the sandbox is there, as far as is known, and this process's own."""
        return self._held and self._owner == os.getpid()

    def lose(self) -> None:
        """Note that the provider has ended the sandbox."""
        self._held = False

    def release(self) -> None:
        """Delete the sandbox, if it is held."""
        if not self.held:
            return
        self._held = False
        try:
            self._delete(self.sandbox)
        except Exception as error:
            text = f"A sandbox could not be deleted; it runs until its own time limit: {type(error).__name__}: {error}"
            warnings.warn(text, RuntimeWarning, stacklevel=2)


class HostedExecutor(RemotePythonExecutor):
    """Run actions in a worker in a sandbox that a provider hosts.

    A subclass defines `create_sandbox` and `start_worker_in`, and calls `open` at the end of its constructor. The
    sandbox is deleted by `cleanup`, when the program forgets the executor, and when the program ends.

    Args:
        additional_imports: Modules that the code needs, or requirements as pip takes them. What a new sandbox lacks of
            them is installed there.
        logger: Where to tell the user something.
        allow_pickle: As for RemotePythonExecutor.
        timeout_seconds: Seconds that one action may run; None for no deadline.
        max_print_outputs_length: Length in characters to which an action's prints are cut.
    """

    def __init__(
        self,
        additional_imports: Sequence[str],
        logger: AgentLogger | None,
        allow_pickle: bool = False,
        timeout_seconds: float | None = None,
        max_print_outputs_length: int | None = None,
    ) -> None:
        super().__init__(additional_imports, logger, allow_pickle)
        self.timeout_seconds = timeout_seconds
        if max_print_outputs_length is not None:
            self.max_print_outputs_length = max_print_outputs_length
        self._lease: Lease | None = None
        self._forgotten: Any = None
        self._unprepared = False

    @abstractmethod
    def create_sandbox(self) -> Lease:
        """Return a new sandbox; what deletes it must not hold the executor.

        Raises:
            SandboxError: The provider gives none; says why, and what to do.
        """

    @abstractmethod
    def start_worker_in(self, lease: Lease) -> Transport:
        """Start a worker in a sandbox and return the way to it, which must not hold the executor.

        Raises:
            SandboxGone: The sandbox is not there any more.
            SandboxError: No worker starts in it; says why.
        """

    @property
    def sandbox(self) -> Any:
        """Return the SDK's object for the sandbox; None after `cleanup`."""
        return self._lease.sandbox if self._lease is not None and self._lease.held else None

    def open(self) -> None:
        """Create the sandbox, start a worker in it, and install what the code needs."""
        try:
            self.start_worker()
            if self._modules() or self._requirements():
                self.greeting()
        except BaseException:
            self.cleanup()
            raise

    def connect(self) -> Transport:
        """Start a worker in the sandbox, or in a new one where there is none."""
        lease = self._lease
        if lease is not None and lease.held:
            try:
                return self.start_worker_in(lease)
            except SandboxGone:  # it has come to its end since the last action
                lease.lose()
        return self.start_worker_in(self._new_lease())

    def _new_lease(self) -> Lease:
        if self._forgotten is not None:
            self._forgotten.detach()
        self.say(f"Starting a sandbox ({type(self).__name__})")
        self._lease = _in_whole(self.create_sandbox)
        self._forgotten = weakref.finalize(self, self._lease.release)
        self._unprepared = True
        return self._lease

    def _greet(self, attempts: int = START_ATTEMPTS) -> dict[str, Any]:
        greeting = super()._greet(attempts)
        if self._unprepared:
            try:
                self._prepare()
            except BaseException:
                self.end_worker()
                raise
            self._unprepared = False
        return greeting

    def _prepare(self) -> None:
        """Install in a new sandbox what it lacks of what the code needs."""
        from smolagents.tools.imports import distributions

        packages = self._requirements()
        if modules := self._modules():
            packages += distributions(self._ask({"type": "run", "code": _MISSING.format(modules=modules)})["value"])
        if packages:
            self.say(f"Installing {', '.join(packages)} in the sandbox")
            self._ask({"type": "install", "packages": packages})
        self.installed_packages = list(dict.fromkeys([*self.installed_packages, *packages]))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = self._exchange(self._connection, request, None)
        except WorkerGone as error:
            raise SandboxError(f"The sandbox's worker {error} while packages were installed.") from error
        if "error" in reply:
            raise SandboxError(str(reply["error"].get("message")))
        return reply

    def _modules(self) -> list[str]:
        """Return the modules asked for that are not Python's own."""
        roots = {name.partition(".")[0] for name in self.additional_imports if _MODULE.fullmatch(name)}
        return sorted(roots - sys.stdlib_module_names)

    def _requirements(self) -> list[str]:
        """Return what else was asked for, and what an earlier sandbox had."""
        asked = [name for name in self.additional_imports if name != "*" and not _MODULE.fullmatch(name)]
        return list(dict.fromkeys([*asked, *self.installed_packages]))

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Install packages in the sandbox and return their names; a sandbox that replaces it gets them too.

        Raises:
            SandboxError: That failed; says why.
        """
        installed = super().install_packages(additional_imports)
        self.installed_packages = list(dict.fromkeys([*self.installed_packages, *installed]))
        return installed

    def cleanup(self) -> None:
        """Delete the sandbox; the next action would create a new one."""
        with self._lock:
            if self._lease is not None:
                self._lease.release()
            super().cleanup()

    def delete(self) -> None:
        """Delete the sandbox, as `cleanup` does."""
        self.cleanup()


def _in_whole(create: Callable[[], Lease]) -> Lease:
    """Return the lease of a new sandbox; where Ctrl-C comes meanwhile, the sandbox is deleted as soon as it is there.

    The provider goes on making it, and nobody else would know of it.
    """
    made: Future[Lease] = Future()

    def work() -> None:
        try:
            made.set_result(create())
        except BaseException as error:
            made.set_exception(error)

    try:
        threading.Thread(target=work, name="smolagents-sandbox").start()  # no daemon: the program's end waits for it
        return made.result()
    except BaseException:
        made.add_done_callback(_release_unwanted)
        raise


def _release_unwanted(made: Future[Lease]) -> None:
    if made.exception() is None:
        made.result().release()
