"""The base class of the executors whose code runs elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from smolagents.errors import SandboxError
from smolagents.executors import CodeOutput, PythonExecutor
from smolagents.sandbox.session import WorkerSession

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger


class RemotePythonExecutor(WorkerSession, PythonExecutor):
    """Run actions in a worker outside this process; tools stay here and are called back.

    A new executor defines `connect`, which starts a worker and returns the way to it. One that defines
    `run_code_raise_errors` instead brings its own way to run code; it is given tools and variables as source.

    Args:
        additional_imports: Packages that the code needs.
        logger: Where to tell the user something.
        allow_pickle: Let values that have no plain form cross as pickles, by which the sandbox can run any code here.
    """

    FINAL_ANSWER_EXCEPTION = "FinalAnswerException"

    def __init__(
        self, additional_imports: Sequence[str], logger: AgentLogger | None, allow_pickle: bool = False
    ) -> None:
        super().__init__()
        self.additional_imports = list(additional_imports)
        self.logger = logger
        self.allow_pickle = allow_pickle
        self.installed_packages: list[str] = []
        if allow_pickle:
            warnings.warn(
                "allow_pickle=True lets code in the sandbox run any code in this process: a pickle that it sends is "
                "read here. Leave it out unless you trust that code.",
                stacklevel=2,
            )

    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action."""
        return self.run_code_raise_errors(code_action)

    def run_code_raise_errors(self, code: str) -> CodeOutput:
        """Run code and return its result; a failure raises InterpreterError or ExecutionTimeoutError."""
        return self.run_action(code)

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools and managed agents callable by name."""
        if self._has_worker():
            self.set_tools(tools)
        else:
            from smolagents.sandbox.by_source import send_tools

            send_tools(self, tools)

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables for the following actions.

        Raises:
            SerializationError: One of them can't cross; says which.
        """
        if self._has_worker():
            self.set_variables(variables)
        else:
            from smolagents.sandbox.by_source import send_variables

            send_variables(self, variables)

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Install packages in the sandbox and return their names.

        Raises:
            SandboxError: That failed; says why.
        """
        if not additional_imports:
            return []
        if self._has_worker():
            reply = self._request({"type": "install", "packages": list(additional_imports)}, None)
            if "error" in reply:
                raise SandboxError(str(reply["error"].get("message")))
        else:
            self.say(self.run_code_raise_errors("!pip install " + " ".join(additional_imports)).logs)
        return list(additional_imports)

    def say(self, text: str) -> None:
        """Tell the user something, such as what takes long."""
        if self.logger is not None:
            self.logger.log(text, markup=False)

    def cleanup(self) -> None:
        """End the worker; the next action would start a fresh one."""
        with self._lock:
            self.end_worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.cleanup()

    def _has_worker(self) -> bool:
        """Tell whether code runs in a worker, and not in a way of the subclass's own."""
        return getattr(self.run_code_raise_errors, "__func__", None) is RemotePythonExecutor.run_code_raise_errors
