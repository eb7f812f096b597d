"""The filter on system calls decides as it should on both architectures: a small simulator runs its program here."""

import errno
import os
import struct

import pytest
from smolagents.sandbox.isolation import seccomp
from smolagents.sandbox.isolation.seccomp import ALLOW, FAIL, KILL, build
from smolagents.sandbox.isolation.syscalls import CHECKED, PLAIN, WRITING

PID = 4321
EPERM = FAIL | errno.EPERM
MACHINES = ["x86_64", "aarch64"]


def decide(machine: str, number: int, arguments: tuple[int, ...] = (), writable: bool = False, audit: int = 0) -> int:
    """Run the filter as the kernel would and return its decision."""
    padded = [argument & (2**64 - 1) for argument in arguments] + [0] * (6 - len(arguments))
    data = struct.pack("<iIQ6Q", number, audit or seccomp.ARCHITECTURES[machine][1], 0, *padded)
    program = build(machine, PID, writable)
    place, accumulator = 0, 0
    while True:
        code, if_true, if_false, operand = program[place]
        place += 1
        if code == seccomp.RETURN:
            return operand
        if code == seccomp.LOAD:
            (accumulator,) = struct.unpack_from("<I", data, operand)
            continue
        true = {
            seccomp.JUMP_EQUAL: accumulator == operand,
            seccomp.JUMP_ANY_BIT: bool(accumulator & operand),
            seccomp.JUMP_AT_LEAST: accumulator >= operand,
        }[code]
        place += if_true if true else if_false


def number(name: str, machine: str) -> int:
    found = {**PLAIN, **WRITING, **CHECKED}[name][seccomp.ARCHITECTURES[machine][0]]
    assert found is not None
    return found


@pytest.mark.parametrize("machine", MACHINES)
def test_tables(machine: str) -> None:
    column = seccomp.ARCHITECTURES[machine][0]
    tables = [PLAIN, WRITING, CHECKED]
    numbers = [row[column] for table in tables for row in table.values() if row[column] is not None]
    assert len(numbers) == len(set(numbers))
    program = build(machine, PID, True)
    assert len(program) < 4096  # the kernel's limit
    assert all(0 <= if_true < 256 and 0 <= if_false < 256 for _, if_true, if_false, _ in program)
    for name, row in PLAIN.items():
        if row[column] is not None:
            assert decide(machine, row[column]) == ALLOW, name
    for name, row in WRITING.items():
        if row[column] is not None:
            assert decide(machine, row[column]) == EPERM, name
            assert decide(machine, row[column], writable=True) == ALLOW, name
    allowed = set(numbers)
    assert {decide(machine, other) for other in range(600) if other not in allowed} == {EPERM}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),  # what pthread_create passes
        ("clone", (0x11,), False),  # fork
        ("clone", (0x4111,), False),  # vfork
        ("clone", (0x3D0F00 | 0x10000000,), False),  # a thread in a new user namespace
        ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), True),
        ("openat", (0, 0, os.O_WRONLY), False),
        ("openat", (0, 0, os.O_RDWR), False),
        ("openat", (0, 0, os.O_RDONLY | os.O_CREAT), False),
        ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), False),
        ("mmap", (0, 4096, 3, 0x22), True),
        ("mmap", (0, 4096, 5, 0x02), True),  # code from a file
        ("mmap", (0, 4096, 7, 0x22), False),  # code in memory
        ("mprotect", (0, 4096, 3), True),
        ("mprotect", (0, 4096, 5), False),
        ("tgkill", (PID, PID, 6), True),
        ("tgkill", (1, 1, 9), False),
        ("prctl", (15,), True),
        ("prctl", (4, 1), False),  # to be dumpable again
        ("prlimit64", (0, 7, 0, 0x1000), True),
        ("prlimit64", (0, 9, 0x1000, 0), False),
        ("prlimit64", (0, 9, 0x100000000, 0), False),
        ("prlimit64", (0, 0, 0x1000, 0), True),
        ("prlimit64", (1, 7, 0, 0x1000), False),
        ("socketpair", (1,), True),
        ("socketpair", (2,), False),
        ("sendto", (3, 0, 1, 0, 0, 0), True),
        ("sendto", (3, 0, 1, 0, 0x1000, 16), False),
        ("sendto", (3, 0, 1, 0, 0x100000000, 16), False),
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),  # TIOCSTI
        ("fcntl", (0, 3), True),
        ("fcntl", (0, 8), False),  # F_SETOWN
    ],
)
def test_arguments_are_checked(machine: str, name: str, arguments: tuple[int, ...], allowed: bool) -> None:
    assert decide(machine, number(name, machine), arguments) == (ALLOW if allowed else EPERM)


def test_foreign_calls_end_the_process() -> None:
    assert decide("x86_64", 0, audit=0x40000003) == KILL  # 32-bit
    assert decide("x86_64", 0x40000000 | 1) == KILL  # x32
    assert decide("aarch64", 63, audit=0x40000028) == KILL
    assert decide("x86_64", 435) == decide("aarch64", 435) == FAIL | errno.ENOSYS
