"""What library code prints while an action runs (`df.info()`, `pprint.pprint(x)`): it belongs to the action's logs.

Such code writes to `sys.stdout`, which is the process's. So while actions run something stands there that passes text
on: to the logs of the action that runs in the thread, or to where it went before if a tool or another thread writes.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
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


# Kept, since `print` of CPython 3.11 only borrows `sys.stdout`: if another thread prints when a console is freed, the
# process crashes. Of several, since a program may redirect its output meanwhile.
_consoles: deque[Console] = deque(maxlen=8)


def _console_of(stream: Any) -> Console:
    for console in _consoles:
        if console.stream is stream:
            return console
    _consoles.append(Console(stream))
    return _consoles[-1]


def begin(session: Session) -> Session | None:
    """Have what is printed in this thread go to a session's logs from now on; return whose they were before."""
    thread = threading.get_ident()
    with _lock:
        outer = _sessions.get(thread)
        _sessions[thread] = session
        if type(sys.stdout) is not Console:
            sys.stdout = _console_of(sys.stdout)
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
