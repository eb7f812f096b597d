"""What a Linux process can give up by itself: namespaces, capabilities, resources, and a life without its parent."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import Any

assert sys.platform != "win32"  # for type checkers, too

NAMESPACES = {"user": 0x10000000, "network": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000}
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CAPABILITY_VERSION_3 = 0x20080522
M_ARENA_MAX = -8
MAX_OPEN_FILES = 64
SIGKILL = 9  # the module `signal` takes a while to import


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when the thread that started it ends."""
    _check(_libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(0)


def enter_namespaces() -> str:
    """Enter new namespaces, all or as many as the system allows, and return which."""
    libc = _libc()
    if libc.unshare(sum(NAMESPACES.values())) == 0:
        return ", ".join(NAMESPACES)
    entered = [name for name, flag in NAMESPACES.items() if libc.unshare(flag) == 0]
    if not entered:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return ", ".join(entered)


def drop_capabilities() -> None:
    """Give up all of root's rights."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    _check(_libc().capset(header, ctypes.create_string_buffer(24)))


def be_private() -> None:
    """Keep other processes from looking into this one."""
    _check(_libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def gain_no_privileges() -> None:
    """Give up what set-user-ID programs would grant."""
    _check(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def limit_resources(memory_bytes: int, writable: bool) -> str:
    """Bound what the process may use, and return the bounds in words.

    Args:
        memory_bytes: Address space that it may add to what it has now.
        writable: It may write files.
    """
    import resource

    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: MAX_OPEN_FILES}
    if not writable:
        bounds[resource.RLIMIT_FSIZE] = 0
    used = _address_space()
    if used is not None:
        bounds[resource.RLIMIT_AS] = used + memory_bytes
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))
    memory = f"{memory_bytes // 2**20} MiB of memory, " if used is not None else ""
    return f"{memory}{MAX_OPEN_FILES} open files, {'' if writable else 'no file writes, '}no core dumps, CPU time"


def share_one_heap() -> None:
    """Keep threads from reserving address space of their own, which the limit on memory would count."""
    mallopt = getattr(_libc(), "mallopt", None)  # the C library may have none
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def threads() -> int:
    """Return how many threads the process has."""
    return len(os.listdir("/proc/self/task"))


def _address_space() -> int | None:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
