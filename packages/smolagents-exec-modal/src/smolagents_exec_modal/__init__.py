"""`executor_type="modal"`: an agent's code runs in a sandbox of Modal."""

from smolagents_exec_modal.executor import ModalExecutor

__all__ = ["ModalExecutor"]
