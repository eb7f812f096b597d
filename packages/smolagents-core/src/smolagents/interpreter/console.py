"""What library code prints while an action runs (`df.info()`, `pprint.pprint(x)`): it belongs to the action's logs.

Such code writes to `sys.stdout`, which is the process's. So while actions run something stands there that passes text
on: to the logs of the action that runs in the thread, or to where it went before if a tool or another thread writes.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.watchdog import is_in_tool

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_sessions: dict[int, Session] = {}
_lock = threading.Lock()


class Console:
    """Stand for `sys.stdout`."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text to where it belongs."""
        session = _sessions.get(threading.get_ident())
        if session is None or is_in_tool(session.budget, sys._getframe()):
            return int(self.stream.write(text))
        session.prints.append(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def begin(session: Session) -> Session | None:
    """Have what is printed in this thread go to a session's logs from now on; return whose they were before."""
    thread = threading.get_ident()
    with _lock:
        outer = _sessions.get(thread)
        _sessions[thread] = session
        if type(sys.stdout) is not Console:
            sys.stdout = Console(sys.stdout)
    return outer


def end(outer: Session | None) -> None:
    """Undo what `begin` did."""
    thread = threading.get_ident()
    with _lock:
        if outer is None:
            _sessions.pop(thread, None)
        else:
            _sessions[thread] = outer
        if not _sessions and type(sys.stdout) is Console:
            sys.stdout = sys.stdout.stream
