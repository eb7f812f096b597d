"""The executors whose code runs outside this process, as programs import them from here.

`process` is core's own; each of the others lives in a distribution of its own.
"""

from typing import TYPE_CHECKING

from smolagents.plugins import module_getattr
from smolagents.sandbox.executor import RemotePythonExecutor
from smolagents.sandbox.process import ProcessExecutor

__all__ = ["ProcessExecutor", "RemotePythonExecutor"]

if not TYPE_CHECKING:
    __getattr__ = module_getattr(__name__, "executors")
