"""Code that speaks helium, in any executor: the browser stays with the host, the code calls tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smolagents.executors import CodeOutput, PythonExecutor

from smolagents_browser import guest
from smolagents_browser.imports import without_helium_imports


class HeliumExecutor(PythonExecutor):
    """Run actions in another executor, after it has been taught helium's names.

    Args:
        inner: Where the code runs.
    """

    def __init__(self, inner: PythonExecutor) -> None:
        self.inner = inner
        self._has_tools = False
        self._is_ready = False

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools callable by name."""
        self.inner.send_tools(tools)
        self._has_tools = set(guest.TOOLS) <= set(tools)
        self._is_ready = False

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables for the following actions."""
        self.inner.send_variables(variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action."""
        if self._has_tools and not self._is_ready:
            self.inner(guest.source())
        self._is_ready = False  # an action that fails may have taken its process with it
        output = self.inner(without_helium_imports(code_action))
        self._is_ready = True
        return output

    def interrupt(self) -> None:
        """Stop the running action soon; called from another thread."""
        self.inner.interrupt()

    def cleanup(self) -> None:
        """Free what the session holds outside this process."""
        self.inner.cleanup()

    @property
    def state(self) -> Any:
        """Return the variables of the session, where the executor shows them."""
        return getattr(self.inner, "state", {})
