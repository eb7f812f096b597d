"""`executor_type="process"`: actions run in a local child process under the operating system's isolation."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError, SandboxError
from smolagents.interpreter.modules import missing_modules
from smolagents.sandbox.executor import RemotePythonExecutor
from smolagents.sandbox.transport import Transport

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

DEFAULT_MEMORY_BYTES = 2 * 2**30
CHILD = str(Path(__file__).with_name("child.py"))


class ProcessExecutor(RemotePythonExecutor):
    """Run actions in a local child process that the operating system isolates, under the guards of `local`.

    The process has an empty environment. On Linux it can read nothing but Python's own modules, and it can't write
    files, open connections, start programs or signal others. Tools stay in this process and are called back. The
    worker starts with the executor, so the first action need not wait for it.

    Args:
        additional_imports: Modules that actions may import besides BASE_BUILTIN_MODULES, as for LocalPythonExecutor.
        logger: Not used; executors are made with it.
        timeout_seconds: Seconds that one action may run; None for no deadline. Code that does not stop at its deadline
            is ended with the process, and its variables are lost.
        max_print_outputs_length: Length in characters to which an action's prints are cut.
        memory_bytes: Memory that the process may use in addition to what its modules take.
        readable: Files and directories that the process may read besides.
        writable: Files and directories that it may read and change.
        strict: Refuse to work where files or the network can't be closed off. `layers` tells what holds.

    Raises:
        InterpreterError: An authorized module is not installed.
        SandboxError: The system can't isolate the process and `strict` is set, or the worker does not start.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        *,
        timeout_seconds: float | None = 30,
        max_print_outputs_length: int | None = None,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        readable: Sequence[str | os.PathLike[str]] = (),
        writable: Sequence[str | os.PathLike[str]] = (),
        strict: bool = True,
    ) -> None:
        super().__init__(list(additional_imports), logger)
        missing = missing_modules(self.additional_imports)
        if missing:
            raise InterpreterError(
                f"Non-installed authorized modules: {', '.join(missing)}. Install them, or take them off the list."
            )
        self.timeout_seconds = timeout_seconds
        if max_print_outputs_length is not None:
            self.max_print_outputs_length = max_print_outputs_length
        self.memory_bytes = memory_bytes
        self.readable = [os.fspath(path) for path in readable]
        self.writable = [os.fspath(path) for path in writable]
        self.strict = strict
        if strict:
            from smolagents.sandbox.isolation.layers import why_not_strict

            if reason := why_not_strict():
                raise SandboxError(
                    f"This machine can't isolate a process fully: {reason}. Use another executor (docker, …), or pass "
                    "strict=False to go without (executor_kwargs={'strict': False}); executor.layers tells what holds."
                )
        self.start_worker()

    command = (sys.executable, "-I", "-S", CHILD)
    """What starts the child."""

    @property
    def layers(self) -> dict[str, str]:
        """Return the layers of isolation and what came of each; one that is not there starts with "missing"."""
        return dict(self.greeting()["layers"])

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return whether this machine can isolate a process, and what came of each layer."""
        from smolagents.sandbox.isolation.layers import MISSING, NEEDED, why_not_strict

        reason = why_not_strict()
        with cls(strict=False) as executor:
            layers = executor.layers
        for name, text in layers.items():
            if name not in NEEDED:  # they are welcome, and not what the walls stand on
                layers[name] = text.replace(MISSING, "none: ", 1)
        return {"isolation": f"{MISSING}{reason}" if reason else "files and network are closed", **layers}

    def connect(self) -> Transport:
        """Start the child."""
        if sys.platform == "win32":
            from smolagents.sandbox.threaded_pipes import start_process
        else:
            from smolagents.sandbox.pipes import start_process
        return start_process(self.command)

    def configuration(self) -> dict[str, Any]:
        """Return what the child is told when it starts."""
        return {
            **super().configuration(),
            "imports": self.additional_imports,
            "timeout_seconds": self.timeout_seconds,
            "memory_bytes": self.memory_bytes,
            "path": _absolute(sys.path),
            "parent": os.getpid(),
            "readable": [*_own_paths(), *_module_paths(self.additional_imports), *_absolute(self.readable)],
            "writable": _absolute(self.writable),
            "strict": self.strict,
        }

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Refuse: the child uses this Python's own modules.

        Raises:
            SandboxError: Always.
        """
        raise SandboxError(
            "The process executor works with what is installed here. Install it: "
            f"pip install {' '.join(additional_imports)}"
        )

    def new_session(self) -> ProcessExecutor:
        """Return an executor with the same configuration, without tools and variables."""
        return type(self)(
            self.additional_imports,
            self.logger,
            timeout_seconds=self.timeout_seconds,
            max_print_outputs_length=self.max_print_outputs_length,
            memory_bytes=self.memory_bytes,
            readable=self.readable,
            writable=self.writable,
            strict=self.strict,
        )


def _absolute(paths: Sequence[str]) -> list[str]:
    return [os.path.abspath(path) for path in paths]


def _own_paths() -> list[str]:
    """Return what a Python reads to import its modules: its libraries, the system's, and this package."""
    import site
    import sysconfig

    own = sysconfig.get_paths()
    paths = {own["stdlib"], own["platstdlib"], own["purelib"], own["platlib"], *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        paths.add(site.getusersitepackages())
    paths.add(str(Path(__file__).parent.parent))
    libraries = [os.path.join(sys.base_prefix, "lib"), "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"]
    others = ["/etc/ld.so.cache", "/usr/share/zoneinfo", "/System/Library", "/usr/share/locale"]
    return sorted({path for path in [*paths, *libraries, *others] if os.path.exists(path)})


def _module_paths(authorized: Sequence[str]) -> list[str]:
    """Return where authorized modules lie, which may be anywhere on `sys.path`."""
    from importlib.util import find_spec

    paths = []
    for entry in authorized:
        spec = None if entry == "*" else find_spec(entry.partition(".")[0])
        if spec is not None:
            found = list(spec.submodule_search_locations or [spec.origin or ""])
            paths += [os.path.abspath(path) for path in found if os.path.exists(path)]
    return paths
