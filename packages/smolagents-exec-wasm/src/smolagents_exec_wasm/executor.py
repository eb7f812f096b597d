"""`executor_type="wasm"`: actions run in Pyodide, which runs in Deno without permissions."""

from __future__ import annotations

import base64
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.errors import SandboxError
from smolagents.sandbox.executor import RemotePythonExecutor
from smolagents.sandbox.pipes import PipeTransport

from smolagents_exec_wasm.files import find_deno, find_pyodide, missing_packages
from smolagents_exec_wasm.launch import Deno

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger

DEFAULT_MEMORY_BYTES = 2**30


class WasmExecutor(RemotePythonExecutor):
    """Run actions in WebAssembly: in Pyodide's Python, in a Deno without permissions, offline.

    The code sees no files but those in memory, no network, no environment and no processes. Tools stay in this process
    and are called back. The worker starts with the executor, so the first action need not wait for it.

    Args:
        additional_imports: Modules that the code needs; what is neither in the standard library nor in `packages` is an
            error now, and not when the model imports it.
        logger: Not used; executors are made with it.
        allow_pickle: Let values that have no plain form cross as pickles, by which the sandbox can run any code here.
        timeout_seconds: Seconds that one action may run; None for no deadline.
        max_print_outputs_length: Length in characters to which an action's prints are cut.
        memory_bytes: Memory that Python may use.
        packages: Paths of wheels for the code to import: of pure Python, or built for Pyodide.
        deno_path: Path of Deno; by default that of the `deno` distribution.
        pyodide_path: Directory with the files of the npm package `pyodide`; by default where
            `python -m smolagents_exec_wasm install` puts them, or what the variable SMOLAGENTS_PYODIDE says.

    Raises:
        SandboxError: Deno or Pyodide is not there, or a module can't be imported; says what to do.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        *,
        timeout_seconds: float | None = 30,
        max_print_outputs_length: int | None = None,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        packages: Sequence[str | os.PathLike[str]] = (),
        deno_path: str | os.PathLike[str] | None = None,
        pyodide_path: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(list(additional_imports), logger, allow_pickle)
        self.timeout_seconds = timeout_seconds
        if max_print_outputs_length is not None:
            self.max_print_outputs_length = max_print_outputs_length
        self.memory_bytes = memory_bytes
        self.packages = [os.fspath(path) for path in packages]
        self.pyodide_path = find_pyodide(pyodide_path)
        self.deno_path = find_deno(deno_path)
        self._wheels = [_read_wheel(path) for path in self.packages]
        self.start_worker()
        if self.additional_imports:
            self._check_imports()

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return whether Deno and Pyodide are there, and what came of a start."""
        try:
            with cls() as executor:
                python = executor.greeting()["python"]
                return {"deno": executor.deno_path, "pyodide": f"Python {python}, in {executor.pyodide_path}"}
        except SandboxError as error:
            return {"wasm": f"missing: {error}"}

    def connect(self) -> PipeTransport:
        """Start Deno."""
        return Deno(self.deno_path, self.pyodide_path, self.memory_bytes).start()

    def configuration(self) -> dict[str, Any]:
        """Return what the worker is told when it starts."""
        return {**super().configuration(), "imports": self.additional_imports, "wheels": self._wheels}

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Unpack wheels in the sandbox and return their paths.

        Args:
            additional_imports: Paths of wheels: of pure Python, or built for Pyodide.

        Raises:
            SandboxError: One of them is no wheel; nothing is downloaded.
        """
        wheels = [_read_wheel(path) for path in additional_imports]
        reply = self._request({"type": "install", "packages": wheels}, None)
        if "error" in reply:
            raise SandboxError(f"The sandbox can't unpack {', '.join(additional_imports)}: {reply['error']['message']}")
        self._wheels += wheels
        self.installed_packages += additional_imports
        return list(additional_imports)

    def new_session(self) -> WasmExecutor:
        """Return an executor with the same configuration, without tools and variables."""
        return type(self)(
            self.additional_imports,
            self.logger,
            self.allow_pickle,
            timeout_seconds=self.timeout_seconds,
            max_print_outputs_length=self.max_print_outputs_length,
            memory_bytes=self.memory_bytes,
            packages=[*self.packages, *self.installed_packages],
            deno_path=self.deno_path,
            pyodide_path=self.pyodide_path,
        )

    def delete(self) -> None:
        """End the worker, as `cleanup` does."""
        self.cleanup()

    def _check_imports(self) -> None:
        missing = self.greeting()["missing"]
        if missing:
            self.cleanup()
            raise SandboxError(missing_packages(self.pyodide_path, missing))


def _read_wheel(path: str) -> str:
    if not zipfile.is_zipfile(path):
        raise SandboxError(
            f"{path!r} is no wheel that can be read. The WebAssembly sandbox downloads nothing: give it the paths of "
            "wheels of pure Python, or built for Pyodide."
        )
    return base64.b64encode(Path(path).read_bytes()).decode("ascii")
