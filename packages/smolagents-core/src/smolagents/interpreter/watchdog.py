"""The one thread that stops actions: at their deadline, and when the process grows too much.

Its main means is `Budget.cut`, which takes effect at the guest's next draw. Library code that the guest called and
that draws nothing is interrupted by an asynchronous exception, but never while a tool is running.
"""

from __future__ import annotations

import _thread
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smolagents.interpreter.budget import Budget

POLL_SECONDS = 0.02
IDLE_POLLS = 100
# How long a stopped action may take to notice before its library code is interrupted.
GRACE_SECONDS = 0.1

GUEST_FILE = "<action "


class Stop(BaseException):
    """End the action; the reason is in its budget."""


_active: dict[int, Budget] = {}
_state = {"alive": False, "pid": 0}
_start_lock = _thread.allocate_lock()


def watch(budget: Budget) -> None:
    """Look after a budget from now on."""
    _active[id(budget)] = budget
    if not _state["alive"] or _state["pid"] != os.getpid():
        with _start_lock:
            if not _state["alive"] or _state["pid"] != os.getpid():
                _state.update(alive=True, pid=os.getpid())
                # Lighter than threading.Thread, and it needs no place in threading.enumerate().
                _thread.start_new_thread(_run, ())


def unwatch(budget: Budget) -> None:
    """Forget a budget."""
    _active.pop(id(budget), None)


def _run() -> None:
    idle = 0
    while True:
        time.sleep(POLL_SECONDS)
        if _active:
            idle = 0
            _poll()
            continue
        idle += 1
        if idle > IDLE_POLLS:
            with _start_lock:
                if not _active:
                    _state["alive"] = False
                    return


def _poll() -> None:
    now = time.monotonic()
    budgets = list(_active.values())
    resident = _resident_bytes()
    for budget in budgets:
        if budget.deadline is not None and now > budget.deadline:
            budget.cut("timeout")
        if resident is not None:
            _check_memory(budget, resident, len(budgets))
        if budget.reason is not None and (now - budget.cut_at > GRACE_SECONDS or budget.reason == "memory"):
            _interrupt(budget)


def _check_memory(budget: Budget, resident: int, sessions: int) -> None:
    """Cut a session when the process has grown by more than the limit for each running session.

    What grows while a tool runs (it may load a model) is the host's own: it moves the starting point.
    """
    if budget.memory_at_start is None or _in_tool(budget):
        budget.memory_at_start = resident
    elif resident - budget.memory_at_start > budget.limits.memory * sessions:
        budget.cut("memory")


def _in_tool(budget: Budget) -> bool:
    """Tell whether the guest's innermost call is into a tool."""
    frame = sys._current_frames().get(budget.thread_id)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(GUEST_FILE):
            return False
        if code in budget.tool_codes:
            return True
        frame = frame.f_back
    return False


def _in_guest(budget: Budget) -> bool:
    frame = sys._current_frames().get(budget.thread_id)
    while frame is not None:
        if frame.f_code.co_filename.startswith(GUEST_FILE):
            return True
        frame = frame.f_back
    return False


def _interrupt(budget: Budget) -> None:
    with budget.lock:
        if budget.running and not _in_tool(budget) and _in_guest(budget):
            budget.async_sent = True
            budget.cut_at = time.monotonic()
            send_async_exception(budget.thread_id, Stop)


def send_async_exception(thread_id: int, exception: type[BaseException] | None) -> None:
    """Raise an exception in a thread at its next bytecode, or take back one that it has not seen yet."""
    import ctypes

    argument = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), argument)


def _resident_bytes() -> int | None:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE
    except OSError:
        return None  # no such file on macOS and Windows: there, only the size of single values is bounded


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
