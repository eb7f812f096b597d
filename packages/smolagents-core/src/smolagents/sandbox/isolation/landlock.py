"""Landlock: what of the file system, of TCP and of other processes a worker can reach (Linux 5.13 and newer).

Source: include/uapi/linux/landlock.h. The system calls have the same numbers on all architectures.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

assert sys.platform == "linux"

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FOR_FILES = 0b11 | READ_FILE | 1 << 14 | 1 << 15  # execute, write, read, truncate, ioctl: the rest is for directories
MAKE_DEVICES = 1 << 6 | 1 << 11
EXECUTE = 1 << 0
IOCTL = 1 << 15
# Rights on files that each version of the interface knows.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP = 0b11  # bind and connect, from version 4
SCOPES = 0b11  # abstract Unix sockets and signals, from version 6


def version() -> int:
    """Return the version of the kernel's Landlock; 0 where it has none."""
    return max(0, _syscall(CREATE_RULESET, 0, 0, ASK_VERSION))


def restrict(readable: Iterable[str], writable: Iterable[str]) -> str:
    """Deny this thread, and those it starts, all files but these, all TCP, and signals to others.

    Args:
        readable: Files, and directories with all they hold, to read.
        writable: Those to change as well.

    Returns:
        What is denied, in words.

    Raises:
        OSError: The kernel refuses.
    """
    abi = version()
    if not abi:
        raise OSError("this kernel has no Landlock")
    handled = (1 << FILE_RIGHTS[min(abi, 5)]) - 1
    network = TCP if abi >= 4 else 0
    scoped = SCOPES if abi >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = _syscall(CREATE_RULESET, attributes, len(attributes), 0)
    _check(ruleset)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for path in writable:
            _allow(ruleset, path, handled & ~(EXECUTE | IOCTL | MAKE_DEVICES))
        _check(_syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    denied = ["files", *(["TCP"] if network else []), *(["signals and sockets of others"] if scoped else [])]
    return f"version {abi}: {', '.join(denied)}"


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what can't be opened can't be read either
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= FOR_FILES
        _check(_syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0))
    finally:
        os.close(descriptor)


def _syscall(number: int, *arguments: int | bytes) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    values = [ctypes.c_char_p(item) if isinstance(item, bytes) else ctypes.c_long(item) for item in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *values)
    return result


def _check(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
