"""The isolated executors, as programs import them from here: each lives in a distribution of its own."""

from smolagents.plugins import module_getattr

__getattr__ = module_getattr(__name__, "executors")
