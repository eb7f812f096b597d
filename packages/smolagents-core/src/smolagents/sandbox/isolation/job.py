"""What Windows can deny to a worker: a job object that bounds its memory and processes, and ends it with the host.

Source: JOBOBJECT_EXTENDED_LIMIT_INFORMATION and JOBOBJECT_BASIC_UI_RESTRICTIONS in winnt.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from typing import Any

ACTIVE_PROCESS, PROCESS_MEMORY, NO_ERROR_DIALOG, KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000
ALL_USER_INTERFACE = 0xFF  # desktops, clipboard, handles, atoms, display settings, logging off
BASIC_UI, EXTENDED_LIMITS = 4, 9


class _BasicLimits(ctypes.Structure):
    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    ]


class _ExtendedLimits(ctypes.Structure):
    _fields_ = [
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]


def enclose(process: int) -> int:
    """Put a process into a job of its own, which ends with this process, and return the job's handle.

    Raises:
        OSError: Windows refuses.
    """
    limits = _ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = ACTIVE_PROCESS | NO_ERROR_DIALOG | KILL_ON_CLOSE
    limits.BasicLimitInformation.ActiveProcessLimit = 1
    return _put_into_job(process, {EXTENDED_LIMITS: limits, BASIC_UI: ctypes.c_uint32(ALL_USER_INTERFACE)})


def limit_memory(memory_bytes: int) -> str:
    """Bound the memory of this process for good, by a job inside the one that it is in, and return that in words.

    Raises:
        OSError: Windows refuses.
    """
    limits = _ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = PROCESS_MEMORY
    limits.ProcessMemoryLimit = memory_bytes
    _put_into_job(_kernel().GetCurrentProcess(), {EXTENDED_LIMITS: limits})
    return f"{memory_bytes // 2**20} MiB of memory, no other processes, ends with the host"


def close(handle: int) -> None:
    """Close a job, which ends what is in it."""
    _kernel().CloseHandle(ctypes.c_void_p(handle))


def _put_into_job(process: int, settings: Mapping[int, Any]) -> int:
    """Put a process into a new job with these settings, by their kinds, and return the job's handle."""
    kernel = _kernel()
    job = kernel.CreateJobObjectW(None, None)
    _check(job)
    handle = ctypes.c_void_p(job)
    try:
        for kind, value in settings.items():
            _check(kernel.SetInformationJobObject(handle, kind, ctypes.byref(value), ctypes.sizeof(value)))
        _check(kernel.AssignProcessToJobObject(handle, ctypes.c_void_p(process)))
    except OSError:
        close(job)
        raise
    return int(job)


def _kernel() -> Any:
    if sys.platform != "win32":
        raise OSError("only Windows has jobs")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    return kernel


def _check(result: Any) -> None:
    if not result and sys.platform == "win32":
        raise ctypes.WinError(ctypes.get_last_error())
