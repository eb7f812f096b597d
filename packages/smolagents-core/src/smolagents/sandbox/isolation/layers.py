"""All layers of isolation in their order, and which of them hold."""

from __future__ import annotations

import platform
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
    layers = _linux(settings) if sys.platform == "linux" else _elsewhere(settings)
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

    if platform.machine() not in seccomp.ARCHITECTURES or sys.maxsize < 2**32:
        return f"there is no list of system calls for {platform.machine()}"
    if not landlock.version():
        return "this kernel has no Landlock (Linux 5.13 and newer have it, if it is switched on)"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii"):
            return None
    except OSError:
        return "this kernel has no seccomp filters"


def _linux(settings: Mapping[str, Any]) -> dict[str, str]:
    from smolagents.sandbox.isolation import landlock, process, seccomp

    def no_privileges() -> str:
        process.drop_capabilities()
        process.gain_no_privileges()
        process.be_private()
        return "no capabilities, no new privileges, not dumpable"

    def lifetime() -> str:
        process.die_with_parent(settings["parent"])
        return "ends with the host"

    def filter_calls() -> str:
        seccomp.install(platform.machine(), bool(settings["writable"]))
        return "allow-list of system calls"

    def restrict_files() -> str:
        count = process.threads()
        if count > 1:
            raise OSError(f"an authorized module has started {count - 1} threads, which it would not bind")
        return landlock.restrict([*settings["readable"], *settings["writable"]], settings["writable"])

    process.share_one_heap()
    return {
        "namespaces": _attempt(process.enter_namespaces),
        "lifetime": _attempt(lifetime),
        "resources": _attempt(lambda: process.limit_resources(settings["memory_bytes"], bool(settings["writable"]))),
        "privileges": _attempt(no_privileges),
        "landlock": _attempt(restrict_files),
        "seccomp": _attempt(filter_calls),
    }


def _elsewhere(settings: Mapping[str, Any]) -> dict[str, str]:
    def resources() -> str:
        from smolagents.sandbox.isolation import process

        return process.limit_resources(settings["memory_bytes"], bool(settings["writable"]))

    return {
        "namespaces": f"{MISSING}{sys.platform} has none",
        "resources": _attempt(resources),
        "landlock": f"{MISSING}only Linux has it",
        "seccomp": f"{MISSING}only Linux has it",
    }


def _attempt(layer: Callable[[], str]) -> str:
    try:
        return layer()
    except (OSError, ImportError, AttributeError, KeyError, ValueError) as error:
        return f"{MISSING}{error}"
