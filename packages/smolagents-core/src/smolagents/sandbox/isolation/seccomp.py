"""The filter on system calls: an allow-list, written as a classic BPF program by hand.

Whatever is not on the list fails with "Operation not permitted", so that code gets an ordinary exception.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from smolagents.sandbox.isolation.syscalls import CHECKED, PLAIN, WRITING

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}
"""Column of the tables in `syscalls` and AUDIT_ARCH value, by machine name."""

# include/uapi/linux/bpf_common.h and seccomp.h
LOAD, JUMP_EQUAL, JUMP_ANY_BIT, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
X32_BIT = 0x40000000

SECCOMP_SET_MODE_FILTER, FLAG_ALL_THREADS = 1, 1
SECCOMP_NUMBER = {0: 317, 1: 277}

CLONE_THREAD = 0x00010000
CLONE_NAMESPACES = 0x7E020080  # CLONE_NEW*: NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PROT_EXEC, MAP_ANONYMOUS = 4, 0x20
PR_SET_NAME, PR_SET_VMA = 15, 0x53564D41
RLIMIT_CPU = 0
AF_UNIX = 1
TCGETS, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX = 0x5401, 0x541B, 0x5421, 0x5451, 0x5450
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def install(machine: str, writable: bool) -> None:
    """Filter the system calls of all threads of this process from now on.

    Raises:
        OSError: The kernel refuses.
    """
    column, _ = ARCHITECTURES[machine]
    program = b"".join(struct.pack("=HBBI", *line) for line in build(machine, os.getpid(), writable))
    buffer = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    pointer = ctypes.create_string_buffer(filter_program, len(filter_program))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    arguments = (SECCOMP_NUMBER[column], SECCOMP_SET_MODE_FILTER, FLAG_ALL_THREADS)
    if libc.syscall(*(ctypes.c_long(number) for number in arguments), pointer):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def build(machine: str, pid: int, writable: bool) -> list[Instruction]:
    """Return the filter for a machine and a process.

    Args:
        machine: `platform.machine()`.
        pid: The process, which may signal its own threads.
        writable: Allow what changes files.
    """
    column, audit = ARCHITECTURES[machine]
    lines: list[Instruction] = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, audit), (RETURN, 0, 0, KILL)]
    lines += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        lines += [(JUMP_AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, KILL)]
    plain = {**PLAIN, **WRITING} if writable else PLAIN
    for name in plain:
        lines += _rule(plain[name][column], [(RETURN, 0, 0, ALLOW)])
    for name, block in _checks(pid, writable).items():
        lines += _rule(CHECKED[name][column], block)
    return [*lines, (RETURN, 0, 0, FAIL | errno.EPERM)]


def _rule(number: int | None, block: list[Instruction]) -> list[Instruction]:
    return [] if number is None else [(JUMP_EQUAL, 0, len(block), number), *block]


def _checks(pid: int, writable: bool) -> dict[str, list[Instruction]]:
    """Return the blocks that decide on arguments; each ends with a decision."""
    return {
        "clone": [*_need_bit(0, CLONE_THREAD), *_unless_any_bit(0, CLONE_NAMESPACES)],
        "clone3": [(RETURN, 0, 0, FAIL | errno.ENOSYS)],  # its flags are in memory; libc then calls clone
        "fcntl": _if_one_of(1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)),
        "ioctl": _if_one_of(1, (TCGETS, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX)),
        # Code can be mapped from files, which can't be written; none can be made in memory.
        "mmap": [
            (LOAD, 0, 0, _argument(2)),
            (JUMP_ANY_BIT, 0, 3, PROT_EXEC),
            (LOAD, 0, 0, _argument(3)),
            (JUMP_ANY_BIT, 0, 1, MAP_ANONYMOUS),
            (RETURN, 0, 0, FAIL | errno.EPERM),
            (RETURN, 0, 0, ALLOW),
        ],
        "mprotect": _unless_any_bit(2, PROT_EXEC),
        "open": _allow() if writable else _unless_any_bit(1, WRITE_FLAGS),
        "openat": _allow() if writable else _unless_any_bit(2, WRITE_FLAGS),
        "prctl": _if_one_of(0, (PR_SET_NAME, PR_SET_VMA)),
        "prlimit64": [*_need_value(0, (0, pid)), *_cpu_or_read_only()],
        # Both ends of a pair; an address would lead to other sockets.
        "recvfrom": _allow(),
        "sendto": _if_zero_pointer(4),
        "socketpair": _if_one_of(0, (AF_UNIX,)),
        "tgkill": _if_one_of(0, (pid,)),
    }


def _argument(index: int) -> int:
    """Return the offset of the lower half of an argument (both architectures are little-endian)."""
    return ARGUMENTS + 8 * index


def _allow() -> list[Instruction]:
    return [(RETURN, 0, 0, ALLOW)]


def _unless_any_bit(index: int, bits: int) -> list[Instruction]:
    return [
        (LOAD, 0, 0, _argument(index)),
        (JUMP_ANY_BIT, 0, 1, bits),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]


def _need_bit(index: int, bit: int) -> list[Instruction]:
    return [(LOAD, 0, 0, _argument(index)), (JUMP_ANY_BIT, 1, 0, bit), (RETURN, 0, 0, FAIL | errno.EPERM)]


def _need_value(index: int, values: Iterable[int]) -> list[Instruction]:
    values = list(values)
    jumps = [(JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [(LOAD, 0, 0, _argument(index)), *jumps, (RETURN, 0, 0, FAIL | errno.EPERM)]


def _if_one_of(index: int, values: Iterable[int]) -> list[Instruction]:
    return [*_need_value(index, values), (RETURN, 0, 0, ALLOW)]


def _if_zero_pointer(index: int) -> list[Instruction]:
    fail = (RETURN, 0, 0, FAIL | errno.EPERM)
    high = [(LOAD, 0, 0, _argument(index) + 4), (JUMP_EQUAL, 1, 0, 0), fail]
    return [(LOAD, 0, 0, _argument(index)), (JUMP_EQUAL, 1, 0, 0), fail, *high, (RETURN, 0, 0, ALLOW)]


def _cpu_or_read_only() -> list[Instruction]:
    """Return a block for prlimit64: the limit on CPU time may be set, the others only read."""
    return [(LOAD, 0, 0, _argument(1)), (JUMP_EQUAL, 0, 1, RLIMIT_CPU), (RETURN, 0, 0, ALLOW), *_if_zero_pointer(2)]
