"""All layers of isolation in their order, and which of them hold."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from smolagents.errors import SandboxError

MISSING = "missing: "
# Without these, files or the network would be open to code that has got past the interpreter's guards.
NEEDED = ("landlock", "seccomp")


def isolate(settings: Mapping[str, Any]) -> dict[str, str]:
    """Give up, for good, what the worker has no need of, and return what came of each layer.

    Args:
        settings: `parent`, `strict`, `memory_bytes`, `readable` and `writable` of the worker's configuration.

    Raises:
        SandboxError: A needed layer is missing, in strict mode.
    """
    layers = {name: _attempt(put_on) for name, put_on in _layers(settings).items()}
    missing = {name: text for name, text in layers.items() if name in NEEDED and text.startswith(MISSING)}
    if missing and settings["strict"]:
        reasons = "; ".join(f"{name} is {text}" for name, text in missing.items())
        raise SandboxError(
            f"This machine can't isolate a process fully: {reasons}. Use another executor (docker, …), or pass "
            "strict=False to go without (executor_kwargs={'strict': False}); executor.layers tells what holds."
        )
    return layers


def why_not_strict() -> str | None:
    """Say why strict isolation is not to be had here; None where it is. Changes nothing."""
    if sys.platform != "linux":
        return f"{sys.platform} has neither Landlock nor seccomp"
    from smolagents.sandbox.isolation import landlock, seccomp

    machine = os.uname().machine
    if machine not in seccomp.ARCHITECTURES or sys.maxsize < 2**32:
        return f"there is no list of system calls for {machine}"
    if not landlock.version():
        return "this kernel has no Landlock (Linux 5.13 and newer have it, if it is switched on)"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii"):
            return None
    except OSError:
        return "this kernel has no seccomp filters"


def _layers(settings: Mapping[str, Any]) -> dict[str, Callable[[], str]]:
    """Return how to put on each layer, in their order."""
    if sys.platform == "linux":
        from smolagents.sandbox.isolation import linux

        return linux.layers(settings)
    from smolagents.sandbox.isolation import elsewhere

    return elsewhere.layers(settings)


def _attempt(layer: Callable[[], str]) -> str:
    try:
        return layer()
    except (OSError, ImportError, AttributeError, KeyError, ValueError) as error:
        return f"{MISSING}{error}"
