"""The layers that Linux has: all of them together close files and the network off."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from smolagents.sandbox.isolation import landlock, process, seccomp

assert sys.platform == "linux"  # for type checkers, too


def layers(settings: Mapping[str, Any]) -> dict[str, Callable[[], str]]:
    """Return how to put on each layer, in their order.

    Args:
        settings: `parent`, `memory_bytes`, `readable` and `writable` of the worker's configuration.
    """

    def no_privileges() -> str:
        process.drop_capabilities()
        process.gain_no_privileges()
        process.be_private()
        return "no capabilities, no new privileges, not dumpable"

    def lifetime() -> str:
        process.die_with_parent(settings["parent"])
        return "ends with the host"

    def filter_calls() -> str:
        seccomp.install(os.uname().machine, bool(settings["writable"]))
        return "allow-list of system calls"

    def restrict_files() -> str:
        count = process.threads()
        if count > 1:
            raise OSError(f"an authorized module has started {count - 1} threads, which it would not bind")
        return landlock.restrict([*settings["readable"], *settings["writable"]], settings["writable"])

    process.share_one_heap()
    return {
        "namespaces": process.enter_namespaces,
        "lifetime": lifetime,
        "resources": lambda: process.limit_resources(settings["memory_bytes"], bool(settings["writable"])),
        "privileges": no_privileges,
        "landlock": restrict_files,
        "seccomp": filter_calls,
    }
