"""Run the code of agents in E2B's cloud sandboxes."""

from smolagents_exec_e2b.executor import E2BExecutor

__all__ = ["E2BExecutor"]
