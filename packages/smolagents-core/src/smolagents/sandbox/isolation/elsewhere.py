"""The layers that macOS and Windows have: bounds on what the worker uses, and an end with its host.

Neither closes files or the network off, so the strict mode refuses to work with them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any


def layers(settings: Mapping[str, Any]) -> dict[str, Callable[[], str]]:
    """Return how to put on each layer, in their order.

    Args:
        settings: `memory_bytes` and `writable` of the worker's configuration.
    """

    def resources() -> str:
        if sys.platform == "win32":
            from smolagents.sandbox.isolation import job

            return job.limit_memory(settings["memory_bytes"])
        from smolagents.sandbox.isolation import process

        return process.limit_resources(settings["memory_bytes"], bool(settings["writable"]))

    def absent() -> str:
        raise OSError("only Linux has it")

    return {
        "lifetime": lambda: "ends when the host hangs up",
        "resources": resources,
        "namespaces": absent,
        "landlock": absent,
        "seccomp": absent,
    }
