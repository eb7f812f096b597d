"""Run the code of agents in Blaxel's cloud sandboxes."""

from smolagents_exec_blaxel.executor import BlaxelExecutor

__all__ = ["BlaxelExecutor"]
