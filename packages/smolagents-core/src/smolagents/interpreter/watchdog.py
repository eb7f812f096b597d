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

from smolagents.interpreter.nesting import Sentry

if TYPE_CHECKING:
    from types import FrameType

    from smolagents.interpreter.budget import Budget

POLL_SECONDS = 0.02
# Where there are large values, memory fills up faster.
CLOSE_POLL_SECONDS = 0.005
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
    if not _active:
        _sentry.begin()
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
    if not _active:
        _sentry.end()


def _stop_nesting() -> bool:
    """Stop the action that runs in this thread; tell whether there is one."""
    thread_id = _thread.get_ident()
    for budget in list(_active.values()):
        if budget.thread_id == thread_id and budget.running:
            budget.cut("nesting")
            return True
    return False


_sentry = Sentry(_stop_nesting)


def running_actions() -> int:
    """Return how many actions run: memory is the whole process's."""
    return len(_active)


def _run() -> None:
    idle = 0
    pause = POLL_SECONDS
    while True:
        time.sleep(pause)
        pause = POLL_SECONDS
        if _active:
            idle = 0
            if _poll():
                pause = CLOSE_POLL_SECONDS
            continue
        idle += 1
        if idle > IDLE_POLLS:
            with _start_lock:
                if not _active:
                    _state["alive"] = False
                    return


def _poll() -> bool:
    """Look at all running actions, and tell whether one of them has large values."""
    now = time.monotonic()
    budgets = list(_active.values())
    for budget in budgets:
        if budget.deadline is not None and now > budget.deadline:
            budget.cut("timeout")
        limit = budget.limits.memory * len(budgets)
        # What grows while a tool runs (it may load a model) is the host's own.
        if limit < sys.maxsize and budget.memory.growth(_in_tool(budget)) > limit:
            budget.cut("memory")
        if budget.reason is not None and (now - budget.cut_at > GRACE_SECONDS or budget.reason == "memory"):
            _interrupt(budget)
    return not all(budget.memory.calm for budget in budgets)


def _in_tool(budget: Budget) -> bool:
    return is_in_tool(budget, sys._current_frames().get(budget.thread_id))


def is_in_tool(budget: Budget, frame: FrameType | None) -> bool:
    """Tell whether the guest's innermost call is into a tool."""
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
        can_be = budget.running and not _sentry.collects(budget.thread_id)
        if can_be and not _in_tool(budget) and _in_guest(budget):
            budget.async_sent = True
            budget.cut_at = time.monotonic()
            send_async_exception(budget.thread_id, Stop)


def send_async_exception(thread_id: int, exception: type[BaseException] | None) -> None:
    """Raise an exception in a thread at its next bytecode, or take back one that it has not seen yet."""
    import ctypes

    argument = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), argument)
