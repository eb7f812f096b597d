"""Locks and all that waits by them: in short steps, as nothing interrupts a thread that waits for a lock."""

from __future__ import annotations

import types
from time import monotonic
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.library_objects import STEP_SECONDS
from smolagents.interpreter.stdlib_copy import rebuilt

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

WAITING = ("Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier")


def threading_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `threading`."""

    class Lock:
        """Be a lock whose waiting ends with the action."""

        def __init__(self) -> None:
            self._lock = original._allocate_lock()

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
            """Take the lock; tell whether it was free in time."""
            end = monotonic() if not blocking else None if timeout < 0 else monotonic() + timeout
            while not self._lock.acquire(False):
                if end is not None and monotonic() >= end:
                    return False
                session.budget.check()
                if self._lock.acquire(
                    True, STEP_SECONDS if end is None else min(STEP_SECONDS, max(end - monotonic(), 0))
                ):
                    break
            return True

        def release(self) -> None:
            """Let go of the lock."""
            self._lock.release()

        def locked(self) -> bool:
            """Tell whether somebody has the lock."""
            return bool(self._lock.locked())

        def __enter__(self) -> bool:
            return self.acquire()

        def __exit__(self, *_: object) -> None:
            self.release()

    namespace = {**vars(original), "Lock": Lock, "_allocate_lock": Lock}

    def remade(kind: Any) -> Any:
        cell = types.CellType()  # what `super()` in its methods finds

        def own(function: types.FunctionType) -> types.FunctionType:
            return rebuilt(function, namespace, (cell,) if "__class__" in function.__code__.co_freevars else None)

        body = {
            name: own(value) if type(value) is types.FunctionType else value
            for name, value in vars(kind).items()
            if name not in ("__dict__", "__weakref__", "__module__")
        }
        bases = tuple(namespace.get(base.__name__, base) for base in kind.__bases__)
        cell.cell_contents = made = type(kind.__name__.removeprefix("_Py"), bases, body)
        return made

    namespace["RLock"] = remade(original._PyRLock)
    for name in WAITING:
        namespace[name] = remade(vars(original)[name])
    return {name: namespace[name] for name in ("Lock", "RLock", *WAITING)}
