"""What every executor of code actions offers to an agent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class CodeOutput:
    """Hold what one action gave back.

    Args:
        output: Value of the action's last statement, or the final answer.
        logs: What the action printed.
        is_final_answer: Whether the action ended the run.
    """

    output: Any
    logs: str
    is_final_answer: bool


class PythonExecutor(ABC):
    """Run an agent's code actions, one after the other, in one session.

    A failing action raises InterpreterError or ExecutionTimeoutError; its prints so far are in the exception's `logs`.
    """

    @abstractmethod
    def send_tools(self, tools: Mapping[str, Any]) -> None:
        """Make tools and managed agents callable by name."""

    @abstractmethod
    def send_variables(self, variables: Mapping[str, Any]) -> None:
        """Define variables for the following actions."""

    @abstractmethod
    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action."""

    def interrupt(self) -> None:  # noqa: B027 (an executor that can't stop an action has nothing to do here)
        """Stop the running action soon; called from another thread."""

    def cleanup(self) -> None:  # noqa: B027 (an executor that holds nothing outside the process has nothing to free)
        """Free what the session holds outside this process."""

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return what such an executor finds on this machine, for `smolagents doctor`.

        A text that starts with "missing" says what it lacks to work, and how to get it. Changes nothing.
        """
        return {}
