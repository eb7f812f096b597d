"""`executor_type="monty"`: an agent's code runs in Monty, an interpreter of a subset of Python."""

from smolagents_exec_monty.executor import MontyExecutor

__all__ = ["MontyExecutor"]
