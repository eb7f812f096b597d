"""A process of Monty's with one session in it."""

from __future__ import annotations

import os
import signal
import weakref
from collections.abc import Mapping
from typing import Any

from smolagents.errors import SandboxError, SerializationError

# Monty counts the calls and look-ups of a whole session, and would end the tool loops of long runs at a thousand.
MAX_SUSPENSIONS = 2**62

_owner: int | None = None  # the process that has used Monty first


def refuse_if_forked() -> None:
    """Refuse a process in which Monty's runtime, whose threads stayed with the parent, would never answer.

    Raises:
        SandboxError: This process was forked after its parent had used Monty.
    """
    if _owner not in (None, os.getpid()):
        raise SandboxError(
            "Monty can't be used in a process that was forked after Monty had been used: start the process with the "
            '"spawn" method, or run nothing in Monty before the fork, or use executor_type="process".'
        )


class Worker:
    """Start a process, and end it with this object or the program.

    Args:
        timeout_seconds: Seconds that the code of one action may run; None for no deadline.
        memory_bytes: Memory that the code's values may take.

    Raises:
        SandboxError: This process was forked after its parent had used Monty.
    """

    def __init__(self, timeout_seconds: float | None, memory_bytes: int) -> None:
        from pydantic_monty import Monty

        global _owner
        refuse_if_forked()
        _owner = os.getpid()
        limits: Any = {
            "max_feed_duration_secs": timeout_seconds,
            "max_memory": memory_bytes,
            "max_suspensions": MAX_SUSPENSIONS,
        }
        pool = Monty(min_processes=1, max_processes=1)
        pool.__enter__()
        checkout = pool.checkout(script_name="<action>", limits=limits, assert_message_annotations=False)
        self.session: Any = checkout.__enter__()
        self.pid: Any = self.session.worker_pid  # while an action runs, the session doesn't tell
        self.close = weakref.finalize(self, _close, self.session, pool, os.getpid())

    def define(self, variables: Mapping[str, Any]) -> None:
        """Define variables.

        Raises:
            SerializationError: Monty has no such value; says which.
            SandboxError: The process has ended.
        """
        from pydantic_monty import MontyConversionError, MontyCrashedError

        for name, value in variables.items():
            try:
                self.session.feed_run("None", inputs={name: value})
            except (MontyConversionError, ValueError) as error:
                raise SerializationError(
                    f"The variable {name!r} of type {type(value).__name__!r} can't be sent to Monty: {error}"
                ) from error
            except MontyCrashedError as error:
                raise SandboxError(f"Monty's process has ended: {error}") from error

    def has(self, module: str) -> bool:
        """Tell whether a module can be imported."""
        from pydantic_monty import MontyRuntimeError

        try:
            self.session.feed_run(f"import {module}")
        except MontyRuntimeError:
            return False
        return True

    def kill(self) -> None:
        """End the process at once; may be called from any thread."""
        os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _close(session: Any, pool: Any, owner: int) -> None:
    if os.getpid() == owner:
        session.__exit__(None, None, None)
        pool.__exit__(None, None, None)
        return
    # A forked copy of the program must leave the process alone. Freeing the session would end it, so that the parent
    # would wait in vain: one reference more than there are holders keeps it until the copy's end.
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(session))
